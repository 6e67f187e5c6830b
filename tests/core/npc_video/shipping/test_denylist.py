from pathlib import Path, PurePosixPath

import pytest
from npc_video.doctor import finding
from npc_video.shipping.denylist import ships_extension, ships_from_package, ships_from_stdlib

PACKAGES = Path(finding.__file__).parents[2]


def test_no_game_carries_the_doctor() -> None:
    files = [path for path in Path(finding.__file__).parent.rglob("*") if path.is_file()]
    assert len(files) > 10
    inside = [PurePosixPath(path.relative_to(PACKAGES).as_posix()) for path in files]
    assert [path for path in inside if ships_from_package(path)] == []


@pytest.mark.parametrize("name", ["npc_video/manager.py", "npc_video/media/decode.py"])
def test_games_carry_what_plays(name: str) -> None:
    assert ships_from_package(PurePosixPath(name))


@pytest.mark.parametrize(
    ("path", "in_games", "in_the_editor"),
    [
        ("npc_video/manager.py", True, True),
        ("npc_video/shipping/packs.py", False, True),
        ("npc_video/shipping/licences/MIT.txt", False, False),
        ("npc_video/graph/document/spans.py", False, True),
        ("npc_video/graph/loading.py", True, True),
        ("npc_video_player/editor/plugin.py", False, True),
        ("npc_video_player/addon/plugin.cfg", False, False),
        ("npc_video/cli.py", False, False),
        ("npc_video_farm/brain/brain.py", False, False),
        ("npc_video/graph_commands.py", False, False),
        ("npc_video/replay_command.py", False, False),
        ("npc_video/npc/replay.py", True, True),
        ("numpy/_core/include/numpy.h", False, False),
    ],
)
def test_the_editor_s_parts_go_where_an_editor_runs(
    path: str, in_games: bool, in_the_editor: bool
) -> None:
    assert ships_from_package(PurePosixPath(path)) == in_games
    assert ships_from_package(PurePosixPath(path), for_editor=True) == in_the_editor


@pytest.mark.parametrize(
    ("path", "ships"),
    [
        ("json", True),
        ("json/decoder.py", True),
        ("asyncio/unix_events.py", True),
        ("test", False),
        ("test/test_json.py", False),
        ("config-3.11-x86_64-linux-gnu", False),
        ("_sysconfigdata__linux_x86_64-linux-gnu.py", False),
        ("site-packages", False),
        ("unittest", False),
        ("distutils", False),
        ("ctypes/test", True),
        ("encodings/__pycache__", False),
    ],
)
def test_the_standard_library_goes_along_but_for_what_no_game_uses(path: str, ships: bool) -> None:
    assert ships_from_stdlib(PurePosixPath(path)) == ships


@pytest.mark.parametrize(
    ("name", "ships"),
    [
        ("_ssl.cpython-311-x86_64-linux-gnu.so", True),
        ("_ctypes.pyd", True),
        ("libcrypto-3.dll", True),
        ("_tkinter.pyd", False),
        ("tcl86t.dll", False),
        ("_testcapi.cpython-311-darwin.so", False),
        ("readline.cpython-311-x86_64-linux-gnu.so", False),
    ],
)
def test_extension_modules_that_need_what_players_lack_stay(name: str, ships: bool) -> None:
    assert ships_extension(name) == ships
