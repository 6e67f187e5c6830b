import asyncio
import os
import signal
import sys

import pytest
from npc_video_farm.fleet.children import Child, keep

from tests.harness.waiting import until

COUNTING = "import pathlib, sys; f = pathlib.Path(sys.argv[1]); f.write_text(f.read_text() + 'x')"
WAITING = COUNTING + "; import time; print(flush=True); time.sleep(60)"
TIME_LIMIT = 30


def child(tmp_path, code):
    (tmp_path / "starts").write_text("", encoding="utf-8")
    return Child("It", (sys.executable, "-c", code, str(tmp_path / "starts")))


def starts(tmp_path):
    return len((tmp_path / "starts").read_text("utf-8"))


def test_what_ends_is_started_again_later_and_later(tmp_path):
    said = []

    async def play():
        task = asyncio.create_task(keep(child(tmp_path, COUNTING), said.append))
        await until(lambda: starts(tmp_path) == 3)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(play())
    assert "It ended (exit code 0); it is started again in 0.2 s." in said
    assert "It ended (exit code 0); it is started again in 0.4 s." in said


@pytest.mark.skipif(sys.platform == "win32", reason="has no such signals")
def test_a_killed_one_is_told(tmp_path):
    said = []
    code = COUNTING + "; import os; os.kill(os.getpid(), 9)"

    async def play():
        task = asyncio.create_task(keep(child(tmp_path, code), said.append))
        await until(lambda: said)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(play())
    assert "SIGKILL" in said[0]


def test_it_ends_with_the_task(tmp_path):
    code = WAITING.replace("'x'", "str(__import__('os').getpid())")
    path = tmp_path / "starts"

    async def play():
        task = asyncio.create_task(keep(child(tmp_path, code), pytest.fail))
        await until(lambda: path.read_text("utf-8"))
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(play())
    # On Windows, Python 3.11 says SystemError of a process that is gone.
    with pytest.raises((ProcessLookupError, SystemError)):
        os.kill(int(path.read_text("utf-8")), 0)


@pytest.mark.skipif(sys.platform == "win32", reason="has no such signals")
def test_one_that_does_not_listen_is_killed(tmp_path, monkeypatch):
    monkeypatch.setattr("npc_video_farm.fleet.children._END_SECONDS", 0.1)
    code = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN);" + WAITING
    assert signal.SIGINT

    async def play():
        task = asyncio.create_task(keep(child(tmp_path, code), pytest.fail))
        await until(lambda: starts(tmp_path) == 1)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert task.cancelled()

    asyncio.run(play())
