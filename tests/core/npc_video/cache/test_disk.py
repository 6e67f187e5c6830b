"""The disk tier in one process: what it keeps, and what it does about every kind of damage."""

import random
import shutil
import sqlite3
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from npc_video.cache.clip_file import file_name, pack
from npc_video.cache.disk import DiskTier
from npc_video.errors import CacheError
from npc_video.records import CacheKey, GeneratedClip

from ..holding import Holder
from .checks import assert_consistent
from .clips import PRESETS, key_of, make_clip

_BUDGET = 4000


@contextmanager
def opened(folder: Path, max_bytes: int = 1_000_000) -> Iterator[DiskTier]:
    tier = DiskTier(folder, max_bytes)
    try:
        tier.open()
        yield tier
    finally:
        tier.close()


def fill(folder: Path, count: int) -> list[GeneratedClip]:
    clips = [make_clip(number) for number in range(count)]
    with opened(folder) as tier:
        for clip in clips:
            assert tier.write(key_of(clip), clip)
    return clips


def clip_files(folder: Path) -> list[Path]:
    return sorted((folder / "clips").iterdir())


class _DiskMachine(RuleBasedStateMachine):
    """Against a dictionary in order of use."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.tier = DiskTier(Path(self.folder.name), _BUDGET)
        self.tier.open()
        self.clips: dict[CacheKey, GeneratedClip] = {}
        self.evictions = self.damaged = 0

    @rule(
        number=st.integers(0, 6),
        preset=st.sampled_from(PRESETS),
        size=st.integers(0, 1500) | st.just(_BUDGET),
    )
    def write(self, number: int, preset: str, size: int) -> None:
        clip = make_clip(number, preset=preset, size=size)
        key, held = key_of(clip), self.clips.get(key_of(clip))
        is_better = held is None or PRESETS.index(held.preset) < PRESETS.index(preset)
        is_kept = is_better and size < _BUDGET
        assert self.tier.write(key, clip) == is_kept
        if is_kept:
            self.clips.pop(key, None)
            while self.clips and self._bytes() + _size(clip) > _BUDGET:
                del self.clips[next(iter(self.clips))]
                self.evictions += 1
            self.clips[key] = clip

    @rule(number=st.integers(0, 6))
    def read(self, number: int) -> None:
        key = key_of(make_clip(number))
        assert self.tier.read(key) == self.clips.get(key)
        if key in self.clips:
            self.clips[key] = self.clips.pop(key)

    @rule(number=st.integers(0, 6))
    def discard(self, number: int) -> None:
        key = key_of(make_clip(number))
        self.tier.discard(key)
        self.damaged += self.clips.pop(key, None) is not None

    @rule()
    def clear(self) -> None:
        self.tier.clear()
        self.clips.clear()

    @rule()
    def start_again(self) -> None:
        self.tier.close()
        self.tier = DiskTier(Path(self.folder.name), _BUDGET)
        self.tier.open()
        self.evictions = self.damaged = 0

    @invariant()
    def tells_what_it_holds(self) -> None:
        stats = self.tier.catalogue.stats()
        assert (stats.entries, stats.bytes) == (len(self.clips), self._bytes())
        assert (stats.evictions, stats.damaged) == (self.evictions, self.damaged)
        for number in range(7):
            key = key_of(make_clip(number))
            assert (self.tier.catalogue.get(key) is not None) == (key in self.clips)

    def teardown(self) -> None:
        self.tier.close()
        assert_consistent(Path(self.folder.name), _BUDGET)
        self.folder.cleanup()

    def _bytes(self) -> int:
        return sum(map(_size, self.clips.values()))


def _size(clip: GeneratedClip) -> int:
    return len(pack(key_of(clip), clip)[1])


_DiskMachine.TestCase.settings = settings(max_examples=20, stateful_step_count=20)
TestDisk = _DiskMachine.TestCase


def test_nothing_is_touched_before_it_is_opened(tmp_path: Path) -> None:
    tier = DiskTier(tmp_path / "cache")
    assert tier.catalogue.get(key_of(make_clip())) is None
    assert not (tmp_path / "cache").exists()


def test_names_from_a_server_are_never_paths(tmp_path: Path) -> None:
    clip = make_clip(npc_id="../../x", style="/etc/x", expression="c:\\x\0")
    with opened(tmp_path / "cache") as tier:
        tier.write(key_of(clip), clip)
        assert tier.read(key_of(clip)) == clip
    assert [path.name for path in tmp_path.iterdir()] == ["cache"]
    assert all(len(path.name) == 69 for path in clip_files(tmp_path / "cache"))


@pytest.mark.parametrize("damage", ["change", "shorten", "lengthen", "empty"])
def test_a_damaged_clip_is_set_aside_and_made_again(tmp_path: Path, damage: str) -> None:
    (clip,) = fill(tmp_path, 1)
    (file,) = clip_files(tmp_path)
    content = file.read_bytes()
    changed = content[:200] + bytes([content[200] ^ 1]) + content[201:]
    file.write_bytes(
        {"change": changed, "shorten": content[:-1], "lengthen": content + b"x", "empty": b""}[
            damage
        ]
    )
    with opened(tmp_path) as tier:
        assert tier.read(key_of(clip)) is None
        assert tier.catalogue.get(key_of(clip)) is None
        assert tier.catalogue.stats().damaged == 1
        assert len(list((tmp_path / "damaged").iterdir())) == 1
        assert tier.write(key_of(clip), clip)
        assert tier.read(key_of(clip)) == clip


def test_a_clip_damaged_while_open_is_set_aside(tmp_path: Path) -> None:
    clips = fill(tmp_path, 2)
    with opened(tmp_path) as tier:
        entry = tier.catalogue.get(key_of(clips[0]))
        assert entry is not None
        (tmp_path / "clips" / entry.name).write_bytes(b"x")
        assert [tier.read(key_of(clip)) for clip in clips] == [None, clips[1]]
        assert tier.catalogue.stats().damaged == 1


def test_what_is_set_aside_fills_no_disk(tmp_path: Path) -> None:
    clips = fill(tmp_path, 30)
    for file in clip_files(tmp_path):
        file.write_bytes(b"x")
    with opened(tmp_path) as tier:
        assert not any(tier.read(key_of(clip)) for clip in clips)
        assert tier.catalogue.stats().damaged == 30
    assert len(list((tmp_path / "damaged").iterdir())) < 10


@pytest.mark.parametrize("content", [b"", b"x", b"SQLite format 3\0", b"\0" * 9000])
def test_a_damaged_index_is_made_again_from_the_clips(tmp_path: Path, content: bytes) -> None:
    clips = fill(tmp_path, 5)
    (tmp_path / "index.sqlite3").write_bytes(content)
    with opened(tmp_path) as tier:
        assert [tier.read(key_of(clip)) for clip in clips] == clips
        assert tier.write(key_of(make_clip(9)), make_clip(9))
    assert_consistent(tmp_path, 1_000_000)


@pytest.mark.parametrize("place", range(16, 24))
@pytest.mark.parametrize("value", [0, 2, 255])
def test_a_changed_header_of_the_index_stops_nothing(
    tmp_path: Path, place: int, value: int
) -> None:
    clips = fill(tmp_path, 2)
    with (tmp_path / "index.sqlite3").open("r+b") as file:
        file.seek(place)
        file.write(bytes([value]))
    with opened(tmp_path) as tier:
        assert [tier.read(key_of(clip)) for clip in clips] == clips
        assert tier.write(key_of(make_clip(9)), make_clip(9))
    assert_consistent(tmp_path, 1_000_000)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with eight clips, to copy."""
    folder = tmp_path_factory.mktemp("filled")
    fill(folder, 8)
    return folder


