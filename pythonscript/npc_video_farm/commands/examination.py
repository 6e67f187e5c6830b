"""Finds out what is wrong with a farm, and says what to do."""

from ..errors import StoreError
from ..jobs import WorkerState, WorkerView
from ..store.valkey import Store

__all__ = ["examine"]


async def examine(url: str) -> tuple[list[str], list[str]]:
    """The state of a farm: sentences about what is well, and about what is wrong.

    Args:
        url: the address of its store.
    """
    try:
        store = await Store.open(url)
    except StoreError as error:
        return [], [str(error)]
    try:
        return await _examine(store)
    except StoreError as error:
        return [], [str(error)]
    finally:
        await store.close()


async def _examine(store: Store) -> tuple[list[str], list[str]]:
    well, wrong = ["Valkey answers."], []
    if await store.has_leader():
        well.append("A brain leads.")
    else:
        wrong.append("No brain leads: start one with `npc-video farm brain`.")
    workers = await store.workers()
    if not workers:
        wrong.append("There is no worker: start one with `npc-video farm worker`.")
    for worker in workers:
        problem = _problem(worker)
        (wrong if problem else well).append(problem or f"The worker {worker.id} works.")
    if not await store.tenants():
        wrong.append("No game has a token: make one with `npc-video farm token new NAME`.")
    jobs, _ = await store.open_jobs()
    unserved = {job.generator for job in jobs} - {worker.generator for worker in workers}
    wrong += [f"Clips wait for {name}, of which there is no worker." for name in sorted(unserved)]
    well.append(f"{len(jobs)} clips wait or are made.")
    return well, wrong


def _problem(worker: WorkerView) -> str:
    if worker.state is WorkerState.DOWN:
        return f"The worker {worker.id} gets nothing, because its generator fails: {worker.problem}"
    return ""
