import errno
import json
import os
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from npc_video.cli import main
from npc_video.shipping import addon as shipped
from npc_video.shipping import copies
from npc_video.shipping.addon import LICENCE, NAME, Addon, install, our_addon, uninstall
from npc_video.shipping.console import Failure
from npc_video.shipping.copies import MARKER

from tools.paths import ADDON

from ..holding import Loaded
from .projects import LIBRARIES, content, make_addon, make_game, skip_without_links

EXTENSION = f"res://addons/{NAME}/{NAME}.gdextension"


@pytest.fixture
def game(tmp_path: Path) -> Path:
    return make_game(tmp_path / "Spiele für Ünï 遊戲")


@pytest.fixture(params=[False, True], ids=["wheel", "checkout"])
def addon(request: pytest.FixtureRequest, tmp_path: Path) -> Addon:
    if request.param:
        skip_without_links(tmp_path)
    return make_addon(tmp_path / "addons" / NAME, is_checkout=request.param)


@pytest.fixture
def of_wheel(tmp_path: Path) -> Addon:
    return make_addon(tmp_path / "site-packages" / NAME / "addon")


def place(game: Path) -> Path:
    return game / "addons" / NAME


# ---- Whatever it comes from ----


def test_it_comes_and_goes_and_leaves_the_game_as_it_was(game: Path, addon: Addon) -> None:
    before = content(game)
    install(game, addon)
    assert all((place(game) / "bin" / name).is_file() for name in LIBRARIES)
    listed = (game / ".godot" / "extension_list.cfg").read_text("utf-8")
    assert listed.splitlines() == ["res://addons/other/other.gdextension", EXTENSION]
    assert uninstall(game, addon) == []
    before[".godot/extension_list.cfg"] = b"res://addons/other/other.gdextension\n"
    assert content(game) == before
    assert (addon.folder / "plugin.cfg").is_file()


def test_who_comes_without_it_is_told_by_a_file_of_the_project(game: Path, addon: Addon) -> None:
    notice = game / "addons" / "npc_video_missing.gd"
    install(game, addon)
    text = notice.read_bytes()
    notice.write_bytes(text + b"# of an older version\n")
    notice.with_name(f"{notice.name}.uid").write_text("uid://abc\n", "utf-8")
    install(game, addon)
    assert notice.read_bytes() == text
    uninstall(game, addon)
    assert not list(notice.parent.glob(f"{notice.name}*"))
    notice.write_text("class_name Mine\n", "utf-8")
    install(game, addon)
    uninstall(game, addon)
    assert notice.read_text("utf-8") == "class_name Mine\n"


@pytest.mark.parametrize("known", [None, b"", b"*.tmp", b"*.tmp\r\n/build\r\n"])
def test_it_stays_out_of_the_repository(game: Path, addon: Addon, known: bytes | None) -> None:
    ignored = game / ".gitignore"
    if known is not None:
        ignored.write_bytes(known)
    for _ in range(2):
        install(game, addon)
        lines = ignored.read_text("utf-8").splitlines()
        assert lines == [*(known or b"").decode().splitlines(), f"/addons/{NAME}"]
    uninstall(game, addon)
    left = ignored.read_bytes() if ignored.exists() else b""
    assert left.splitlines() == (known or b"").splitlines()


def test_nothing_is_left_of_it_in_an_empty_project(tmp_path: Path, addon: Addon) -> None:
    project = tmp_path / "empty"
    project.mkdir()
    (project / "project.godot").touch()
    install(project, addon)
    uninstall(project, addon)
    assert content(project) == {"project.godot": b""}


def test_a_second_time_changes_nothing(game: Path, addon: Addon) -> None:
    install(game, addon)
    before = content(game)
    install(game, addon)
    assert content(game) == before


def test_what_the_engine_and_its_user_did_meanwhile_is_undone(game: Path, addon: Addon) -> None:
    install(game, addon)
    settings = game / "project.godot"
    with settings.open("ab") as file:
        file.write(
            b"\n[editor_plugins]\n\nenabled=PackedStringArray("
            b'"res://addons/npc_video_player/plugin.cfg")\n'
        )
    cached = game / ".godot" / "npc_python" / "1234" / "python" / "manifest.json"
    cached.parent.mkdir(parents=True)
    cached.touch()
    uninstall(game, addon)
    assert settings.read_bytes().endswith(b"[editor_plugins]\n\nenabled=PackedStringArray()\n")
    assert not (game / ".godot" / "npc_python").exists()
    uninstall(game, addon)  # a second time finds nothing to do