@settings(max_examples=40)
@given(seed=st.integers(), places=st.integers(1, 30))
def test_no_clip_is_lost_whatever_became_of_the_index(filled: Path, seed: int, places: int) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name) / "copy"
        shutil.copytree(filled, folder)
        content = bytearray((folder / "index.sqlite3").read_bytes())
        chance = random.Random(seed)
        for _ in range(places):
            content[chance.randrange(len(content))] = chance.randrange(256)
        if chance.random() < 0.2:
            del content[chance.randrange(len(content)) :]
        (folder / "index.sqlite3").write_bytes(content)
        assert len(assert_consistent(folder, 1_000_000, damaged={0, 1})) == 8
        assert len(assert_consistent(folder, 1_000_000)) == 8


@pytest.mark.parametrize("version", [0, 2, 99])
def test_an_index_of_another_version_is_set_aside(tmp_path: Path, version: int) -> None:
    clips = fill(tmp_path, 3)
    with closing(sqlite3.connect(tmp_path / "index.sqlite3")) as index:
        index.execute(f"PRAGMA user_version = {version}")
    with opened(tmp_path) as tier:
        assert [tier.read(key_of(clip)) for clip in clips] == clips
    assert len(list((tmp_path / "damaged").iterdir())) == 1


def test_an_index_of_an_old_shape_is_set_aside(tmp_path: Path) -> None:
    clips = fill(tmp_path, 3)
    with closing(sqlite3.connect(tmp_path / "index.sqlite3")) as index:
        index.executescript("DROP TABLE clips; CREATE TABLE clips (key TEXT);")
    with opened(tmp_path) as tier:
        assert [tier.read(key_of(clip)) for clip in clips] == clips


