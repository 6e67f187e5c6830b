"""The modules that the addon imports on a thread while the engine starts."""

import ast
import subprocess
import sys
from pathlib import Path

import godot

SHARED = Path(godot.__file__).parents[1] / "npc_video_player" / "sharing" / "shared.py"


def needed_soon():
    for node in ast.parse(SHARED.read_text("utf-8")).body:
        if isinstance(node, ast.Assign) and node.targets[0].id == "_NEEDED_SOON":
            return eval(compile(ast.Expression(node.value), str(SHARED), "eval"))
    raise AssertionError("_NEEDED_SOON is gone")


def test_a_start_loads_neither_numpy_nor_ffmpeg():
    script = f"import sys; from npc_video import {', '.join(needed_soon())}; print(*sys.modules)"
    out = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True
    )
    assert not {"av", "numpy", "httpx"} & {name.partition(".")[0] for name in out.stdout.split()}
