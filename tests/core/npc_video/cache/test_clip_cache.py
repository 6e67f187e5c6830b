"""The tiers joined, as the manager sees them."""

import random
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from npc_video.cache import ClipCache, TierStats
from npc_video.cache.baked import BakedFolder, BakedTier, folder_reader
from npc_video.cache.disk import DiskTier
from npc_video.errors import CacheError, InvalidDataError
from npc_video.records import GeneratedClip, VideoParams

from .clips import PRESETS, bake, key_of, make_clip

_OLD = Path(__file__).parents[3] / "data" / "clips_without_prompt_keys"


@pytest.fixture
def cache(tmp_path: Path) -> ClipCache:
    """Two clips in memory; three baked ones, 100 to 102; an empty folder."""
    baked = [make_clip(number) for number in range(100, 103)]
    bake(tmp_path / "baked", baked)
    return open_again(tmp_path)


def open_again(folder: Path, fingerprint: str = "") -> ClipCache:
    cache = ClipCache(
        2,
        baked=BakedTier(folder_reader(folder / "baked")),
        disk=DiskTier(folder / "disk"),
    )
    cache.fingerprint = fingerprint
    cache.open()
    return cache


def keep(cache: ClipCache, clip: GeneratedClip) -> bool:
    pending = cache.put(key_of(clip), clip)
    return pending is not None and cache.write(pending)


def test_memory_alone_needs_no_disk() -> None:
    cache = ClipCache(2)
    cache.open()
    for number in range(3):
        assert cache.put(key_of(make_clip(number)), make_clip(number)) is None
    assert cache.get(key_of(make_clip(0))) is None
    assert cache.get(key_of(make_clip(2))) == make_clip(2)
    assert key_of(make_clip(1)) in cache
    cache.clear()
    assert key_of(make_clip(1)) not in cache
    cache.close()


def test_baked_clips_are_in_memory_while_there_is_room(cache: ClipCache) -> None:
    made = make_clip(0)
    cache.put(key_of(made), made)
    cache.warm()
    assert cache.get(key_of(made)) == made
    assert cache.get(key_of(make_clip(100))) == make_clip(100)
    assert cache.get(key_of(make_clip(101))) is None
    assert cache.stats().memory.evictions == 0
    cache.warm()
    assert cache.stats().memory.entries == 2


def test_a_baked_clip_in_memory_is_a_hit_of_both(cache: ClipCache) -> None:
    better = make_clip(101, preset="quality")
    cache.warm()
    cache.put(key_of(better), better)
    for number in (100, 100, 101):
        assert cache.get(key_of(make_clip(number))) is not None
    stats = cache.stats()
    assert (stats.memory.hits, stats.memory.misses) == (3, 0)
    # The one that was made since is better than that which is baked.
    assert (stats.baked.hits, stats.baked.misses) == (2, 0)


def test_a_clip_that_left_memory_comes_back_from_disk(cache: ClipCache) -> None:
    clips = [make_clip(number) for number in range(4)]
    assert all(keep(cache, clip) for clip in clips)
    key = key_of(clips[0])
    assert cache.get(key) is None
    assert cache.is_stored(key)
    assert cache.load(key) == clips[0]
    assert cache.get(key) == clips[0]


def test_the_next_session_starts_with_the_clips_of_this_one(
    cache: ClipCache, tmp_path: Path
) -> None:
    keep(cache, make_clip())
    cache.close()
    other = open_again(tmp_path)
    assert other.load(key_of(make_clip())) == make_clip()
    other.close()


def test_baked_clips_are_found_and_not_written_again(cache: ClipCache) -> None:
    clip = make_clip(100)
    assert cache.get(key_of(clip)) is None
    assert cache.is_stored(key_of(clip))
    assert cache.load(key_of(clip)) == clip
    assert cache.put(key_of(clip), clip) is None


def test_the_better_clip_wins_in_every_tier(cache: ClipCache) -> None:
    better, worse = make_clip(100, preset="quality"), make_clip(100, preset="realtime")
    key = key_of(better)
    assert keep(cache, better)
    assert cache.put(key, worse) is None
    assert cache.get(key) == better
    cache.clear()
    assert cache.put(key, worse) is None
    assert cache.get(key) == worse
    assert cache.load(key) == better
    assert cache.get(key) == better


