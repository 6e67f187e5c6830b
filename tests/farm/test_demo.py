"""The playtest with clips of a farm: its switch in the panel, and a clip that comes."""

import asyncio
import json
import sys
from pathlib import Path

import pytest
from npc_video.shipping import addon
from npc_video.shipping.godot import import_project, run_project
from npc_video_farm.store.valkey import Store

from tests.farm.whole import WholeFarm, ends_of
from tools.engine import find
from tools.paths import ADDON, DEMO

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="finds processes as Linux does")
SCRIPT = Path(__file__).with_name("demo_on_farm.gd")


def played(farm):
    """What the playtest tells of a turn with this farm."""
    engine = find()
    assert engine is not None, "`python3 run.py engine` gets a Godot"
    addon.link(DEMO, ADDON)
    import_project(engine, DEMO)
    env = {"NPC_VIDEO_FARM": f"http://127.0.0.1:{farm.port}", "NPC_FARM_TOKEN": farm.token}
    run = run_project(engine, DEMO, "--headless", "-s", str(SCRIPT), seconds=120.0, env=env)
    assert run.ok, run.faults
    (line,) = (line for line in run.log.splitlines() if line.startswith("@played "))
    return json.loads(line.removeprefix("@played "))


def test_the_demo_plays_with_a_farm(tmp_path):
    async def story():
        settings = '[backends.faces]\nkind = "procedural"\n'
        (tmp_path / "farm.toml").write_text(settings, encoding="utf-8")
        farm = WholeFarm(tmp_path)
        try:
            await farm.start()
            told = await asyncio.to_thread(played, farm)
            assert told["switch"]
            assert told["started"] >= 1, told
            assert not told["failed"]
            store = await Store.open(farm.store_url)
            try:
                assert await ends_of(store)
            finally:
                await store.close()
        finally:
            farm.end()

    asyncio.run(story())
