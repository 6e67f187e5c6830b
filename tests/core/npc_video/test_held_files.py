from pathlib import Path

import pytest
from npc_video.held_files import is_held, put_in_place, remove, replace

from .holding import Holder, Loaded, holder

__all__ = ["holder"]


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    new, old = tmp_path / "new", tmp_path / "old.dll"
    new.write_text("new", "utf-8")
    old.write_text("old", "utf-8")
    return new, old


def names(folder: Path) -> list[str]:
    return sorted(path.name.partition(".dll.")[0] for path in folder.iterdir())


def test_what_is_held_for_a_moment_is_replaced(files: tuple[Path, Path], holder: Holder) -> None:
    new, old = files
    holder.moves["old.dll"] = 2
    replace(new, old)
    assert (old.read_text("utf-8"), new.exists(), holder.refused) == ("new", False, 2)


def test_what_stays_held_is_an_error(files: tuple[Path, Path], holder: Holder) -> None:
    new, old = files
    holder.moves["old.dll"] = -1
    with pytest.raises(PermissionError):
        replace(new, old)
    assert (old.read_text("utf-8"), new.exists()) == ("old", True)


def test_what_is_held_for_a_moment_is_removed(files: tuple[Path, Path], holder: Holder) -> None:
    holder.removes["old.dll"] = 2
    assert remove(files[1])
    assert not files[1].exists()
    assert remove(files[1])  # what is not there is gone


def test_what_stays_held_is_not_removed(files: tuple[Path, Path], holder: Holder) -> None:
    holder.removes["old.dll"] = -1
    assert not remove(files[1])
    assert files[1].exists()


def test_other_refusals_are_told_at_once(
    files: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def refuse(path: Path, *arguments: object, **options: object) -> None:
        asked.append(path)
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "replace", refuse)
    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(PermissionError):
        replace(*files)
    with pytest.raises(PermissionError):
        remove(files[1])
    with pytest.raises(PermissionError):
        put_in_place(*files)
    assert len(asked) == 3


# ---- Libraries ----


def test_a_free_library_is_replaced(files: tuple[Path, Path]) -> None:
    new, old = files
    put_in_place(new, old)
    assert (old.read_text("utf-8"), names(old.parent)) == ("new", ["old.dll"])


def test_the_first_library_needs_none_before(files: tuple[Path, Path]) -> None:
    new, old = files
    old.unlink()
    put_in_place(new, old)
    assert old.read_text("utf-8") == "new"


def test_a_library_in_use_makes_way_and_goes_later(
    files: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    new, old = files
    loaded = Loaded(monkeypatch, "old.dll")
    put_in_place(new, old)
    assert old.read_text("utf-8") == "new"
    (aside,) = (path for path in old.parent.iterdir() if path != old)
    assert aside.read_text("utf-8") == "old"

    new.write_text("newer", "utf-8")
    put_in_place(new, old)
    assert (old.read_text("utf-8"), aside.exists()) == ("newer", True)
    loaded.names.clear()

    new.write_text("newest", "utf-8")
    put_in_place(new, old)
    assert [path.read_text("utf-8") for path in old.parent.iterdir()] == ["newest"]


def test_one_that_makes_no_way_is_an_error(files: tuple[Path, Path], holder: Holder) -> None:
    new, old = files
    holder.moves["old.dll"] = -1
    with pytest.raises(PermissionError) as refused:
        put_in_place(new, old)
    assert is_held(refused.value)
    assert old.read_text("utf-8") == "old"


def test_one_that_cannot_be_put_there_leaves_the_old_one(
    files: tuple[Path, Path], holder: Holder
) -> None:
    new, old = files
    holder.moves["new"] = -1
    with pytest.raises(PermissionError):
        put_in_place(new, old)
    assert old.read_text("utf-8") == "old"