def test_a_write_that_was_overtaken_by_a_better_one_is_dropped(cache: ClipCache) -> None:
    first, better = make_clip(), make_clip(preset="balanced")
    late = cache.put(key_of(first), first)
    assert late is not None
    assert keep(cache, better)
    assert not cache.write(late)
    cache.clear()
    assert cache.load(key_of(first)) == better


def test_generators_that_share_a_folder_do_not_get_each_others_clips(
    cache: ClipCache, tmp_path: Path
) -> None:
    cache.close()
    one, other = open_again(tmp_path, "one"), open_again(tmp_path, "other")
    clip = make_clip(expression="sad")
    key = key_of(clip)
    assert keep(one, clip)
    other.open()
    assert key not in other
    assert other.load(key) is None
    assert other.most_similar(clip.params, 0.0).key != key  # a baked one
    worse = make_clip(preset="realtime", expression="sad")
    assert keep(other, worse)
    for each in (one, other):
        each.open()
        each.clear()
    assert (one.load(key), other.load(key)) == (clip, worse)
    one.close()
    other.close()
    again = open_again(tmp_path, "one")
    found = again.most_similar(clip.params, 0.9)
    assert found is not None
    assert again.load(found.key) == clip
    again.close()


def test_baked_clips_are_those_of_every_generator(cache: ClipCache) -> None:
    cache.fingerprint = "any"
    clip = make_clip(100)
    assert cache.load(key_of(clip)) == clip
    assert cache.put(key_of(clip), clip) is None
    better = make_clip(100, preset="quality")
    assert keep(cache, better)
    cache.clear()
    assert cache.load(key_of(clip)) == better


def test_a_damaged_clip_is_a_miss_and_is_kept_again(cache: ClipCache, tmp_path: Path) -> None:
    clip = make_clip()
    keep(cache, clip)
    cache.clear()
    for file in (tmp_path / "disk" / "clips").iterdir():
        file.write_bytes(b"x")
    assert cache.load(key_of(clip)) is None
    assert not cache.is_stored(key_of(clip))
    assert cache.stats().disk.damaged == 1
    assert keep(cache, clip)


def test_every_tier_is_counted(cache: ClipCache) -> None:
    for number in range(3):
        keep(cache, make_clip(number))
    for number in (2, 0, 100, 50):  # in memory, on disk, baked, nowhere
        cache.get(key_of(make_clip(number)))
    stats = cache.stats()
    assert stats.memory == TierStats(hits=1, misses=3, evictions=1, entries=2, bytes=200)
    assert stats.baked == TierStats(hits=1, misses=2, entries=3, bytes=300)
    assert (stats.disk.hits, stats.disk.misses, stats.disk.entries) == (1, 1, 3)
    assert stats.memory.hit_rate == 0.25
    assert stats.disk.hit_rate == 0.5
    assert TierStats().hit_rate == 0.0


def test_asking_whether_a_clip_is_there_counts_nothing(cache: ClipCache) -> None:
    before = cache.stats()
    assert key_of(make_clip(100)) in cache
    assert key_of(make_clip(1)) not in cache
    assert cache.stats() == before


def test_clear_empties_the_memory_and_erase_the_disk_too(cache: ClipCache) -> None:
    clip = make_clip()
    keep(cache, clip)
    cache.clear()
    assert cache.get(key_of(clip)) is None
    assert cache.is_stored(key_of(clip))
    cache.erase()
    assert key_of(clip) not in cache
    assert key_of(make_clip(100)) in cache


def test_a_similar_clip_is_found_in_any_tier_and_better_in_memory(cache: ClipCache) -> None:
    happy = make_clip(1, expression="happy")
    keep(cache, happy)
    wanted = VideoParams(npc_id="ember", expression="joyful")
    found = cache.most_similar(wanted, 0.5)
    assert found is not None
    assert (found.key, found.clip) == (key_of(happy), happy)
    cache.clear()
    found = cache.most_similar(wanted, 0.5)
    assert found is not None
    assert (found.key, found.clip) == (key_of(happy), None)
    assert cache.load(found.key) == happy
    assert cache.most_similar(wanted, 0.99) is None
    assert cache.most_similar(VideoParams(npc_id="guard"), 0.0) is None


