"""Files of clips in a folder, and which of them go when there are too many."""

import asyncio
import subprocess
import sys
from dataclasses import replace
from hashlib import sha256

import pytest
from npc_video_farm.errors import ClipGoneError, ClipStoreError, ClipStoreFullError
from npc_video_farm.store.clips import ClipStore, digest_of, make_room

from tests.farm.stories import ENTRY, ask, command, key_of, play, running

HOUR, DAY = 3600, 86400


@pytest.fixture
def clips(tmp_path):
    return ClipStore.open(str(tmp_path / "clips"))


def files_of(folder):
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_a_clip_is_named_by_its_content_and_stored_once(clips, tmp_path):
    async def story():
        digest = await clips.put(b"film")
        assert digest == sha256(b"film").hexdigest()
        assert await clips.put(b"film") == digest
        assert await clips.get(digest) == b"film"
        assert await clips.address(digest, 60) is None
        assert files_of(tmp_path) == [digest]
        await clips.remove([digest, digest])
        with pytest.raises(ClipGoneError):
            await clips.get(digest)

    asyncio.run(story())


def test_many_writers_of_one_clip_agree(clips, tmp_path):
    async def story():
        digests = await asyncio.gather(*(clips.put(b"film" * 1000) for _ in range(20)))
        assert len(set(digests)) == 1
        assert files_of(tmp_path) == [digests[0]]

    asyncio.run(story())


def test_a_damaged_clip_is_gone_and_can_be_written_again(clips, tmp_path):
    async def story():
        digest = await clips.put(b"film")
        next(tmp_path.rglob(digest)).write_bytes(b"fil")
        with pytest.raises(ClipGoneError, match="damaged"):
            await clips.get(digest)
        await clips.put(b"film")
        assert await clips.get(digest) == b"film"

    asyncio.run(story())


@pytest.mark.parametrize("name", ["", "../secret", "A" * 64, "a" * 63])
def test_a_name_that_is_no_digest_is_no_clip(clips, name):
    with pytest.raises(ClipGoneError):
        asyncio.run(clips.get(name))


