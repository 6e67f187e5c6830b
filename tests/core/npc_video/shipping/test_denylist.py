from pathlib import PurePosixPath

import pytest
from npc_video.shipping.denylist import ships_from_package


@pytest.mark.parametrize(
    ("path", "in_games", "in_the_editor"),
    [
        ("npc_video/manager.py", True, True),
        ("npc_video/shipping/packs.py", False, True),
        ("npc_video/shipping/licences/MIT.txt", False, False),
        ("npc_video_player/editor/plugin.py", False, True),
        ("npc_video_player/addon/plugin.cfg", False, False),
        ("npc_video/cli.py", False, False),
        ("numpy/_core/include/numpy.h", False, False),
    ],
)
def test_the_editor_s_parts_go_where_an_editor_runs(
    path: str, in_games: bool, in_the_editor: bool
) -> None:
    assert ships_from_package(PurePosixPath(path)) == in_games
    assert ships_from_package(PurePosixPath(path), for_editor=True) == in_the_editor