def test_an_index_damaged_while_open_is_made_again(tmp_path: Path) -> None:
    clips = fill(tmp_path, 3)
    with opened(tmp_path) as tier:
        (tmp_path / "index.sqlite3").write_bytes(b"x" * 20_000)
        assert tier.write(key_of(make_clip(9)), make_clip(9))
        assert [tier.read(key_of(clip)) for clip in clips] == clips
    assert_consistent(tmp_path, 1_000_000)


def test_rows_that_lie_lead_nowhere(tmp_path: Path) -> None:
    clips = fill(tmp_path / "cache", 2)
    (tmp_path / "secret").write_bytes(b"secret")
    with closing(sqlite3.connect(tmp_path / "cache" / "index.sqlite3")) as index, index:
        index.execute("UPDATE clips SET name = '../../secret' WHERE used = 1")
    with opened(tmp_path / "cache") as tier:
        assert [tier.read(key_of(clip)) for clip in clips] == clips
        tier.clear()
    assert (tmp_path / "secret").exists()


def test_files_deleted_by_hand_are_forgotten(tmp_path: Path) -> None:
    clips = fill(tmp_path, 2)
    with opened(tmp_path) as tier:
        for file in clip_files(tmp_path):
            file.unlink()
        assert tier.read(key_of(clips[0])) is None
        assert tier.catalogue.stats().entries == 0
        assert tier.write(key_of(clips[1]), clips[1])
        assert tier.catalogue.stats().damaged == 0


def test_a_smaller_budget_drops_what_was_used_longest_ago(tmp_path: Path) -> None:
    clips = fill(tmp_path, 6)
    with opened(tmp_path) as tier:
        assert tier.read(key_of(clips[0])) == clips[0]
    with opened(tmp_path, 2 * _size(clips[0])) as tier:
        kept = [clip for clip in clips if tier.read(key_of(clip))]
    assert kept == [clips[0], clips[5]]
    assert_consistent(tmp_path, 2 * _size(clips[0]))


def test_a_better_clip_left_by_a_process_that_died_is_as_new_as_the_one_it_replaces(
    tmp_path: Path,
) -> None:
    clips = fill(tmp_path, 4)
    better = make_clip(3, preset="quality")
    content = pack(key_of(better), better)[1]
    (tmp_path / "clips" / file_name(content)).write_bytes(content)
    budget = len(content) + _size(clips[2])
    assert assert_consistent(tmp_path, budget) == {2: clips[2], 3: better}


def test_a_folder_that_cannot_be_used_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file", "utf-8")
    tier = DiskTier(tmp_path / "cache")
    with pytest.raises(CacheError, match="cache"):
        tier.open()
    with pytest.raises(CacheError):
        tier.write(key_of(make_clip()), make_clip())
    (tmp_path / "cache").unlink()
    assert tier.write(key_of(make_clip()), make_clip())
    tier.close()


@pytest.mark.parametrize("name", ["clips", "index.sqlite3", "index.sqlite3-journal", "lock"])
def test_what_is_no_file_or_no_folder_is_a_clear_error(tmp_path: Path, name: str) -> None:
    clips = fill(tmp_path, 2)
    place, aside = tmp_path / name, tmp_path / "aside"
    if place.exists():
        place.rename(aside)
    if name == "clips":
        place.write_text("a file", "utf-8")
    else:
        place.mkdir()
    tier = DiskTier(tmp_path)
    for work in (tier.open, lambda: tier.write(key_of(make_clip(2)), make_clip(2)), tier.clear):
        # SQLite on Windows takes a folder for no journal, and goes on.
        if name.endswith("-journal") and sys.platform == "win32":
            break
        with pytest.raises(CacheError, match="remove it, or choose another"):
            work()
    tier.close()
    if name == "clips":
        place.unlink()
    else:
        place.rmdir()
    if aside.exists():
        aside.rename(place)
    with opened(tmp_path) as tier:
        assert [tier.read(key_of(clip)) for clip in clips] == clips