def test_a_folder_that_cannot_be_is_told(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(ClipStoreError, match="folder or bucket"):
        ClipStore.open(str(tmp_path / "file" / "clips"))


@pytest.mark.skipif(sys.platform != "linux", reason="its files are limited by a resource limit")
def test_a_full_disk_is_told_and_leaves_nothing_behind(tmp_path):
    script = (
        "import asyncio, resource, sys\n"
        "from npc_video_farm.store.clips import ClipStore\n"
        "clips = ClipStore.open(sys.argv[1])\n"
        "asyncio.run(clips.put(bytes(100)))\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "try: asyncio.run(clips.put(bytes(5000)))\n"
        "except Exception as error: sys.exit(type(error).__name__)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)], capture_output=True, check=False
    )
    assert done.stderr.split() == [ClipStoreFullError.__name__.encode()]
    assert files_of(tmp_path) == [sha256(bytes(100)).hexdigest()]


async def stored(store, clips, number, size=1000, pinned=False):
    """Lets a clip be made for this number; returns its file's digest."""
    data = bytes([number]) * size
    await store.draft(digest_of(data))
    entry = replace(ENTRY, digest=await clips.put(data), bytes=size)
    token = f"run{number}"
    await running(store, key_of(number), token=token, pinned=pinned)
    assert await store.finish(key_of(number), token, entry)
    return entry.digest


def age(server, number, seconds):
    command(server, "ZINCRBY", "{farm}:lru", -seconds, key_of(number))


def test_the_least_recently_used_clips_make_room(valkey, clips, tmp_path):
    async def story(store):
        digests = [await stored(store, clips, number) for number in range(4)]
        for number in range(4):
            age(valkey, number, 2 * HOUR - number)
        assert await store.clip(key_of(0))  # used now
        epoch = await store.lead("brain")
        assert await make_room(store, clips, epoch, 2500) == 2
        assert files_of(tmp_path) == sorted([digests[0], digests[3]])
        assert await store.clip(key_of(1)) is None
        assert (await store.counts())["bytes"] == 2000
        assert (await store.submit(ask(key_of(1)), "again")).clip == ""

    play(valkey, story)


def test_what_was_used_within_an_hour_stays_and_what_is_baked_for_ever(valkey, clips, tmp_path):
    async def story(store):
        kept = [await stored(store, clips, 0), await stored(store, clips, 1, pinned=True)]
        await stored(store, clips, 2)
        age(valkey, 2, 31 * DAY)
        epoch = await store.lead("brain")
        assert await make_room(store, clips, epoch, 10**9) == 1  # too old
        assert await make_room(store, clips, epoch, 0) == 0
        assert files_of(tmp_path) == sorted(kept)
        assert (await store.clip(key_of(1))).pinned

    play(valkey, story)


def test_a_clip_is_kept_for_ever_if_any_who_asked_bakes(valkey, clips):
    async def story(store):
        await store.submit(ask(key_of(1)), "game")
        await running(store, key_of(1), pinned=True)
        await store.submit(ask(key_of(1)), "other game")
        assert await store.finish(key_of(1), "run1", ENTRY)
        assert (await store.clip(key_of(1))).pinned
        assert (await store.counts())["bytes"] == 0

    play(valkey, story)


@pytest.mark.parametrize("is_seen", [True, False])
def test_a_clip_that_is_there_is_kept_from_the_time_when_it_is_baked(valkey, clips, is_seen):
    async def story(store):
        await stored(store, clips, 1)
        await stored(store, clips, 2)
        for _ in range(2):
            if is_seen:
                assert (await store.clip(key_of(1), pinned=True)).pinned
            else:  # it came while the ticket was made
                await store.submit(ask(key_of(1), pinned=True), "baker")
        assert (await store.clip(key_of(1))).pinned
        assert not (await store.clip(key_of(2))).pinned
        assert (await store.counts())["bytes"] == 1000
        age(valkey, 2, 31 * DAY)
        assert await store.evict(await store.lead("brain"), 0) == 1
        assert await store.clip(key_of(1))

    play(valkey, story)


def test_a_file_stays_while_any_clip_is_in_it(valkey, clips, tmp_path):
    async def story(store):
        epoch = await store.lead("brain")
        for number in (1, 2):
            await running(store, key_of(number), token="run")
            entry = replace(ENTRY, digest=await clips.put(b"same"), bytes=4)
            await store.finish(key_of(number), "run", entry)
        age(valkey, 1, 31 * DAY)
        assert await make_room(store, clips, epoch, 100) == 0
        assert files_of(tmp_path) == [entry.digest]
        age(valkey, 2, 31 * DAY)
        assert await make_room(store, clips, epoch, 100) == 1
        assert files_of(tmp_path) == []

    play(valkey, story)


def test_a_clip_made_again_counts_once(valkey, clips):
    async def story(store):
        first = await stored(store, clips, 1, pinned=True)
        await store.forget(key_of(1), "of another file")
        assert await store.clip(key_of(1))
        await store.forget(key_of(1), first)
        assert await store.clip(key_of(1)) is None
        await stored(store, clips, 1)
        assert (await store.counts())["bytes"] == 1000
        assert await store.strays(await store.lead("brain")) == []

    play(valkey, story)


def test_a_picture_stays_while_a_job_needs_it_and_an_hour_longer(valkey, clips, tmp_path):
    async def story(store):
        epoch = await store.lead("brain")
        picture = digest_of(b"picture")
        await store.draft(picture)
        assert await clips.put(b"picture") == picture
        command(valkey, "ZINCRBY", "{farm}:strays", -2 * HOUR, picture)
        for number in (1, 2):
            await store.submit(ask(key_of(number), picture=picture), f"t{number}")
        assert (await store.job(key_of(1))).picture == picture
        assert await store.leave("t1")
        assert await store.strays(epoch) == []
        assert await store.fail(epoch, key_of(2), "failed", "No.")
        assert await store.strays(epoch) == []
        command(valkey, "ZINCRBY", "{farm}:strays", -HOUR, picture)
        assert await make_room(store, clips, epoch, 10**9) == 1
        assert files_of(tmp_path) == []

    play(valkey, story)


def test_a_file_with_which_no_job_was_done_is_removed_after_an_hour(valkey, clips, tmp_path):
    async def story(store):
        epoch = await store.lead("brain")
        known = await stored(store, clips, 1)
        await store.draft(known)
        late, early = b"late", b"early"
        for data in (late, early):
            await store.draft(digest_of(data))
            await clips.put(data)
        assert await make_room(store, clips, epoch, 10**9) == 0
        command(valkey, "ZINCRBY", "{farm}:strays", -HOUR, digest_of(late))
        assert await make_room(store, clips, epoch, 10**9) == 1
        assert files_of(tmp_path) == sorted([known, digest_of(early)])
        assert await store.strays(epoch + 1) == []

    play(valkey, story)


def test_files_of_others_in_the_folder_stay(valkey, clips, tmp_path):
    async def story(store):
        digest = await clips.put(b"of another farm")
        assert await make_room(store, clips, await store.lead("brain"), 0) == 0
        assert files_of(tmp_path) == [digest]

    play(valkey, story)


def test_an_evicted_clip_that_is_made_again_meanwhile_stays(valkey, clips, tmp_path):
    async def story(store):
        digest = await stored(store, clips, 1)
        age(valkey, 1, 2 * HOUR)
        epoch = await store.lead("brain")
        assert await store.evict(epoch, 0) == 1
        assert await store.strays(epoch) == [digest]
        await stored(store, clips, 1)
        assert await make_room(store, clips, epoch, 10**9) == 0
        assert files_of(tmp_path) == [digest]

    play(valkey, story)
