"""A farm on one machine: its start, its end, and what clients get from it."""

import asyncio
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.farm.whole import READY, TIME_LIMIT, clip_of, ends_of, whole_farm
from tests.harness.waiting import until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="finds processes as Linux does")
PARTS = ("valkey", "brain", "gateway", "worker")


def is_there(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def another(farm, *more):
    command = (sys.executable, "-m", "npc_video_farm", "up", *more)
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        errors="replace",
        cwd=farm.folder,
        timeout=TIME_LIMIT,
        check=False,
    )


def test_it_ends_with_all_its_parts(tmp_path):
    async def story():
        async with whole_farm(tmp_path) as (farm, _, _):
            pids = [farm.pids(part)[0] for part in PARTS]
            assert farm.end() == 0
            assert not any(map(is_there, pids))

    asyncio.run(story())


def test_a_killed_farm_leaves_only_what_the_next_one_takes_over(tmp_path):
    async def story():
        async with whole_farm(tmp_path) as (farm, service, store):
            pids = {part: farm.pids(part)[0] for part in PARTS}
            fetching = asyncio.create_task(farm.fetch(1))
            await until(lambda: service.begun[1])
            farm.process.kill()
            farm.process.wait()
            await until(lambda: not any(is_there(pids[part]) for part in PARTS[1:]))
            farm.log.write_text("", encoding="utf-8")
            await farm.start()
            assert not is_there(pids["valkey"])
            assert "nvf_" not in farm.said()  # the game's token is valid still
            service.let_go()
            assert await fetching == clip_of(1)
            assert set((await ends_of(store)).values()) == {1}

    asyncio.run(story())


def test_a_second_one_says_so(tmp_path):
    async def story():
        async with whole_farm(tmp_path) as (farm, _, _):
            second = another(farm, "--data", "data")
            assert second.returncode == 1
            assert "runs on" in second.stderr
            third = another(farm, "--data", "other", "--port", str(farm.port))
            assert third.returncode == 1
            assert f"Port {farm.port}" in third.stderr

    asyncio.run(story())


def test_a_hundred_equal_requests_are_one_run_which_99_cancels_do_not_stop(tmp_path):
    async def story():
        async with whole_farm(tmp_path) as (farm, service, store):
            fetching = [asyncio.create_task(farm.fetch(1)) for _ in range(100)]

            async def joined():
                return (await store.counts()).get("joined") == 99

            await until(joined)
            for task in fetching[:99]:
                task.cancel()
            service.let_go()
            assert await fetching[99] == clip_of(1)
            assert service.begun == {1: 1}

    asyncio.run(story())


def test_clients_of_a_gateway_that_is_asked_to_end_go_on_with_the_next(tmp_path):
    async def story():
        async with whole_farm(tmp_path) as (farm, service, store):
            fetching = [asyncio.create_task(farm.fetch(seed)) for seed in range(4)]
            await until(lambda: farm.polling == 4)
            killed = farm.kill("gateway", signal.SIGTERM)  # no client gets an error for it
            await until(lambda: farm.pids("gateway") not in ([], [killed]))
            service.let_go()
            assert await asyncio.gather(*fetching) == [clip_of(seed) for seed in range(4)]
            assert set((await ends_of(store)).values()) == {1}

    asyncio.run(story())


def test_a_worker_that_is_asked_to_end_finishes_what_it_can(tmp_path):
    async def story():
        async with whole_farm(tmp_path) as (farm, service, store):
            fetching = asyncio.create_task(farm.fetch(1))
            await until(lambda: service.begun[1])
            farm.kill("worker", signal.SIGTERM)
            service.let_go(0.2)
            assert await fetching == clip_of(1)
            assert service.begun[1] == 1
            assert (await store.counts()).get("lost_workers", 0) == 0

    asyncio.run(story())


def test_without_settings_it_draws(tmp_path):
    async def story():
        async with whole_farm(tmp_path) as (farm, _, _):
            farm.end()
            (tmp_path / "farm.toml").unlink()
            process = subprocess.Popen(
                (sys.executable, "-m", "npc_video_farm", "up", "--port", str(farm.port)),
                cwd=tmp_path,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
            )
            try:
                lines = []
                while not lines or READY not in lines[-1]:
                    lines.append(process.stdout.readline())
                    assert lines[-1], lines
                farm.token = next(line.strip() for line in lines if line.startswith("  nvf_"))
                assert (await farm.fetch(1)).startswith(b"\x1a\x45\xdf\xa3")
            finally:
                process.send_signal(signal.SIGINT)
                process.wait(TIME_LIMIT)
                process.stdout.close()

    asyncio.run(story())
