"""Examines Godot's export templates: those for its version, and those that presets need."""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ..shipping.engine import Engine
from ..shipping.platforms import PLATFORMS, Platform, this_platform
from ..shipping.templates import data_folder, release_template, template_folder
from .finding import Finding

__all__ = ["PART", "Preset", "examine", "read_presets"]

PART = "export templates"
_GET = "Editor → Manage Export Templates in Godot gets them"
_SYSTEMS = {
    "Linux": "linux",
    "Linux/X11": "linux",
    "Windows Desktop": "windows",
    "macOS": "macos",
}
_SECTION = re.compile(r"\[preset\.(\d+)(?:\.options)?\]")
_TEXT = re.compile(r'([\w/]+)="((?:[^"\\]|\\.)*)"')
_ESCAPED = re.compile(r"\\(.)")
_CUSTOM = "custom_template/"


@dataclass(frozen=True, slots=True)
class Preset:
    """An export preset of a project, with the fields that concern templates.

    Attributes:
        platform: the target platform; None for one that the addon does not support.
        custom: the preset's own templates by "release" and "debug", if it has them.
    """

    name: str
    platform: Platform | None
    custom: Mapping[str, str] = field(default_factory=dict)


def examine(engine: Engine | None, project: Path | None) -> Finding:
    """Examines the installed templates, and those that a project's presets name or need."""
    if engine is None:
        return Finding(
            PART, advice=("Templates belong to a version of Godot: install Godot first.",)
        )
    data = data_folder(this_platform().system, Path.home(), os.environ)
    folder = template_folder(engine, data)
    there = [each for each in PLATFORMS if (folder / release_template(each)).is_file()]
    facts = {"folder": str(folder), "platforms": ", ".join(map(str, there)) or "none"}
    presets = read_presets(project) if project else []
    if presets:
        facts["presets"] = ", ".join(preset.name for preset in presets)
    get = _GET
    if engine.template is not None and engine.template.is_file():
        facts["beside"] = str(engine.template)
        get = f"name {engine.template} in the export dialog, as the custom template"
    problems = tuple(_problems(presets, there, project or Path(), get))
    is_wanting = not there and not presets
    advice = f"Godot {engine.version} finds none, so it exports no game: {get}."
    return Finding(PART, facts, problems, (advice,) if is_wanting else ())


def _problems(
    presets: list[Preset], there: list[Platform], project: Path, get: str
) -> Iterator[str]:
    for preset in presets:
        for kind, named in preset.custom.items():
            if not (project / named.removeprefix("res://")).is_file():
                yield (
                    f"Preset {preset.name} names the {kind} template {named}, which is not there:"
                    " name another in the export dialog, or none."
                )
        platform = preset.platform
        if platform is not None and "release" not in preset.custom and platform not in there:
            how = get if platform == this_platform() else _GET
            yield f"Preset {preset.name} needs the template for {platform}: {how}."


def read_presets(project: Path) -> list[Preset]:
    """Reads the export presets of a project; returns none if it has no such file."""
    file = project / "export_presets.cfg"
    if not file.is_file():
        return []
    told: dict[str, dict[str, str]] = {}
    current: dict[str, str] = {}
    for line in file.read_text("utf-8", "replace").splitlines():
        if section := _SECTION.fullmatch(line.strip()):
            current = told.setdefault(section[1], {})
        elif text := _TEXT.fullmatch(line.strip()):
            current[text[1]] = _ESCAPED.sub(r"\1", text[2])
    return [_preset(each) for each in told.values()]


def _preset(told: Mapping[str, str]) -> Preset:
    system = _SYSTEMS.get(told.get("platform", ""))
    machine = told.get("binary_format/architecture", "x86_64")
    # One macOS template serves both processors, as "universal" does.
    found = (p for p in PLATFORMS if p.system == system and machine in (p.machine, "universal"))
    custom = {
        key.removeprefix(_CUSTOM): value
        for key, value in told.items()
        if key.startswith(_CUSTOM) and value
    }
    return Preset(told.get("name", ""), next(found, None), custom)
