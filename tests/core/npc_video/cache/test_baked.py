import dataclasses
import json
import re
from pathlib import Path
from typing import Any

import pytest
from npc_video.cache.baked import INDEX, BakedFolder, BakedTier, folder_reader
from npc_video.errors import CacheError, InvalidDataError

from ..holding import Holder
from .clips import bake, key_of, make_clip

_CLIPS = [make_clip(number) for number in range(3)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    bake(tmp_path, _CLIPS)
    return tmp_path


def open_tier(folder: Path) -> BakedTier:
    tier = BakedTier(folder_reader(folder))
    tier.open()
    return tier


def change_index(folder: Path, field: str, value: Any) -> None:
    """Sets `field` of the second entry."""
    index = json.loads((folder / INDEX).read_text("utf-8"))
    index["clips"][1][field] = value
    (folder / INDEX).write_text(json.dumps(index), "utf-8")


def test_what_was_baked_is_found(folder: Path) -> None:
    tier = open_tier(folder)
    assert [tier.read(key_of(clip)) for clip in _CLIPS] == _CLIPS
    assert tier.read(key_of(make_clip(9))) is None
    stats = tier.catalogue.stats()
    assert (stats.entries, stats.bytes) == (3, 300)


def test_they_are_ordinary_video_files(folder: Path) -> None:
    data = {path.read_bytes() for path in folder.glob("*.webm")}
    assert data == {clip.data for clip in _CLIPS}


def test_they_can_be_read_from_anywhere(folder: Path) -> None:
    package = {path.name: path.read_bytes() for path in folder.iterdir()}
    tier = BakedTier(package.__getitem__)
    tier.open()
    assert tier.read(key_of(_CLIPS[0])) == _CLIPS[0]


def test_a_folder_without_index_is_a_clear_error(tmp_path: Path) -> None:
    tier = BakedTier(folder_reader(tmp_path), "res://clips")
    with pytest.raises(CacheError, match="no clip is in res://clips yet: bake"):
        tier.open()


def test_an_index_that_cannot_be_read_is_named() -> None:
    def read(name: str) -> bytes:
        raise PermissionError(13, "Permission denied")

    with pytest.raises(CacheError, match=r"res://clips/index\.json cannot be read \(Permission"):
        BakedTier(read, "res://clips").open()


def test_nothing_is_written(folder: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    tier = open_tier(folder)
    tier.read(key_of(_CLIPS[0]))
    assert {path: path.stat().st_mtime_ns for path in folder.iterdir()} == before


def test_a_clip_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    clips = [make_clip(preset=preset) for preset in ("quality", "fast")]
    bake(tmp_path, clips)
    assert open_tier(tmp_path).read(key_of(clips[0])) == clips[1]
    assert [path.read_bytes() for path in tmp_path.glob("*.webm")] == [clips[1].data]


def test_clips_of_one_content_share_a_file(tmp_path: Path) -> None:
    first, second = make_clip(1), dataclasses.replace(make_clip(2), data=make_clip(1).data)
    bake(tmp_path, [first, second])
    bake(tmp_path, [make_clip(1, preset="quality")])
    assert open_tier(tmp_path).read(key_of(second)) == second


def test_a_folder_is_added_to(folder: Path) -> None:
    (folder / "notes.txt").write_text("mine", "utf-8")
    more = make_clip(7)
    baked = BakedFolder(folder)
    assert key_of(_CLIPS[0]) in baked
    assert key_of(more) not in baked
    baked.add(key_of(more), more)
    assert len(baked) == 4
    tier = open_tier(folder)
    assert [tier.read(key_of(clip)) for clip in (*_CLIPS, more)] == [*_CLIPS, more]
    assert (folder / "notes.txt").exists()


def test_a_folder_that_is_damaged_is_left_alone(folder: Path) -> None:
    (folder / INDEX).write_text("{", "utf-8")
    with pytest.raises(InvalidDataError, match=f"^{re.escape(str(folder))}.*bake"):
        BakedFolder(folder)
    assert (folder / INDEX).read_text("utf-8") == "{"


@pytest.mark.parametrize("data", [b"", b"x" * 100, _CLIPS[0].data + b"x"])
def test_a_damaged_clip_is_a_miss_from_then_on(folder: Path, data: bytes) -> None:
    tier = open_tier(folder)
    entry = tier.catalogue.get(key_of(_CLIPS[0]))
    assert entry is not None
    (folder / entry.name).write_bytes(data)
    assert tier.read(key_of(_CLIPS[0])) is None
    assert tier.catalogue.get(key_of(_CLIPS[0])) is None
    assert tier.catalogue.stats().damaged == 1
    assert tier.read(key_of(_CLIPS[1])) == _CLIPS[1]


def test_a_clip_that_cannot_be_read_is_a_miss_from_then_on(folder: Path) -> None:
    tier = open_tier(folder)
    for path in folder.glob("*.webm"):
        path.unlink()
    assert tier.read(key_of(_CLIPS[0])) is None
    assert tier.catalogue.get(key_of(_CLIPS[0])) is None
    assert tier.catalogue.stats().damaged == 1


def test_what_was_never_baked_can_be_discarded(folder: Path) -> None:
    tier = open_tier(folder)
    tier.discard(key_of(make_clip(9)))
    assert tier.catalogue.stats().damaged == 0


@pytest.mark.parametrize("item", [None, "x.webm", 1])
def test_an_entry_that_is_no_object_is_named(folder: Path, item: object) -> None:
    index = json.loads((folder / INDEX).read_text("utf-8"))
    index["clips"][1] = item
    (folder / INDEX).write_text(json.dumps(index), "utf-8")
    with pytest.raises(InvalidDataError, match=r"clips\[1\]: must be an object"):
        open_tier(folder)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("file", "../../secret.webm"),
        ("file", "x.webm"),
        ("file", None),
        ("bytes", "12"),
        ("bytes", True),
        ("clip", {}),
        ("clip", None),
    ],
)
def test_a_wrong_entry_is_named(folder: Path, field: str, value: Any) -> None:
    change_index(folder, field, value)
    reason = "params" if value == {} else field
    with pytest.raises(InvalidDataError, match=rf"clips\[1\]: .*{reason}"):
        open_tier(folder)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"version": 2}', '{"version": 1}'])
def test_what_is_no_index_is_refused(folder: Path, text: str) -> None:
    (folder / INDEX).write_text(text, "utf-8")
    with pytest.raises(InvalidDataError, match=INDEX):
        open_tier(folder)


def test_only_video_is_baked(tmp_path: Path) -> None:
    clip = dataclasses.replace(make_clip(), media_type="text/html")
    with pytest.raises(InvalidDataError, match="media_type"):
        bake(tmp_path, [clip])


def test_a_clip_that_another_program_looks_at_is_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clips = [make_clip(preset=preset) for preset in ("quality", "fast")]
    bake(tmp_path, clips[:1])
    (before,) = tmp_path.glob("*.webm")
    holder = Holder(monkeypatch)
    holder.removes[before.name] = -1
    holder.moves[INDEX] = 2
    bake(tmp_path, clips[1:])
    assert open_tier(tmp_path).read(key_of(clips[0])) == clips[1]
    assert before.exists()
