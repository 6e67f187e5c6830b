"""Keeps a farm on the machines of a Ray cluster.

Ray places processes on machines, gives them GPUs, and makes them anew when they or their machines
are lost. All that the farm knows is in Valkey, so nothing is lost with a process.

Each machine has this package, its extras `farm` and `farm-ray`, and the settings at the same path;
what the generators and the clips' storage need in the environment is set where Ray is started.
"""

import asyncio
import logging
import math
import socket
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import ray
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from .. import variables
from ..errors import FarmError
from ..figures import read_figures
from ..store.valkey import Store
from .local import LocalFarm
from .scale import Scale
from .seat import Seat

__all__ = ["RayFleet", "on_ray"]

_BRAINS = 2  # one leads, the other takes over
_REACH_SECONDS = 5.0
_SCALE_SECONDS = 5.0
_LEAVE_SECONDS = 35.0


@dataclass(frozen=True, slots=True)
class RayFleet:
    """The settings of a farm's processes on Ray.

    Attributes:
        cluster: the address, "auto" for the cluster of this machine, "local" for one that is
            started here.
        gpus: of each worker, above 0; below 1 several workers share one. 0 for generators that
            have their GPU elsewhere: then each takes a processor.
        most_workers: of each generator.
    """

    cluster: str
    gpus: float = 1.0
    most_workers: float = math.inf


@asynccontextmanager
async def on_ray(fleet: RayFleet, farm: LocalFarm, store: Store) -> AsyncIterator[None]:
    """Runs the gateway on this machine, and the brains and the workers where Ray places them.

    The number of workers follows the number that the brain says the work needs.

    Raises:
        FarmError: there is no such cluster, or its machines cannot share the stores.
    """
    await asyncio.to_thread(_join, fleet.cluster)
    try:
        _check_shared(farm)
        seats = _Seats(fleet, farm)
        others = [
            seats.gateway(),
            *(seats.brain() for _ in range(_BRAINS)),
        ]
        crews = [_Crew(seats, generator, fleet.most_workers) for generator in farm.generators]
        scaling = asyncio.create_task(_scale(crews, store))
        try:
            yield
        finally:
            scaling.cancel()
            leaving = [crew.leave() for crew in crews]
            await asyncio.gather(*leaving, *(_left(seat) for seat in others))
    finally:
        await asyncio.to_thread(ray.shutdown)


def _join(cluster: str) -> None:
    host, _, port = cluster.rpartition(":")
    try:
        if port.isdecimal() and "//" not in host:
            # Ray itself tries for two minutes, and then ends the process.
            socket.create_connection((host, int(port)), _REACH_SECONDS).close()
        ray.init(
            address=cluster,
            log_to_driver=False,
            logging_level=logging.ERROR,
            namespace="npc-video-farm",
        )
    except (OSError, ValueError, OverflowError) as error:
        raise FarmError(
            f"There is no Ray cluster at {cluster} ({error}): start one with `ray start --head`,"
            " or name the address that it prints."
        ) from error


def _check_shared(farm: LocalFarm) -> None:
    """Raises FarmError if the stores are files of this machine and there are other machines."""
    machines = {node["NodeManagerAddress"] for node in ray.nodes() if node["Alive"]}
    if len(machines) > 1 and not (farm.valkey and farm.clips):
        raise FarmError(
            f"The cluster has {len(machines)} machines: name a Valkey and a place of clips that all"
            " of them reach, with --valkey valkey://ADDRESS and --clips s3://BUCKET/PREFIX."
        )


class _Seats:
    """Makes the actors of a farm; each is made anew whenever it ends."""

    def __init__(self, fleet: RayFleet, farm: LocalFarm):
        self._fleet, self._farm = fleet, farm
        self._environment = {variables.STORE: farm.store, variables.CLIPS: farm.clips_at}

    def gateway(self) -> "ray.actor.ActorHandle":
        """On this machine, whose address the games know."""
        farm, node = self._farm, ray.get_runtime_context().get_node_id()
        at = ("--listen", farm.listen, "--port", str(farm.port), "--first", farm.generators[0])
        here = NodeAffinitySchedulingStrategy(node, soft=False)
        return self._made(("gateway", *at), num_cpus=0, scheduling_strategy=here)

    def brain(self) -> "ray.actor.ActorHandle":
        return self._made(("brain",), num_cpus=0, scheduling_strategy="SPREAD")

    def worker(self, generator: str) -> "ray.actor.ActorHandle":
        config = self._farm.config
        settings = () if config is None else ("--config", str(config))
        gpus = self._fleet.gpus
        return self._made(
            ("worker", *settings, "--generator", generator),
            num_gpus=gpus,
            num_cpus=0 if gpus else 1,
        )

    def _made(self, command: Sequence[str], **options: object) -> "ray.actor.ActorHandle":
        return ray.remote(max_restarts=-1, **options)(Seat).remote(command, self._environment)


async def _left(seat: "ray.actor.ActorHandle") -> None:
    """Ends an actor once its process has left."""
    with suppress(ray.exceptions.RayError, TimeoutError):
        await asyncio.wait_for(seat.leave.remote(), _LEAVE_SECONDS)
    ray.kill(seat, no_restart=True)


async def _scale(crews: Sequence["_Crew"], store: Store) -> None:
    while True:
        with suppress(FarmError):
            figures = read_figures(await store.figures())
            wanted = figures.wanted_workers if figures else {}
            for crew in crews:
                crew.follow(sum(wanted.get(crew.generator, {}).values()))
        await asyncio.sleep(_SCALE_SECONDS)


class _Crew:
    """The workers of one generator."""

    def __init__(self, seats: _Seats, generator: str, most: float):
        self._made, self.generator = seats, generator
        self._scale = Scale(most=most)
        self._seats = [seats.worker(generator)]
        self._leaving: set[asyncio.Task[None]] = set()

    def follow(self, wanted: float) -> None:
        """Has as many workers as the work needs."""
        target = self._scale.target(wanted, time.perf_counter())
        while len(self._seats) < target:
            self._seats.append(self._made.worker(self.generator))
        while len(self._seats) > target:
            # The last one, which may still wait for a machine.
            task = asyncio.create_task(_left(self._seats.pop()))
            self._leaving.add(task)
            task.add_done_callback(self._leaving.discard)

    async def leave(self) -> None:
        await asyncio.gather(*self._leaving, *(_left(seat) for seat in self._seats))
