"""Clips in a real S3."""

import asyncio
import subprocess
import sys
import urllib.error
import urllib.request
from random import Random

import pytest
from npc_video.backends.base import GenerationRequest
from npc_video.backends.farm.backend import FarmBackend
from npc_video.backends.http.backend import HttpBackend
from npc_video.backends.token import Token
from npc_video.errors import GenerationError
from npc_video.records import QUALITY_PRESETS, VideoParams
from npc_video_farm.errors import ClipGoneError, ClipStoreError
from npc_video_farm.store.clips import ClipStore

from .gateways import farm_at, video, working

FILM = b"film" * 50_000
REQUEST = GenerationRequest(VideoParams(expression="happy", seed=7), QUALITY_PRESETS["fast"], 1.0)


def test_clips_live_in_a_bucket(s3):
    async def story():
        clips = ClipStore.open("s3://clips/of/a/game")
        digest = await clips.put(FILM)
        assert await clips.put(FILM) == digest
        assert await clips.get(digest) == FILM
        assert await clips.origin() == s3.origin
        address = await clips.address(digest, 60.0)
        assert await asyncio.to_thread(fetched, address) == FILM
        with pytest.raises(urllib.error.HTTPError, match="403"):
            await asyncio.to_thread(fetched, address.partition("?")[0])
        await clips.remove([digest, digest])
        with pytest.raises(ClipGoneError):
            await clips.get(digest)
        assert await clips.put(FILM) == digest

    asyncio.run(story())


def fetched(address):
    with urllib.request.urlopen(address, timeout=10.0) as reply:
        return reply.read()


def refused():
    """Stores a clip in vain; returns what is told about it."""
    with pytest.raises(ClipStoreError, match="folder or bucket") as told:
        asyncio.run(ClipStore.open("s3://clips").put(FILM))
    return str(told.value)


def test_a_bucket_that_went_away_is_told(own_s3):
    own_s3.kill()
    refused()


def test_a_wrong_secret_is_told(s3, monkeypatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "another")
    assert "privileges" in refused()


@pytest.mark.skipif(sys.platform != "linux", reason="its files are limited by prlimit")
def test_a_full_disk_is_told_and_loses_nothing(own_s3):
    clips = ClipStore.open("s3://clips")
    digest = asyncio.run(clips.put(FILM))
    limit(own_s3, 100_000)
    more = Random(7).randbytes(500_000)  # SeaweedFS compresses what it can
    with pytest.raises(ClipStoreError):
        asyncio.run(clips.put(more))
    assert asyncio.run(clips.get(digest)) == FILM
    limit(own_s3, "unlimited")
    asyncio.run(clips.put(more))


def limit(server, size):
    subprocess.run(["prlimit", "--pid", str(server.pid), f"--fsize={size}:unlimited"], check=True)


@pytest.mark.parametrize("kind", [FarmBackend, HttpBackend])
def test_games_fetch_from_the_buckets_own_address(valkey, s3, tmp_path, kind):
    async def story():
        clips = ClipStore.open("s3://clips")
        async with farm_at(valkey.url, tmp_path, clips=clips) as farm, working(farm):
            token = Token.from_environment("FARM", {"FARM": await farm.tenant()})
            careful = kind(farm.url, token=token)
            trusting = kind(farm.url, token=token, allowed_origins=[s3.origin])
            try:
                with pytest.raises(GenerationError, match="allowed_origins"):
                    await careful.generate(REQUEST, lambda part: None)
                await farm.store.forget(farm.runs[0], (await farm.store.clip(farm.runs[0])).digest)
                clip = await trusting.generate(REQUEST, lambda part: None)
                assert (clip.data, clip.media_type) == (video(), "video/webm")
            finally:
                await careful.close()
                await trusting.close()

    asyncio.run(story())


def test_a_clip_that_the_bucket_does_not_give_now_is_to_be_asked_for_again(
    valkey, own_s3, tmp_path
):
    async def story():
        clips = ClipStore.open("s3://clips")
        async with farm_at(valkey.url, tmp_path, clips=clips) as farm:
            token = await farm.tenant()
            url = (await farm.ask(token)).json()["statusUrl"]
            await farm.finish(await farm.begin(), video())
            assert (await farm.get(token, url)).status_code == 303
            own_s3.kill()
            asked = await farm.ask(token)
            assert (asked.status_code, "bucket" in asked.text) == (503, True)
            assert int(asked.headers["retry-after"]) > 0
            await asyncio.to_thread(own_s3.start)
            assert (await farm.ask(token)).content == video()

    asyncio.run(story())
