from pathlib import Path

import pytest
from npc_video.shipping.engine import Engine
from npc_video.shipping.platforms import PLATFORMS
from npc_video.shipping.templates import data_folder, release_template, template_folder

HOME = Path("home")
ELSEWHERE = str(Path("/elsewhere").absolute())


@pytest.mark.parametrize(
    ("system", "environ", "folder"),
    [
        ("linux", {}, HOME / ".local" / "share" / "godot"),
        ("linux", {"XDG_DATA_HOME": ELSEWHERE}, Path(ELSEWHERE, "godot")),
        ("linux", {"XDG_DATA_HOME": "relative"}, HOME / ".local" / "share" / "godot"),
        ("windows", {"APPDATA": "roaming"}, Path("roaming", "Godot")),
        ("windows", {}, HOME / "AppData" / "Roaming" / "Godot"),
        ("macos", {"XDG_DATA_HOME": ELSEWHERE}, HOME / "Library/Application Support/Godot"),
    ],
)
def test_where_godot_keeps_its_data(system, environ, folder):
    assert data_folder(system, HOME, environ) == folder


@pytest.mark.parametrize(
    ("version", "name"),
    [
        ("4.6.3.stable.official.7d41c59c4", "4.6.3.stable"),
        ("4.5.stable.custom_build", "4.5.stable"),
        ("4.6.3.stable.debian4.6.3+ds-2", "4.6.3.stable"),
        ("4.6.stable.mono.official.89cea1439", "4.6.stable.mono"),
        ("4.7.beta2.official.1234", "4.7.beta2"),
        ("4.7.rc1.mono.official", "4.7.rc1.mono"),
    ],
)
def test_each_version_has_a_folder(tmp_path, version, name):
    engine = Engine(tmp_path / "godot", version, "named")
    assert template_folder(engine, HOME) == HOME / "export_templates" / name


@pytest.mark.parametrize("marker", ["._sc_", "_sc_"])
@pytest.mark.parametrize("bundle", ["", "Godot.app/Contents/MacOS"])
def test_one_that_is_self_contained_has_them_beside_itself(tmp_path, marker, bundle):
    (tmp_path / marker).touch()
    program = tmp_path / bundle / "Godot"
    program.parent.mkdir(parents=True, exist_ok=True)
    engine = Engine(program, "4.6.stable.official", "named")
    place = tmp_path.resolve() / "editor_data" / "export_templates" / "4.6.stable"
    assert template_folder(engine, HOME) == place


def test_names_are_godots():
    assert [release_template(platform) for platform in PLATFORMS] == [
        *("linux_release.x86_64", "linux_release.arm64"),
        *("windows_release_x86_64.exe", "windows_release_arm64.exe"),
        *("macos.zip", "macos.zip"),
    ]
