"""The playtest's texts and their translations agree."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
DEMO = ROOT / "demo_project"
SCENES = "\n".join(path.read_text(encoding="utf-8") for path in DEMO.glob("*.tscn"))
SCRIPTS = "\n".join(path.read_text(encoding="utf-8") for path in DEMO.glob("*.gd"))
NODE = (ROOT / "pythonscript/npc_video_player/stats/overlay.py").read_text(encoding="utf-8")
FEELINGS = (ROOT / "pythonscript/npc_video/face/expressions.py").read_text(encoding="utf-8")
CONVERSION = re.compile(r"%(?:%|[-+0-9.]*[a-z])")
# The same in every language.
KEPT = {"%.1f s", "Ember"}


def entries(language: str) -> list[tuple[str, str]]:
    text = (DEMO / f"translations/{language}.po").read_text(encoding="utf-8")
    return re.findall(r'^msgid "(.+)"\nmsgstr "(.*)"$', text, re.MULTILINE)


def shown() -> set[str]:
    """What is certainly shown: the texts of scenes, and those that scripts translate by hand."""
    written = re.findall(r'^text = "(.*)"$', SCENES, re.MULTILINE)
    return {*written, *re.findall(r'\btr\("(.+?)"\)', SCRIPTS)} - KEPT


@pytest.mark.parametrize("language", ["de"])
def test_every_text_is_translated_once(language):
    keys = [key for key, _ in entries(language)]
    assert len(keys) == len(set(keys))
    assert all(value for _, value in entries(language))
    assert shown() > {"Pressure", "The market", "%s feels %s."}
    assert not shown() - set(keys)


@pytest.mark.parametrize("language", ["de"])
def test_numbers_stay_where_they_are(language):
    for key, value in entries(language):
        assert CONVERSION.findall(key) == CONVERSION.findall(value), key


@pytest.mark.parametrize("language", ["de"])
def test_nothing_is_translated_that_is_never_shown(language):
    for key, _ in entries(language):
        # Titles of values and zones are their names with a capital letter.
        texts = (f'"{key}"', f'"{key.lower()}"')
        assert any(
            text in source for text in texts for source in (SCENES, SCRIPTS, NODE, FEELINGS)
        ), key


def test_the_project_knows_the_translations():
    project = (DEMO / "project.godot").read_text(encoding="utf-8")
    for path in (DEMO / "translations").glob("*.po"):
        assert f"res://translations/{path.name}" in project
