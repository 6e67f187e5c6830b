"""Clips in a real S3, if SeaweedFS is there: `pip install npc-video-player[farm-test]`."""

import asyncio
import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from npc_video_farm.errors import ClipGoneError, ClipStoreError
from npc_video_farm.store.clips import ClipStore

from tests.harness.valkey_server import free_port

WEED = shutil.which("weed", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
DEADLINE = 60.0
FILM = b"film" * 50_000

pytestmark = pytest.mark.skipif(not WEED, reason="SeaweedFS is not installed")


@pytest.fixture
def bucket(tmp_path, monkeypatch):
    port = free_port()
    servers = ("master", "volume", "filer")
    ports = [f"-{name}.port={free_port()}" for name in servers]
    ports += [f"-{name}.port.grpc={free_port()}" for name in (*servers, "s3")]
    login = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret of tests"}
    where = {"AWS_ENDPOINT": f"http://127.0.0.1:{port}", "AWS_ALLOW_HTTP": "true"}
    for name, value in {**login, **where, "AWS_REGION": "us-east-1"}.items():
        monkeypatch.setenv(name, value)
    bound = ("-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-admin.ui=false", "-webdav=false")
    quiet = ("-s3.port.iceberg=0", "-s3.port.lance=0", "-master.telemetry=false")
    with (tmp_path / "weed.log").open("wb") as log:
        process = subprocess.Popen(
            [WEED, "mini", f"-dir={tmp_path}", *bound, *quiet, f"-s3.port={port}", *ports],
            env={**os.environ, "S3_BUCKET": "clips"},
            stdout=log,
            stderr=log,
        )
        try:
            yield process
        finally:
            process.kill()
            process.wait()


async def stored(clips):
    """Stores a film as soon as the server is there."""
    deadline = time.perf_counter() + DEADLINE
    while True:
        try:
            return await clips.put(FILM)
        except ClipStoreError:
            assert time.perf_counter() < deadline, "S3 did not start"
            await asyncio.sleep(0.1)


def test_clips_live_in_a_bucket(bucket):
    async def story():
        clips = ClipStore.open("s3://clips/of/a/game")
        digest = await stored(clips)
        assert await clips.put(FILM) == digest
        assert await clips.get(digest) == FILM
        address = await clips.address(digest, 60.0)
        assert await asyncio.to_thread(fetched, address) == FILM
        with pytest.raises(urllib.error.HTTPError, match="403"):
            await asyncio.to_thread(fetched, address.partition("?")[0])
        await clips.remove([digest, digest])
        with pytest.raises(ClipGoneError):
            await clips.get(digest)
        assert await clips.put(FILM) == digest

    asyncio.run(story())


def test_a_bucket_that_went_away_is_told(bucket):
    async def story():
        clips = ClipStore.open("s3://clips")
        await stored(clips)
        bucket.kill()
        with pytest.raises(ClipStoreError, match="folder or bucket"):
            await clips.put(b"another")

    asyncio.run(story())


def fetched(address):
    with urllib.request.urlopen(address, timeout=10.0) as reply:
        return reply.read()
