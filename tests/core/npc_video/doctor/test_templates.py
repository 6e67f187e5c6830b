import json
from dataclasses import replace
from pathlib import Path

import pytest
from npc_video.doctor.finding import State
from npc_video.doctor.templates import Preset, examine, read_presets
from npc_video.shipping.engine import Engine
from npc_video.shipping.platforms import platform_named, this_platform
from npc_video.shipping.templates import data_folder, release_template

from .programs import make_bare

LINUX, WINDOWS = platform_named("linux-x86_64"), platform_named("windows-x86_64")


def preset(index, name, platform, **options):
    lines = "".join(f"{key}={json.dumps(value)}\n" for key, value in options.items())
    return (
        f'[preset.{index}]\n\nname="{name}"\nplatform="{platform}"\nrunnable=true\n\n'
        f"[preset.{index}.options]\n\n{lines.replace('__', '/')}"
    )


@pytest.fixture
def engine(monkeypatch, tmp_path):
    make_bare(monkeypatch, tmp_path)
    return Engine(tmp_path / "bin" / "godot", "4.6.3.stable.official.7d41c59c4", "named")


@pytest.fixture
def folder(engine):
    data = data_folder(this_platform().system, Path.home(), {"APPDATA": str(Path.home())})
    place = data / "export_templates" / "4.6.3.stable"
    place.mkdir(parents=True)
    return place


def write_presets(project, *presets):
    project.mkdir(exist_ok=True)
    (project / "export_presets.cfg").write_text("\n".join(presets), "utf-8")


def test_presets_are_read_as_godot_writes_them(tmp_path):
    write_presets(
        tmp_path,
        preset(0, "Für alle", "Linux", binary_format__architecture="arm64"),
        preset(
            1,
            "W",
            "Windows Desktop",
            custom_template__debug="",
            custom_template__release="C:\\t\\a.exe",
        ),
        preset(2, "M", "macOS", binary_format__architecture="universal"),
        preset(3, "A", "Android"),
    )
    assert read_presets(tmp_path) == [
        Preset("Für alle", platform_named("linux-arm64")),
        Preset("W", WINDOWS, {"release": "C:\\t\\a.exe"}),
        Preset("M", platform_named("macos-x86_64")),
        Preset("A", None),
    ]
    assert read_presets(tmp_path / "none") == []


def test_none_is_advice_only_while_no_preset_needs_one(engine, tmp_path):
    found = examine(engine, None)
    assert found.state is State.ADVICE
    assert "Manage Export Templates" in found.advice[0]
    write_presets(tmp_path / "game", preset(0, "Mine", "Linux"), preset(1, "Phone", "Android"))
    found = examine(engine, tmp_path / "game")
    assert len(found.problems) == 1
    assert "Preset Mine needs the template for linux-x86_64" in found.problems[0]


def test_one_that_an_engine_has_but_does_not_find(engine, tmp_path):
    template = tmp_path / "template"
    template.touch()
    found = examine(replace(engine, template=template), None)
    assert found.facts["beside"] == str(template)
    assert f"name {template} in the export dialog, as the custom template" in found.advice[0]
    other = "Linux" if this_platform().system == "windows" else "Windows Desktop"
    own = {"linux": "Linux", "windows": "Windows Desktop", "macos": "macOS"}[this_platform().system]
    here = {"binary_format__architecture": this_platform().machine}
    write_presets(tmp_path / "game", preset(0, "Own", own, **here), preset(1, "Other", other))
    found = examine(replace(engine, template=template), tmp_path / "game")
    assert f"name {template}" in found.problems[0]
    assert "Manage Export Templates" in found.problems[1]


def test_those_that_are_there(engine, folder, tmp_path):
    (folder / release_template(WINDOWS)).touch()
    (folder / "macos.zip").touch()
    write_presets(tmp_path / "game", preset(0, "Mine", "Windows Desktop"))
    found = examine(engine, tmp_path / "game")
    assert found.state is State.FINE
    assert found.facts == {
        "folder": str(folder),
        "platforms": "windows-x86_64, macos-x86_64, macos-arm64",
        "presets": "Mine",
    }


@pytest.mark.parametrize("kind", ["release", "debug"])
def test_a_custom_one_that_is_not_there(engine, folder, tmp_path, kind):
    (folder / release_template(LINUX)).touch()
    custom = {f"custom_template__{kind}": "res://templates/mine"}
    write_presets(tmp_path / "game", preset(0, "Mine", "Linux", **custom))
    found = examine(engine, tmp_path / "game")
    assert found.problems == (
        f"Preset Mine names the {kind} template res://templates/mine, which is not there:"
        " name another in the export dialog, or none.",
    )
    (tmp_path / "game" / "templates").mkdir()
    (tmp_path / "game" / "templates" / "mine").touch()
    assert examine(engine, tmp_path / "game").state is State.FINE


def test_without_an_engine_nothing_is_known():
    assert examine(None, None).state is State.ADVICE
