"""Threads that load the same package at once do not meet halfway.

`import package.part` takes the lock of the part, then that of the package. Where another thread is
in the middle of loading the package, which loads its parts, the two wait for each other; Python
then gives one of them a part that is half loaded. `import package` first, and nobody does.
"""

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

SOURCES = Path(__file__).parents[3] / "pythonscript"
OTHERS = ("av", "httpx", "numpy")

TOGETHER = """
import importlib, sys, threading
sys.setswitchinterval(1e-6)
names = sys.argv[1:]
start, faults = threading.Barrier(len(names)), []
def load(name):
    start.wait()
    try:
        importlib.import_module(name)
    except BaseException as error:
        faults.append(f"{name}: {error!r}")
threads = [threading.Thread(target=load, args=(name,)) for name in names]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
sys.exit("; ".join(faults) or None)
"""


def parts_without_their_package(tree: ast.Module) -> Iterator[str]:
    whole: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.Import):
            whole |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            package, _, part = node.module.partition(".")
            if part and package in OTHERS and package not in whole:
                yield node.module


def test_packages_of_others_are_loaded_before_their_parts() -> None:
    found = {
        path.relative_to(SOURCES): list(parts_without_their_package(tree))
        for path in SOURCES.rglob("*.py")
        for tree in [ast.parse(path.read_text(encoding="utf-8"))]
    }
    assert len(found) > 100
    assert {path: parts for path, parts in found.items() if parts} == {}


def test_threads_that_decode_and_make_clips_may_load_at_once() -> None:
    media = ("decode", "encode", "sound", "formats", "picture_file")
    names = [f"npc_video.media.{name}" for name in media]
    names += ["npc_video.face.ember", "npc_video.portrait.figure"]
    for _ in range(5):
        done = subprocess.run(
            [sys.executable, "-c", TOGETHER, *names],
            env={**os.environ, "PYTHONPATH": str(SOURCES)},
            capture_output=True,
            text=True,
            errors="replace",
            timeout=120.0,
        )
        assert done.returncode == 0, done.stderr
