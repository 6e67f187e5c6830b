"""The way in of who has no Python: the zip of the addon, an empty project, a clip, a game."""

import sys
import zipfile
from pathlib import Path

import pytest
from npc_video.shipping.addon import our_addon, uninstall
from npc_video.shipping.addon_zip import zip_addon
from npc_video.shipping.console import Failure
from npc_video.shipping.engine import Engine
from npc_video.shipping.export import export
from npc_video.shipping.godot import import_project, run_project
from npc_video.shipping.platforms import this_platform
from npc_video.shipping.python_files import this_python

from tests.engine.test_wheel import FILES, PRESET
from tests.harness import away
from tests.harness.exported import release_template
from tools.engine import find
from tools.paths import ROOT

MAX_BYTES = 55_000_000


@pytest.fixture(scope="module")
def zipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("zip")
    return zip_addon(folder, our_addon(), this_python(), lambda done, doing: None)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """An engine that sees neither this checkout nor, where it lies apart, this Python."""
    found = find()
    assert found is not None, "`python3 run.py engine` gets a Godot"
    base = Path(sys.base_prefix)
    hidden = [] if base in (Path("/usr"), Path("/")) else [base]
    return away.engine_away(found, tmp_path_factory.mktemp("user"), *hidden)


@pytest.fixture
def project(tmp_path: Path, zipped: Path) -> Path:
    """An empty project in which the zip was unpacked."""
    folder = tmp_path / "Spiel ohne Python ü"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text, "utf-8")
    with zipfile.ZipFile(zipped) as archive:
        archive.extractall(folder)
    return folder


def test_it_is_laid_out_as_the_asset_library_wants_it(zipped: Path) -> None:
    with zipfile.ZipFile(zipped) as archive:
        names = set(archive.namelist())
        licence = archive.read("addons/npc_video_player/LICENSE")
    assert licence == (ROOT / "LICENSE").read_bytes()
    assert zipped.name == f"npc_video_player-{our_addon().version}-{this_platform()}.zip"
    inside = "addons/npc_video_player"
    assert names >= {f"{inside}/plugin.cfg", f"{inside}/README.md", f"{inside}/LICENSE"}
    assert f"{inside}/bin/python/.gdignore" in names
    assert f"{inside}/bin/python/NOTICES.txt" in names
    assert f"{inside}/bin/pythonscript.cfg" not in names
    # Godot 4.6 drops the one folder at the top of what comes from there.
    assert len({name.split("/")[0] for name in names}) == 2
    assert zipped.stat().st_size <= MAX_BYTES


def test_it_plays_and_goes_again(project: Path, engine: Engine) -> None:
    import_project(engine, project)
    run = run_project(engine, project, "--headless", seconds=60.0)
    assert run.ok, run.log
    assert "@failed 0, shown true" in run.log
    assert uninstall(project, our_addon()) == []
    left = {path.name for path in project.iterdir()} - {".godot", "main.gd.uid"}
    assert left == FILES.keys()


@pytest.mark.skipif(sys.platform != "linux", reason="looks for templates of Linux alone")
def test_it_exports_the_python_that_it_brought_along(project: Path, engine: Engine) -> None:
    found = find()
    assert found is not None
    template = release_template(found)
    if template is None:
        pytest.skip(f"Godot {found.version} has no release template here")
    text = PRESET.format(machine=this_platform().machine, template=template)
    (project / "export_presets.cfg").write_text(text, "utf-8")
    game = project.parent / "game" / "game.x86_64"
    try:
        done = export(engine, project, "Game", game)
    except Failure as failure:
        pytest.fail(str(failure))
    assert done.was_started
    assert (game.parent / "python" / "NOTICES.txt").is_file()