def test_one_broken_tier_leaves_the_other(tmp_path: Path) -> None:
    (tmp_path / "baked").mkdir()
    cache = ClipCache(
        2, baked=BakedTier(folder_reader(tmp_path / "baked")), disk=DiskTier(tmp_path / "disk")
    )
    with pytest.raises(CacheError, match="bake"):
        cache.open()
    assert keep(cache, make_clip())
    cache.close()


@pytest.mark.parametrize(
    "settings", [{"size": 0}, {"max_bytes": -1}, {"policy": "random"}], ids=str
)
def test_wrong_settings_are_named(settings: dict[str, object]) -> None:
    (name,) = settings
    with pytest.raises(InvalidDataError, match=name):
        ClipCache(**settings)  # type: ignore[arg-type]


@pytest.mark.parametrize("policy", ["lru", "gdsf"])
def test_threads_can_share_it(tmp_path: Path, policy: str) -> None:
    cache = ClipCache(8, max_bytes=800, policy=policy, disk=DiskTier(tmp_path, 4000))
    cache.open()
    problems: list[BaseException] = []

    def work(seed: int) -> None:
        chance = random.Random(seed)
        try:
            for step in range(300):
                clip = make_clip(chance.randrange(20), preset=chance.choice(PRESETS))
                key = key_of(clip)
                found = cache.get(key)
                assert found is None or found.params == clip.params
                pending = cache.put(key, clip)
                if pending is not None and step % 20 == 0:
                    cache.write(pending)
                    cache.load(key)
                cache.most_similar(clip.params, 0.2)
                assert cache.stats().memory.bytes <= 800
                if step % 100 == 99:
                    cache.clear()
        except BaseException as error:
            problems.append(error)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60.0)
    cache.close()
    assert not problems


def test_a_cache_in_memory_loads_neither_sqlite_nor_numpy() -> None:
    code = """
import sys
from npc_video.cache import ClipCache
ClipCache()
print([name for name in ("sqlite3", "numpy", "av", "httpx") if name in sys.modules])
"""
    shown = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, errors="replace", check=True
    )
    assert shown.stdout.strip() == "[]"


def prompted(prompt: str, number: int = 0, **more: object) -> GeneratedClip:
    return make_clip(number, prompt=prompt, **more)  # type: ignore[arg-type]


def test_another_prompt_is_another_clip(cache: ClipCache) -> None:
    keep(cache, prompted("a happy dragon"))
    cache.clear()
    assert cache.is_stored(key_of(prompted(" a happy  dragon")))
    assert not cache.is_stored(key_of(prompted("a sad dragon")))
    assert key_of(prompted("a sad dragon")) not in cache


def test_what_was_kept_before_prompts_counted_is_read(tmp_path: Path) -> None:
    clips = [
        make_clip(0, size=20, prompt="a dragon, happy expression"),
        make_clip(1, size=20, prompt="a dragon", negative_prompt="rain"),
    ]
    shutil.copytree(_OLD, tmp_path, dirs_exist_ok=True)
    names = sorted(path.name for path in (tmp_path / "disk" / "clips").iterdir())
    for _ in range(2):  # the second time without the index of the folder
        for fingerprint in ("maker", "another"):  # whose clips are the baked ones only
            cache = open_again(tmp_path, fingerprint)
            assert [cache.load(key_of(clip)) for clip in clips] == clips
            assert not cache.is_stored(key_of(prompted("a dragon, sad expression")))
            cache.close()
        disk = cache.stats().disk
        assert (disk.entries, disk.damaged, disk.evictions) == (2, 0, 0)
        assert sorted(path.name for path in (tmp_path / "disk" / "clips").iterdir()) == names
        (tmp_path / "disk" / "index.sqlite3").unlink()
    there = BakedFolder(tmp_path / "baked")
    assert all(key_of(clip) in there for clip in clips)
    there.add(key_of(clips[0]), clips[0])
    assert len(BakedFolder(tmp_path / "baked")) == 2


