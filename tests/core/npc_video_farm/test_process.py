import asyncio
import os
import signal

import pytest
from npc_video_farm.process import run_until_ended

SIGNALS = (signal.SIGINT, signal.SIGTERM)


async def for_ever(after):
    try:
        signal.raise_signal(signal.SIGTERM)
        await asyncio.Event().wait()
    finally:
        after.append("tidied up")


def test_a_signal_cancels_the_work():
    after = []
    run_until_ended(for_ever(after))
    assert after == ["tidied up"]


def test_work_that_is_asked_to_end_is_not_cancelled():
    ended, asked = asyncio.Event(), []

    async def work():
        signal.raise_signal(signal.SIGTERM)
        await ended.wait()
        asked.append("ended")

    def leave(number):
        asked.append(number)
        ended.set()
        return True

    run_until_ended(work(), on_end=leave)
    assert asked == [signal.SIGTERM, "ended"]


def test_the_handlers_of_signals_are_as_before():
    before = [signal.getsignal(each) for each in SIGNALS]
    run_until_ended(asyncio.sleep(0))
    assert [signal.getsignal(each) for each in SIGNALS] == before


def test_it_ends_with_its_parent():
    after, gone = [], os.getppid() + 1

    async def work():
        try:
            await asyncio.Event().wait()
        finally:
            after.append("tidied up")

    run_until_ended(work(), parent=gone)
    assert after == ["tidied up"]


def test_an_error_of_the_work_is_raised():
    async def work():
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        run_until_ended(work())
