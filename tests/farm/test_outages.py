"""Valkey killed, full, frozen, replaced, or refusing."""

import asyncio
import subprocess
import sys

import pytest
from npc_video_farm.errors import StoreAwayError, StoreError, StoreFullError
from npc_video_farm.jobs import JobState
from npc_video_farm.store import connection
from npc_video_farm.store.valkey import Store

from tests.farm.stories import (
    ENTRY,
    KEY,
    OTHER,
    ask,
    command,
    key_of,
    play,
    running,
)
from tests.harness.server import free_port
from tests.harness.valkey_server import ValkeyServer
from tests.harness.waiting import until


def open_at(address):
    async def story():
        store = await Store.open(address)
        await store.close()

    asyncio.run(story())


def test_nobody_there_is_told():
    with pytest.raises(StoreAwayError, match=r"cannot be reached.*start it"):
        open_at(f"valkey://127.0.0.1:{free_port()}")


@pytest.mark.parametrize(
    "address", ["127.0.0.1:6379", "http://x", "valkey://h:port", "sentinel://h", "sentinel:///n"]
)
def test_an_address_that_is_none_is_told(address):
    with pytest.raises(StoreError, match="write it as valkey://"):
        open_at(address)


def test_a_wrong_password_is_told(tmp_path):
    with ValkeyServer(tmp_path, "--user", "default", "on", "+@all", "~*", "&*", "nopass") as server:
        command(server, "ACL", "SETUSER", "farm", "on", ">secret", "~*", "&*", "+@all")
        command(server, "ACL", "SETUSER", "guest", "on", ">guest", "~*", "&*", "+get")
        at = f"127.0.0.1:{server.port}"
        open_at(f"valkey://farm:secret@{at}")
        with pytest.raises(StoreError, match="refuses the user or the password"):
            open_at(f"valkey://farm:wrong@{at}")
        with pytest.raises(StoreError, match="access rules"):
            open_at(f"valkey://guest:guest@{at}")


def test_a_socket_serves(tmp_path):
    socket = tmp_path / "s"
    with ValkeyServer(tmp_path / "data", "--unixsocket", str(socket)):
        open_at(f"unix://{socket}")


def test_a_kill_loses_nothing_that_was_acknowledged(own_valkey):
    async def story(store):
        await running(store, KEY, OTHER)
        await store.finish(OTHER, "run1", ENTRY)
        for number in range(10, 60):
            await store.submit(ask(key_of(number)), f"t{number}")
        own_valkey.kill()
        with pytest.raises(StoreAwayError):
            await store.submit(ask(key_of(9)), "t9")
        own_valkey.start()
        jobs, _ = await store.open_jobs()
        assert {job.key for job in jobs} == {KEY, *map(key_of, range(10, 60))}
        assert (await store.job(KEY)).state is JobState.RUNNING
        assert await store.finish(KEY, "run1", ENTRY)
        assert await store.clip(OTHER) == ENTRY

    play(own_valkey, story)


def test_calls_during_a_restart_come_through_once(own_valkey):
    async def story(store):
        async def keep_asking(number):
            while True:
                try:
                    return await store.submit(ask(key_of(number)), f"t{number}")
                except StoreAwayError:
                    await asyncio.sleep(0.02)

        own_valkey.kill()
        asking = [asyncio.create_task(keep_asking(number)) for number in range(100)]
        await asyncio.sleep(0)
        await asyncio.to_thread(own_valkey.start)
        await asyncio.gather(*asking)
        assert len((await store.open_jobs())[0]) == 100
        assert await store.waiting("studio") == 100

    play(own_valkey, story)


def test_a_listener_survives_a_restart(own_valkey):
    async def story(store):
        changes = store.changes()
        assert await anext(changes) == ""
        own_valkey.kill()
        await asyncio.to_thread(own_valkey.start)
        assert await anext(changes) == ""
        await changes.aclose()

    play(own_valkey, story)


def test_a_listener_notices_that_the_server_froze(own_valkey, monkeypatch):
    monkeypatch.setattr(connection, "LONGEST_WAIT", 0.1)

    async def story(store):
        changes = store.changes()
        assert await anext(changes) == ""
        is_given_up = asyncio.Event()
        client = store._connection.client
        connect = client.pubsub
        monkeypatch.setattr(client, "pubsub", lambda: is_given_up.set() or connect())
        own_valkey.pause()
        waiting = asyncio.create_task(anext(changes))
        await is_given_up.wait()
        own_valkey.resume()
        assert await waiting == ""
        await changes.aclose()

    play(own_valkey, story)


