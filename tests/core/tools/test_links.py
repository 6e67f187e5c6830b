from pathlib import Path

import pytest

from tools.console import Failure
from tools.links import link_addon


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
