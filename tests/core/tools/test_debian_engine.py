import json
from pathlib import Path

import pytest

from tools.debian_engine import unpacked


def manifest_in(cache: Path, text: str) -> None:
    folder = cache / "godot-forky-1"
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text(text, "utf-8")


def test_a_finished_copy_is_recognised(tmp_path: Path) -> None:
    packages = {"godot": "4.6.3+ds-2"}
    manifest_in(tmp_path, json.dumps({"version": "4.6.3.stable", "packages": packages}))
    copy = unpacked(tmp_path)
    assert copy is not None
    assert (copy.version, copy.packages) == ("4.6.3.stable", packages)
    assert copy.program("godot").is_relative_to(tmp_path)


@pytest.mark.parametrize("text", ["", "{", "{}"])
def test_a_damaged_manifest_means_no_copy(tmp_path: Path, text: str) -> None:
    manifest_in(tmp_path, text)
    assert unpacked(tmp_path) is None


def test_an_empty_cache_means_no_copy(tmp_path: Path) -> None:
    assert unpacked(tmp_path) is None


def test_a_copy_never_changes_where_children_find_libraries(tmp_path: Path) -> None:
    manifest_in(tmp_path, json.dumps({"version": "4.6", "packages": {}}))
    (tmp_path / "godot-forky-1/root/usr/lib/x86_64-linux-gnu").mkdir(parents=True)
    copy = unpacked(tmp_path)
    assert copy is not None
    assert not any(name.startswith("LD_") for name in copy.environment())


def test_a_copy_shares_no_shaders_with_other_programs(tmp_path: Path) -> None:
    """Its software renderer on a desktop, too, or on an Xvfb of somebody else's."""
    manifest_in(tmp_path, json.dumps({"version": "4.6", "packages": {}}))
    (tmp_path / "godot-forky-1/root/usr/lib/x86_64-linux-gnu").mkdir(parents=True)
    copy = unpacked(tmp_path)
    assert copy is not None
    assert copy.environment()["MESA_SHADER_CACHE_DISABLE"] == "true"
