"""The four packages and their one direction, as a fresh interpreter sees them."""

import ast
from pathlib import Path

import npc_video
import pytest

from tests.harness.layers import loaded_by

SOURCES = Path(npc_video.__file__).parents[1]
FORBIDDEN = {
    "godot": {"npc_video", "npc_video_player"},
    "npc_video": {"godot", "npc_video_farm", "npc_video_player"},
    "npc_video_farm": {"godot", "npc_video_player"},
}


def imported_packages(source):
    """The top-level packages that a module names in its imports, wherever they stand."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module.partition(".")[0]


def test_importing_the_brain_loads_nothing_heavy():
    assert not loaded_by("import npc_video") & {"av", "httpx", "cffi", "numpy", "asyncio"}


def test_importing_generators_loads_no_network_library():
    names = "BackendPool, CallableBackend, ComfyUiBackend, FailoverBackend, HttpBackend"
    loaded = loaded_by(f"from npc_video import {names}")
    assert not loaded & {"av", "httpx", "httpx_ws", "cffi", "numpy"}


def test_importing_the_brain_loads_no_other_package():
    assert not loaded_by("import npc_video") & FORBIDDEN["npc_video"]


def test_importing_the_bridge_loads_no_other_package():
    assert not loaded_by("import godot") & FORBIDDEN["godot"]


@pytest.mark.parametrize("package", FORBIDDEN)
def test_no_module_imports_a_package_above(package):
    modules = list((SOURCES / package).rglob("*.py"))
    assert modules
    for module in modules:
        imported = set(imported_packages(module.read_text(encoding="utf-8")))
        assert not imported & FORBIDDEN[package], module


def test_a_wrong_import_would_be_noticed():
    hidden = "def f():\n    from npc_video.records import VideoParams\n"
    assert set(imported_packages(hidden)) == {"npc_video"}
    assert "numpy" in loaded_by("import npc_video.face.ember")


def test_every_public_name_is_there():
    for name in npc_video.__all__:
        assert getattr(npc_video, name) is not None


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="Nonsense"):
        npc_video.Nonsense  # noqa: B018
