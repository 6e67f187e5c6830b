"""A finished game on a player's machine, played by Godot's own release template."""

import shutil
import socket
import sys
from pathlib import Path

import pytest
from npc_video import QUALITY_PRESETS, GeneratedClip, Profile, VideoParams
from npc_video.cache.baked import BakedFolder
from npc_video.face.ember import EmberPainter
from npc_video.face.pose import pose
from npc_video.media.encode import MEDIA_TYPE, encode_clip
from npc_video.shipping import addon
from npc_video.shipping.godot import import_project

from tests.harness.exported import play_finished, release_template
from tools.engine import find
from tools.screen import screen

GAME = Path(__file__).with_name("players_machine")
BAKED = Profile(name="Shipped").apply_profile(VideoParams(expression="happy"))


def bake(folder: Path) -> None:
    """Puts the one clip into a folder that the game ships with."""
    shape = QUALITY_PRESETS["realtime"]
    painter = EmberPainter(shape.width, shape.height)
    count = shape.frame_count(1.0)
    poses = (pose("happy", "happy", "bounce", 1.0, index / count) for index in range(count))
    data = encode_clip(map(painter.paint, poses), shape.width, shape.height, shape.fps)
    clip = GeneratedClip(
        data, MEDIA_TYPE, shape.width, shape.height, shape.fps, 1.0, shape.name, BAKED, 1.0
    )
    BakedFolder(folder).add(BAKED.cache_key(), clip)


@pytest.mark.skipif(sys.platform != "linux", reason="looks for templates of Linux alone")
def test_baked_clips_then_the_fallback_and_no_network(tmp_path: Path) -> None:
    engine = find()
    assert engine is not None, "`python3 run.py engine` gets a Godot"
    template = release_template(engine)
    if template is None:
        pytest.skip(f"Godot {engine.version} has no release template here")
    project = tmp_path / "game"
    shutil.copytree(GAME, project)
    addon.install(project, addon.our_addon())
    bake(project / "baked")
    import_project(engine, project)
    with socket.create_server(("127.0.0.1", 0)) as developers, screen() as env:
        if env is None:
            pytest.skip("there is no screen here, and no Xvfb")
        developers.setblocking(False)
        url = f"http://127.0.0.1:{developers.getsockname()[1]}"
        run = play_finished(engine, template, project, {**env, "NPC_VIDEO_HTTP": url})
        with pytest.raises(BlockingIOError):
            developers.accept()
    assert "@end" in run.log, run.log
    assert run.ok, run.faults
