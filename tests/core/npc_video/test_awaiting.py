"""Waiting for what goes on though whoever waits for it is cancelled."""

import asyncio
import logging

import pytest
from npc_video.awaiting import unhurt


async def begun_and_given_up(going_on: asyncio.Future) -> None:
    waiting = asyncio.ensure_future(unhurt(going_on))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting


def test_the_result_or_error_of_a_task_is_handed_on() -> None:
    async def whole() -> None:
        async def answer() -> int:
            return 7

        async def fail() -> None:
            raise ValueError("planted")

        assert await unhurt(asyncio.ensure_future(answer())) == 7
        with pytest.raises(ValueError, match="planted"):
            await unhurt(asyncio.ensure_future(fail()))

    asyncio.run(whole())


def test_it_goes_on_when_nobody_waits_any_more() -> None:
    async def whole() -> None:
        end = asyncio.get_running_loop().create_future()
        await begun_and_given_up(end)
        assert not end.cancelled()
        end.set_result("made")
        assert await unhurt(end) == "made"

    asyncio.run(whole())


def test_an_error_that_comes_later_is_not_logged_if_somebody_looks(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def whole() -> None:
        end = asyncio.get_running_loop().create_future()
        with caplog.at_level(logging.DEBUG, "asyncio"):
            await begun_and_given_up(end)
            end.set_exception(ValueError("planted"))
            await asyncio.sleep(0)
            assert isinstance(end.exception(), ValueError)
            del end
        assert not [record for record in caplog.records if record.levelno >= logging.WARNING]

    asyncio.run(whole())


def test_who_is_cancelled_with_it_is_told() -> None:
    async def whole() -> None:
        end = asyncio.get_running_loop().create_future()
        waiting = asyncio.ensure_future(unhurt(end))
        await asyncio.sleep(0)
        end.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting

    asyncio.run(whole())