def test_a_folder_in_place_of_a_clip_costs_that_clip_only(tmp_path: Path) -> None:
    clips = fill(tmp_path, 2)
    lost = clip_files(tmp_path)[0]
    lost.unlink()
    lost.mkdir()
    with opened(tmp_path) as tier:
        assert sorted(tier.read(key_of(clip)) is None for clip in clips) == [False, True]
        assert tier.write(key_of(make_clip(2)), make_clip(2))


def test_two_tiers_of_one_folder_see_each_others_clips(tmp_path: Path) -> None:
    clip, better = make_clip(), make_clip(preset="quality")
    with opened(tmp_path) as one, opened(tmp_path) as other:
        one.write(key_of(clip), clip)
        assert not other.write(key_of(clip), clip)
        assert other.read(key_of(clip)) == clip
        other.write(key_of(better), better)
        assert one.read(key_of(clip)) == better
        one.clear()
        assert other.read(key_of(clip)) is None
    assert_consistent(tmp_path, 1_000_000)


def test_one_that_set_the_index_aside_does_not_leave_the_other_behind(tmp_path: Path) -> None:
    clips = fill(tmp_path, 3)
    with opened(tmp_path) as one:
        (tmp_path / "index.sqlite3").write_bytes(b"x" * 20_000)
        with opened(tmp_path) as other:
            assert other.write(key_of(make_clip(8)), make_clip(8))
            assert one.write(key_of(make_clip(9)), make_clip(9))
            assert [one.read(key_of(clip)) for clip in clips] == clips
    assert_consistent(tmp_path, 1_000_000)


def test_an_index_that_another_game_has_open_is_set_aside_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clips = fill(tmp_path, 3)
    Holder(monkeypatch).moves["index.sqlite3"] = -1
    with opened(tmp_path) as one:
        (tmp_path / "index.sqlite3").write_bytes(b"x" * 20_000)
        with opened(tmp_path) as other:
            assert other.write(key_of(make_clip(8)), make_clip(8))
            assert one.write(key_of(make_clip(9)), make_clip(9))
            assert [one.read(key_of(clip)) for clip in clips] == clips
    assert_consistent(tmp_path, 1_000_000)
    (aside,) = (tmp_path / "damaged").iterdir()
    assert aside.read_bytes() == b"x" * 20_000


def test_a_damaged_clip_that_another_game_reads_is_set_aside_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clips = fill(tmp_path, 2)
    damaged = clip_files(tmp_path)[0]
    damaged.write_bytes(damaged.read_bytes()[:-1])
    holder = Holder(monkeypatch)
    holder.moves[damaged.name] = holder.removes[damaged.name] = -1
    with opened(tmp_path) as tier:
        assert sorted(tier.read(key_of(clip)) is None for clip in clips) == [False, True]
    assert len(list((tmp_path / "damaged").iterdir())) == 1


def test_a_clip_is_kept_although_another_program_looks_at_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = make_clip()
    holder = Holder(monkeypatch)
    _, content = pack(key_of(clip), clip)
    holder.moves[file_name(content)] = 2
    with opened(tmp_path) as tier:
        assert tier.write(key_of(clip), clip)
        assert tier.read(key_of(clip)) == clip
    assert holder.refused == 2


def test_old_damage_that_somebody_looks_at_stays_for_now(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "damaged").mkdir()
    for number in range(8):
        (tmp_path / "damaged" / f"{number}").touch()
    Holder(monkeypatch).removes["0"] = -1
    (tmp_path / "index.sqlite3").write_bytes(b"x" * 20_000)
    with opened(tmp_path):
        pass
    assert (tmp_path / "damaged" / "0").exists()


def test_threads_can_share_a_tier(tmp_path: Path) -> None:
    problems: list[BaseException] = []

    def work(seed: int) -> None:
        chance = random.Random(seed)
        try:
            for _ in range(25):
                clip = make_clip(chance.randrange(12), preset=chance.choice(PRESETS))
                tier.write(key_of(clip), clip)
                tier.read(key_of(make_clip(chance.randrange(12))))
        except BaseException as error:
            problems.append(error)

    with opened(tmp_path, _BUDGET) as tier:
        threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60.0)
    assert not problems
    assert_consistent(tmp_path, _BUDGET)
