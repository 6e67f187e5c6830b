"""Looks at what was compiled for other systems, as it cannot run here."""

import re

import pytest
from npc_video.shipping.binaries import Binary, read
from npc_video.shipping.interpreter import MINOR_VERSION
from npc_video.shipping.platforms import PLATFORMS, Platform
from npc_video.shipping.system_libraries import is_system_library

from tools import bridge

pytest.importorskip("ziglang", reason="an environment that only runs programs has no compiler")

# What macOS' linker adds to every library.
_LINKERS = {"___dso_handle", "__mh_dylib_header", "__mh_execute_header"}
_PYTHON = f"python{MINOR_VERSION.replace('.', '')}.dll"


def compiled(platform: Platform) -> list[Binary]:
    """The loader and the bridge."""
    return [binary for file in bridge.compile_all(platform) for binary in read(file)]


def exported(binary: Binary) -> set[str]:
    names = binary.exported - _LINKERS
    return (
        {re.sub("^_", "", name) for name in names} if binary.platform.system == "macos" else names
    )


@pytest.mark.parametrize("platform", PLATFORMS, ids=str)
def test_both_libraries_are_for_the_platform_and_show_their_entries_alone(platform):
    loader, library = compiled(platform)
    assert {loader.platform, library.platform} == {platform}
    assert exported(loader) == {"pythonscript_entry"}
    assert exported(library) == {
        "PyInit__pythonscript",
        "pythonscript_init",
        "pythonscript_made_for",
        "pythonscript_start",
    }


@pytest.mark.parametrize("platform", PLATFORMS, ids=str)
def test_they_need_nothing_but_the_system_and_on_windows_its_python(platform):
    loader, library = compiled(platform)
    foreign = [
        {each for each in binary.libraries if not is_system_library(each, platform.system)}
        for binary in (loader, library)
    ]
    assert foreign == [set(), {_PYTHON} if platform.system == "windows" else set()]


@pytest.mark.parametrize("platform", PLATFORMS, ids=str)
def test_they_run_on_old_systems(platform):
    for binary in compiled(platform):
        assert (binary.glibc or (0, 0)) <= (2, 17)
        assert (binary.macos or (0, 0)) <= (11, 0)


@pytest.mark.parametrize("platform", PLATFORMS, ids=str)
def test_the_bridge_calls_python_and_the_loader_does_not(platform):
    loader, library = compiled(platform)
    of_python = re.compile("_?Py_?[A-Z]")
    assert not any(of_python.match(name) for name in loader.imported)
    assert any(re.fullmatch("_?Py_InitializeFromConfig", name) for name in library.imported)
