"""The modules that the addon imports on a thread while the engine starts."""

import ast
from pathlib import Path

import godot

from tests.harness.layers import loaded_by

SHARED = Path(godot.__file__).parents[1] / "npc_video_player" / "sharing" / "shared.py"


def needed_soon():
    for node in ast.parse(SHARED.read_text("utf-8")).body:
        if isinstance(node, ast.Assign) and node.targets[0].id == "_NEEDED_SOON":
            return ast.literal_eval(node.value)
    raise AssertionError("_NEEDED_SOON is gone")


def test_a_start_loads_neither_numpy_nor_ffmpeg():
    loaded = loaded_by(f"from npc_video import {', '.join(needed_soon())}")
    assert not loaded & {"av", "numpy", "httpx"}