def test_where_prompts_are_left_out_any_clip_of_that_look_counts(
    cache: ClipCache, tmp_path: Path
) -> None:
    keep(cache, prompted("a happy dragon"))
    cache.close()
    cache = open_again(tmp_path)
    wanted = prompted("a sad dragon", prompt_in_key=False)
    assert cache.is_stored(key_of(wanted))
    found = cache.load(key_of(wanted))
    assert found is not None
    assert found.params.prompt == "a happy dragon"
    assert key_of(found) == key_of(wanted)
    assert cache.get(key_of(wanted)) == found


def test_a_clip_kept_for_any_prompt_is_not_taken_for_one_of_its_own(
    cache: ClipCache, tmp_path: Path
) -> None:
    keep(cache, prompted("a happy dragon"))
    better = prompted("a sad dragon", preset="quality", prompt_in_key=False)
    assert keep(cache, better)
    cache.close()
    cache = open_again(tmp_path)
    assert cache.load(key_of(prompted("a happy dragon"))) == prompted("a happy dragon")
    assert cache.load(key_of(better)) == better


def test_where_nothing_makes_clips_a_look_counts_whatever_its_prompt(
    cache: ClipCache, tmp_path: Path
) -> None:
    bake(tmp_path / "baked", [prompted("a happy dragon"), prompted("a sad dragon", preset="fast")])
    cache = open_again(tmp_path)
    cache.fingerprint = None
    assert cache.load(key_of(prompted("a sad dragon"))) == prompted("a sad dragon")
    assert cache.load(key_of(prompted("an angry dragon"))) is not None
    assert cache.load(key_of(prompted("a sad dragon", 9))) is None


def test_a_clip_that_cannot_be_played_is_dropped_from_memory_and_disk(
    cache: ClipCache, tmp_path: Path
) -> None:
    broken, good = make_clip(), make_clip(1)
    assert keep(cache, broken)
    assert keep(cache, good)
    cache.drop(broken)
    assert cache.get(key_of(broken)) is None
    assert cache.is_stored(key_of(broken))
    assert cache.load(key_of(broken)) is None
    assert not cache.is_stored(key_of(broken))
    cache.close()
    other = open_again(tmp_path)
    assert other.load(key_of(broken)) is None
    assert other.load(key_of(good)) == good
    other.close()


def test_what_cannot_be_played_is_not_written_either(cache: ClipCache) -> None:
    clip = make_clip()
    pending = cache.put(key_of(clip), clip)
    assert pending is not None
    cache.drop(clip)
    assert not cache.write(pending)
    assert key_of(clip) not in cache


def test_a_baked_clip_that_cannot_be_played_is_forgotten_and_its_file_stays(
    cache: ClipCache, tmp_path: Path
) -> None:
    baked = make_clip(100)
    cache.load(key_of(baked))
    cache.drop(baked)
    assert cache.load(key_of(baked)) is None
    assert key_of(baked) not in cache
    assert cache.stats().baked.damaged == 1
    assert open_again(tmp_path).load(key_of(baked)) == baked


def test_a_good_clip_of_the_same_look_is_not_dropped_with_the_broken_one(cache: ClipCache) -> None:
    good, broken = make_clip(preset="quality"), make_clip()
    assert keep(cache, good)
    cache.drop(broken)
    assert cache.get(key_of(good)) == good
    cache.clear()
    assert cache.load(key_of(good)) == good


def test_without_a_maker_the_next_best_of_the_look_is_there(tmp_path: Path) -> None:
    looks = [make_clip(0, prompt="a"), make_clip(0, prompt="b", preset="quality")]
    bake(tmp_path / "baked", looks)
    cache = open_again(tmp_path)
    cache.fingerprint = None
    key = make_clip(0, prompt="c").params.cache_key()
    assert cache.load(key) == looks[1]
    cache.drop(looks[1])
    assert cache.get(key) is None
    assert cache.load(key) == looks[0]
