from pathlib import Path

import pytest
from npc_video.shipping.console import Failure

from tools.links import install_addon, link_addon


@pytest.fixture
def addon(tmp_path: Path) -> Path:
    folder = tmp_path / "addons" / "npc_video_player"
    folder.mkdir(parents=True)
    (folder / "plugin.cfg").write_text("[plugin]")
    return folder


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "tests" / "project"
    folder.mkdir(parents=True)
    return folder


def linked(project: Path) -> Path:
    return project / "addons" / "npc_video_player" / "plugin.cfg"


def test_the_addon_appears_in_the_project(project: Path, addon: Path) -> None:
    link_addon(project, addon)
    link_addon(project, addon)  # a second time changes nothing
    assert linked(project).read_text() == "[plugin]"


def test_the_link_still_leads_there_after_the_checkout_moved(
    project: Path, addon: Path, tmp_path: Path
) -> None:
    link_addon(project, addon)
    moved = tmp_path.rename(tmp_path.with_name("moved"))
    assert linked(moved / "tests" / "project").exists()
    moved.rename(tmp_path)


@pytest.mark.parametrize("wrong", ["text file", "dangling link", "other link"])
def test_what_git_left_there_is_replaced(project: Path, addon: Path, wrong: str) -> None:
    link = project / "addons" / "npc_video_player"
    link.parent.mkdir()
    if wrong == "text file":
        link.write_text("../../addons/npc_video_player")
    else:
        link.symlink_to("nowhere" if wrong == "dangling link" else project)
    link_addon(project, addon)
    assert linked(project).exists()


def test_a_folder_in_the_way_is_left_alone(project: Path, addon: Path) -> None:
    mine = project / "addons" / "npc_video_player" / "mine.txt"
    mine.parent.mkdir(parents=True)
    mine.touch()
    with pytest.raises(Failure, match="move it away"):
        link_addon(project, addon)
    assert mine.exists()


def test_the_addon_is_installed_into_a_project_of_ones_own(project: Path, addon: Path) -> None:
    (project / "project.godot").touch()
    install_addon(project, addon)
    assert linked(project).exists()
    listed = project / ".godot" / "extension_list.cfg"
    assert listed.read_text() == "res://addons/npc_video_player/npc_video_player.gdextension\n"


@pytest.mark.parametrize("ending", ["", "\n"])
def test_a_project_keeps_the_extensions_that_it_has(
    project: Path, addon: Path, ending: str
) -> None:
    (project / "project.godot").touch()
    listed = project / ".godot" / "extension_list.cfg"
    listed.parent.mkdir()
    listed.write_text(f"res://other.gdextension{ending}")
    install_addon(project, addon)
    install_addon(project, addon)  # a second time changes nothing
    assert listed.read_text().splitlines() == [
        "res://other.gdextension",
        "res://addons/npc_video_player/npc_video_player.gdextension",
    ]


def test_the_addon_is_not_installed_where_no_project_is(project: Path, addon: Path) -> None:
    with pytest.raises(Failure, match=r"no project\.godot"):
        install_addon(project, addon)
    assert not list(project.iterdir())