def test_a_server_that_starts_without_its_data_serves(tmp_path):
    with ValkeyServer(tmp_path, "--appendonly", "no") as server:

        async def story(store):
            await store.submit(ask(), "a")
            server.kill()
            await asyncio.to_thread(server.start)
            assert await store.job_of("a") is None
            assert (await store.submit(ask(), "a")).state is JobState.WAITING

        play(server, story)


def test_a_frozen_server_is_away_and_then_there_again(own_valkey, monkeypatch):
    monkeypatch.setattr(connection, "_REPLY_SECONDS", 0.2)

    async def story(store):
        await store.submit(ask(), "a")
        own_valkey.pause()
        with pytest.raises(StoreAwayError):
            await store.job_of("a")
        own_valkey.resume()
        assert await until(lambda: poll(store, "a"))

    async def poll(store, ticket):
        try:
            return await store.job_of(ticket)
        except StoreAwayError:
            return None

    play(own_valkey, story)


def test_a_full_memory_refuses_new_jobs_and_finishes_old_ones(tmp_path):
    with ValkeyServer(tmp_path) as server:

        async def story(store):
            epoch = await running(store, KEY, OTHER)
            used = int(command(server, "INFO", "memory")["used_memory"])
            command(server, "CONFIG", "SET", "maxmemory", used + 2_000_000)
            with pytest.raises(StoreFullError, match="maxmemory"):
                await fill(store)
            await asyncio.to_thread(open_at, server.url)
            assert await store.lead("brain") == epoch
            assert await store.finish(KEY, "run1", ENTRY)
            assert await store.requeue(epoch, OTHER, "run1")
            assert (await store.job_of(f"ticket of {KEY}")).state is JobState.DONE
            jobs, _ = await store.open_jobs()
            for job in jobs[:-1]:
                assert await store.fail(epoch, job.key, "failed", "To make room.")
            assert await store.submit(ask(key_of(9)), "new")

        play(server, story)


@pytest.mark.skipif(sys.platform != "linux", reason="its files are limited by prlimit")
def test_a_full_disk_refuses_and_loses_nothing(tmp_path):
    with ValkeyServer(tmp_path, "--auto-aof-rewrite-percentage", "0") as server:

        async def story(store):
            await store.submit(ask(), "kept")
            limit(server, 100_000)
            with pytest.raises(StoreFullError, match="disk"):
                await fill(store)
            accepted = {job.key for job in (await store.open_jobs())[0]}
            assert (await store.job(KEY)).state is JobState.WAITING
            limit(server, "unlimited")

            async def accepts():
                try:
                    return await store.submit(ask(OTHER), "later")
                except StoreFullError:
                    return None

            await until(accepts)
            server.kill()
            await asyncio.to_thread(server.start)
            kept = {job.key for job in (await store.open_jobs())[0]}
            assert kept == accepted | {OTHER}

        play(server, story)


async def fill(store):
    """Asks until it is refused."""
    for number in range(10, 5000):
        await store.submit(ask(key_of(number), body=bytes(10_000)), f"t{number}")


def limit(server, size):
    subprocess.run(["prlimit", "--pid", str(server.pid), f"--fsize={size}:unlimited"], check=True)


def test_sentinels_name_the_next_primary(tmp_path):
    with (
        ValkeyServer(tmp_path / "a") as primary,
        ValkeyServer(tmp_path / "b", "--replicaof", "127.0.0.1", str(primary.port)) as replica,
    ):
        watch = f"sentinel monitor farm 127.0.0.1 {primary.port} 1"
        quick = ("sentinel down-after-milliseconds farm 300", "sentinel failover-timeout farm 2000")
        config = tmp_path / "sentinel.conf"
        config.write_text("\n".join((watch, *quick)), "utf-8")
        with ValkeyServer(tmp_path / "s", sentinel=config) as sentinel:

            async def story():
                store = await Store.open(f"sentinel://127.0.0.1:{sentinel.port}/farm")
                await store.submit(ask(), "a")
                await until(is_copied)
                primary.kill()
                async with asyncio.timeout(30):
                    await until(lambda: attempt(store))
                assert (await store.job(KEY)).state is JobState.WAITING
                assert int(command(replica, "INFO", "replication")["connected_slaves"]) == 0
                await store.close()

            async def is_copied():
                known = command(replica, "EXISTS", f"{{farm}}:j:{KEY}")
                seen = command(sentinel, "SENTINEL", "REPLICAS", "farm")
                return known and seen

            async def attempt(store):
                try:
                    return await store.submit(ask(OTHER), "b")
                except StoreAwayError:
                    return None

            asyncio.run(story())