@pytest.mark.parametrize("change", [install, uninstall])
def test_without_a_project_nothing_is_touched(tmp_path: Path, addon: Addon, change) -> None:
    folder = tmp_path / "none"
    folder.mkdir()
    with pytest.raises(Failure, match=r"no project\.godot .*: name the folder"):
        change(folder, addon)
    assert content(folder) == {}


def foreign_folder(path: Path) -> None:
    path.mkdir()
    (path / "plugin.cfg").write_text('[plugin]\nname="Mine"\n', "utf-8")


def foreign_file(path: Path) -> None:
    path.write_text("mine\n", "utf-8")


def foreign_link(path: Path) -> None:
    skip_without_links(path.parent)
    path.symlink_to(path.parent / "other", target_is_directory=True)


def link_to_nowhere(path: Path) -> None:
    skip_without_links(path.parent)
    path.symlink_to("nowhere", target_is_directory=True)


@pytest.mark.parametrize("change", [install, uninstall])
@pytest.mark.parametrize("put", [foreign_folder, foreign_file, foreign_link, link_to_nowhere])
def test_what_is_not_ours_is_left_alone(game: Path, addon: Addon, change, put) -> None:
    put(place(game))
    before = content(game)
    with pytest.raises(Failure, match="is not this addon: move it away"):
        change(game, addon)
    assert content(game) == before


def test_a_folder_addons_that_is_none_is_left_alone(tmp_path: Path, addon: Addon) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "project.godot").touch()
    (project / "addons").write_text("mine", "utf-8")
    with pytest.raises(Failure, match=r"addons.* could not be changed .*run this again"):
        install(project, addon)
    assert (project / "addons").read_text("utf-8") == "mine"


@pytest.mark.parametrize(
    ("number", "mend"),
    [
        (errno.EROFS, "get write access"),
        (errno.EACCES, "get write access"),
        (errno.ENOSPC, "free some space"),
        (errno.EIO, "fix that"),
    ],
)
@pytest.mark.parametrize("change", [install, uninstall])
def test_a_project_that_cannot_be_written_to(
    game: Path, of_wheel: Addon, monkeypatch: pytest.MonkeyPatch, change, number: int, mend: str
) -> None:
    if change is uninstall:
        install(game, of_wheel)

    def refuse(path: Path, *_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number), str(path))

    monkeypatch.setattr(Path, "unlink" if change is uninstall else "write_bytes", refuse)
    with pytest.raises(Failure, match=f"{NAME}.*{os.strerror(number)}.*: {mend} and run this"):
        change(game, of_wheel)


