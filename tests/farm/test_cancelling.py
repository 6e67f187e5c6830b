"""Calls of the store that are cancelled."""

import asyncio

import pytest
from npc_video_farm.store.connection import Connection


def test_a_cancellation_that_the_client_swallows_is_none_the_less_one(valkey):
    async def swallow():
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            return b"sent"

    async def play():
        connection = await Connection.open(valkey.url, "cancelling")
        try:
            calling = asyncio.create_task(connection.run(swallow))
            await asyncio.sleep(0)
            calling.cancel()
            with pytest.raises(asyncio.CancelledError):
                await calling
            assert await connection.command("PING") == b"PONG"
        finally:
            await connection.close()

    asyncio.run(play())
