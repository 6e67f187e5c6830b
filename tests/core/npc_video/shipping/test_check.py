import shutil

import pytest
from npc_video.shipping.check import check
from npc_video.shipping.manifest import MANIFEST, write_manifest
from npc_video.shipping.platforms import Platform, platform_named
from npc_video.shipping.system_libraries import is_system_library

from tools.paths import ROOT

DATA = ROOT / "tests" / "data" / "binaries"
SYSTEMS = {
    "linux": ("libneedy.so", "libhelper.so"),
    "windows": ("needy.dll", "helper.dll"),
    "macos": ("libneedy.dylib", "libhelper.dylib"),
}


def put(runtime, file, where=""):
    folder = runtime / where
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(DATA / file, folder)


def problems(runtime, system, private=()):
    write_manifest(runtime, "linux-x86_64", "3.11.9")
    return check(runtime, Platform(system, "x86_64"), private).problems


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_library_beside_the_one_that_needs_it_is_found(tmp_path, system):
    for file in SYSTEMS[system]:
        put(tmp_path, file, "package")
    assert problems(tmp_path, system) == ()


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_missing_library_is_named_with_who_needs_it(tmp_path, system):
    needy, helper = SYSTEMS[system]
    put(tmp_path, needy, "package")
    put(tmp_path, helper, "elsewhere")  # where no loader looks
    (problem,) = problems(tmp_path, system)
    assert helper in problem
    assert f"package/{needy}" in problem.replace("\\", "/")
    assert problem.endswith("add it there, or leave out what needs it.")


def test_one_missing_library_is_one_problem(tmp_path):
    put(tmp_path, "needy.dll", "one")
    put(tmp_path, "needy.dll", "two")
    (problem,) = problems(tmp_path, "windows")
    assert "and 1 more" in problem


@pytest.mark.parametrize("where", ["", "DLLs", "Lib/site-packages/package.libs"])
def test_windows_looks_where_the_loader_and_the_wheels_say(tmp_path, where):
    put(tmp_path, "needy.dll", "Lib/site-packages/package")
    put(tmp_path, "helper.dll", where)
    (tmp_path / where / "helper.dll").rename(tmp_path / where / "HELPER.DLL")
    assert problems(tmp_path, "windows") == ()


def test_a_library_for_another_system_or_machine_is_a_problem(tmp_path):
    put(tmp_path, "helper.dll")
    (problem,) = problems(tmp_path, "linux")
    assert "helper.dll is for windows-x86_64, not for linux-x86_64" in problem
    report = check(tmp_path, platform_named("windows-arm64"))
    assert "for windows-x86_64, not for windows-arm64" in report.problems[0]


@pytest.mark.parametrize("search", [b"/outer", b"..", b""])
def test_no_library_looks_outside(tmp_path, search):
    put(tmp_path, "libneedy.so")
    put(tmp_path, "libhelper.so")
    content = (tmp_path / "libneedy.so").read_bytes()
    assert content.count(b"$ORIGIN\0") == 1
    other = content.replace(b"$ORIGIN\0", search.ljust(8, b"\0"))
    (tmp_path / "libneedy.so").write_bytes(other)
    found = problems(tmp_path, "linux")
    assert any("looks for libraries outside of the runtime" in each for each in found) is bool(
        search
    )
    assert any("libhelper.so is not the system's" in each for each in found)


def test_folders_of_the_builder_are_found_in_any_file(tmp_path):
    (tmp_path / "module.pyc").write_bytes(b"\0\0/home/ada/game/module.py\0")
    (problem,) = problems(tmp_path, "linux", [b"/home/ada", b"/home/bob"])
    assert (
        problem == "module.pyc names a folder of this machine (/home/ada): strip or leave it out."
    )


def test_the_system_that_players_need_is_told(tmp_path):
    for file in SYSTEMS["macos"]:
        put(tmp_path, file)
    write_manifest(tmp_path, "linux-x86_64", "3.11.9")
    assert check(tmp_path, platform_named("macos-x86_64")).system == "macOS 11.0"


def test_every_difference_from_the_manifest_is_a_problem(tmp_path):
    for name in ("same", "changed", "gone"):
        (tmp_path / name).write_text(name, "utf-8")
    write_manifest(tmp_path, "linux-x86_64", "3.11.9")
    (tmp_path / "changed").write_text("otherwise", "utf-8")
    (tmp_path / "gone").unlink()
    (tmp_path / "new").touch()
    found = check(tmp_path, platform_named("linux-x86_64")).problems
    assert [each.split()[0] for each in found] == ["changed", "gone", "new"]


@pytest.mark.parametrize("content", [None, "", "{}", "[]", '{"sha256": 3}'])
def test_a_missing_or_damaged_manifest_is_a_problem(tmp_path, content):
    if content is not None:
        (tmp_path / MANIFEST).write_text(content, "utf-8")
    (problem,) = check(tmp_path, platform_named("linux-x86_64")).problems
    assert problem.startswith("manifest.json is missing or damaged")


@pytest.mark.parametrize(
    ("library", "system", "is_own"),
    [
        ("libc.so.6", "linux", True),
        ("libssl.so.3", "linux", False),
        ("KERNEL32.dll", "windows", True),
        ("api-ms-win-crt-heap-l1-1-0.dll", "windows", True),
        ("vcruntime140_1.dll", "windows", False),
        ("/usr/lib/libz.1.dylib", "macos", True),
        ("/usr/local/lib/libz.1.dylib", "macos", False),
        ("@rpath/libz.1.dylib", "macos", False),
    ],
)
def test_only_what_every_player_has_is_the_systems(library, system, is_own):
    assert is_system_library(library, system) is is_own