def test_a_library_in_use_is_told_of(
    game: Path, of_wheel: Addon, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(game, of_wheel)

    def refuse(path: Path, *_: object, **__: object) -> None:
        error = OSError(errno.EACCES, "Access is denied", str(path))
        error.winerror = 5  # type: ignore[attr-defined]
        raise error

    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(Failure, match=r"bin.*Access is denied.*: close Godot"):
        uninstall(game, of_wheel)
    monkeypatch.undo()
    assert uninstall(game, of_wheel) == []


def test_a_library_in_use_makes_way_for_a_newer_one(
    game: Path, of_wheel: Addon, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(game, of_wheel)
    before = content(place(game) / "bin")
    for name in LIBRARIES:
        (of_wheel.folder / "bin" / name).write_bytes(b"newer")
    Loaded(monkeypatch, *LIBRARIES)
    install(game, of_wheel)
    after = content(place(game) / "bin")
    assert [after[name] for name in LIBRARIES] == [b"newer", b"newer"]
    left = [data for name, data in after.items() if name.endswith(".replaced")]
    assert sorted(left) == sorted(before[name] for name in LIBRARIES)  # Godot runs them still
    monkeypatch.undo()
    assert uninstall(game, of_wheel) == []


def test_two_at_once_wait_for_each_other(game: Path, of_wheel: Addon) -> None:
    script = (
        "import sys; from pathlib import Path; from npc_video.shipping import addon\n"
        "ours = addon.Addon(Path(sys.argv[2]), False)\n"
        "for _ in range(5):\n"
        "    addon.install(Path(sys.argv[1]), ours)\n"
        "    addon.uninstall(Path(sys.argv[1]), ours)\n"
        "addon.install(Path(sys.argv[1]), ours)\n"
    )
    command = [sys.executable, "-c", script, str(game), str(of_wheel.folder)]
    runs = [
        subprocess.Popen(
            command, stderr=subprocess.PIPE, text=True, errors="replace", encoding="utf-8"
        )
        for _ in range(3)
    ]
    said = [run.communicate()[1] for run in runs]
    assert [run.returncode for run in runs] == [0, 0, 0], said
    assert copies.files_of(place(game)).keys() >= copies.files_of(of_wheel.folder).keys()
    assert uninstall(game, of_wheel) == []


@pytest.mark.parametrize("is_ours", [True, False])
def test_the_licence_that_came_with_a_zip_goes_too(
    game: Path, of_wheel: Addon, is_ours: bool
) -> None:
    licence = game / LICENCE
    licence.write_bytes((of_wheel.folder / "LICENSE").read_bytes() if is_ours else b"mine")
    uninstall(game, of_wheel)
    assert licence.exists() != is_ours


# ---- A copy ----


def test_a_copy_leads_to_this_python_and_is_not_for_git(game: Path, of_wheel: Addon) -> None:
    install(game, of_wheel)
    settings = (place(game) / "bin" / "pythonscript.cfg").read_text("utf-8")
    assert f"executable={sys.executable}\n" in settings
    assert f"bridge={LIBRARIES[1]}\n" in settings
    assert (place(game) / ".gitignore").read_text("utf-8") == "*\n"
    marker = json.loads((place(game) / MARKER).read_text("utf-8"))
    assert marker["version"] == of_wheel.version
    assert set(marker["files"]) == set(content(place(game))) - {MARKER, "bin"}


def test_an_upgrade_removes_what_is_gone_and_never_what_is_the_user_s(
    game: Path, of_wheel: Addon
) -> None:
    old = of_wheel.folder / "shaders" / "old.gdshader"
    old.parent.mkdir()
    old.write_text("old", "utf-8")
    install(game, of_wheel)
    (place(game) / "shaders" / "old.gdshader.uid").write_text("uid://made", "utf-8")
    mine = place(game) / "bin" / "mine.txt"
    mine.write_text("mine", "utf-8")
    shutil.rmtree(old.parent)
    install(game, of_wheel)
    assert not (place(game) / "shaders").exists()
    assert mine.read_text("utf-8") == "mine"
    assert uninstall(game, of_wheel) == [mine]
    assert content(place(game)) == {"bin": None, "bin/mine.txt": b"mine"}


@pytest.mark.parametrize("damage", ["marker", "files", "text", "settings"])
def test_a_damaged_copy_is_mended(game: Path, of_wheel: Addon, damage: str) -> None:
    install(game, of_wheel)
    whole = content(place(game))
    match damage:
        case "marker":
            (place(game) / MARKER).write_text("{", "utf-8")
        case "files":
            shutil.rmtree(place(game) / "bin")
            (place(game) / "plugin.cfg").unlink()
        case "text":
            (place(game) / "plugin.cfg").write_text("half", "utf-8")
        case "settings":  # as after the virtual environment was moved
            (place(game) / "bin" / "pythonscript.cfg").write_text("executable=/gone\n", "utf-8")
    install(game, of_wheel)
    assert content(place(game)) == whole
    assert uninstall(game, of_wheel) == []
    assert not place(game).exists()


def test_a_marker_names_nothing_outside_of_the_addon(game: Path, of_wheel: Addon) -> None:
    install(game, of_wheel)
    outside = [str(game / "main.tscn"), "../../main.tscn"]
    marker = json.dumps({"version": "0", "files": outside})
    (place(game) / MARKER).write_text(marker, "utf-8")
    uninstall(game, of_wheel)
    assert (game / "main.tscn").is_file()


@pytest.mark.parametrize(
    ("name", "stays"),
    [
        ("bin/a.so", True),
        ("/main.tscn", False),
        ("../../main.tscn", False),
        ("..\\..\\main.tscn", False),
        ("C:\\game\\main.tscn", False),
        ("C:main.tscn", False),
        ("\\main.tscn", False),
    ],
)
def test_a_path_of_windows_leads_outside_too(name: str, stays: bool) -> None:
    assert copies.is_inside(name) is stays


def test_a_python_that_the_addon_brought_along_gives_way(game: Path, of_wheel: Addon) -> None:
    shutil.copytree(of_wheel.folder, place(game))
    runtime = place(game) / "bin" / "python"
    (runtime / "lib").mkdir(parents=True)
    (runtime / "pythonscript.cfg").write_text("home=.\n", "utf-8")
    install(game, of_wheel)
    assert not runtime.exists()


def test_an_interrupted_copy_is_taken_away(
    game: Path, of_wheel: Addon, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = content(game)
    before[".godot/extension_list.cfg"] = b"res://addons/other/other.gdextension"
    written = 0
    write = Path.write_bytes

    def stop(path: Path, data: bytes) -> int:
        nonlocal written
        written += 1
        if written == 3:
            raise KeyboardInterrupt
        return write(path, data)

    monkeypatch.setattr(Path, "write_bytes", stop)
    with pytest.raises(KeyboardInterrupt):
        install(game, of_wheel)
    monkeypatch.undo()
    assert uninstall(game, of_wheel) == []
    assert content(game) == before


# ---- A link ----


@pytest.fixture
def checkout(tmp_path: Path) -> Addon:
    return make_addon(tmp_path / "checkout" / "addons" / NAME, is_checkout=True)


def test_the_link_still_leads_there_after_both_have_moved(tmp_path: Path) -> None:
    skip_without_links(tmp_path)
    both = tmp_path / "both"
    checkout = make_addon(both / "checkout" / "addons" / NAME, is_checkout=True)
    install(make_game(both / "game"), checkout)
    moved = both.rename(tmp_path / "moved")
    if sys.platform != "win32":  # a junction knows no relative paths
        assert (place(moved / "game") / "plugin.cfg").is_file()


@pytest.mark.parametrize("broken", ["text file", "dangling link", "another checkout"])
def test_a_link_of_ours_that_broke_is_made_again(
    game: Path, checkout: Addon, tmp_path: Path, broken: str
) -> None:
    skip_without_links(tmp_path)
    match broken:
        case "text file":  # as git on Windows makes it
            place(game).write_text(f"../../addons/{NAME}", "utf-8")
        case "dangling link":
            place(game).symlink_to(f"../gone/addons/{NAME}", target_is_directory=True)
        case "another checkout":
            place(game).symlink_to(make_addon(tmp_path / "mine").folder, target_is_directory=True)
    install(game, checkout)
    assert place(game).resolve() == checkout.folder.resolve()


def test_a_copy_becomes_a_link_and_a_link_a_copy(
    game: Path, checkout: Addon, of_wheel: Addon
) -> None:
    skip_without_links(game)
    install(game, of_wheel)
    install(game, checkout)
    assert place(game).resolve() == checkout.folder.resolve()
    before = content(checkout.folder)
    install(game, of_wheel)
    assert place(game).resolve() == place(game)
    assert content(checkout.folder) == before


def test_a_copy_with_files_of_the_user_s_becomes_no_link(
    game: Path, checkout: Addon, of_wheel: Addon
) -> None:
    install(game, of_wheel)
    mine = place(game) / "mine.txt"
    mine.touch()
    with pytest.raises(Failure, match="holds files of yours: move them away"):
        install(game, checkout)
    assert mine.exists()


# ---- The command ----


def test_this_checkout_s_addon_is_found() -> None:
    assert our_addon() == Addon(ADDON, is_checkout=True)


def test_an_addon_without_libraries_is_not_installed(game: Path, of_wheel: Addon) -> None:
    before = content(game)
    (of_wheel.folder / "bin" / LIBRARIES[1]).unlink()
    with pytest.raises(Failure, match="no library for this Python"):
        install(game, of_wheel)
    assert content(game) == before


def test_the_command_says_what_it_did_and_what_it_left(
    game: Path, of_wheel: Addon, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(shipped, "our_addon", lambda: of_wheel)
    assert main(["install", str(game)]) == 0
    assert f"The addon {of_wheel.version} is in {game}" in capsys.readouterr().err
    (place(game) / "mine.txt").touch()
    assert main(["uninstall", str(game)]) == 0
    assert "mine.txt is not the addon's, so it was left" in capsys.readouterr().err
    assert main(["install", str(game.parent)]) == 1
    assert "There is no project.godot" in capsys.readouterr().err


def test_the_addon_has_the_version_of_its_package() -> None:
    assert our_addon().version == version("npc-video-player")
