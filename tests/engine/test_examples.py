"""The example projects, each used in two sessions by somebody who clicks, walks and touches."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from npc_video.shipping import addon
from npc_video.shipping.godot import find_errors, import_project, run_project

from tools.demo_copies import example_copy, saving_in
from tools.engine import find
from tools.paths import ADDON

USERS = Path(__file__).with_name("examples")


def use(name: str, data: Path) -> list[Mapping[str, Any]]:
    """What the user `name`.gd saw in each session, from the import on without a fault.

    Args:
        data: where saved games go.
    """
    engine = find()
    assert engine is not None, "`python3 run.py engine` gets a Godot"
    seen = []
    with example_copy(name) as project:
        addon.link(project, ADDON)
        import_project(engine, project)
        for script in ("user.gd", f"{name}.gd"):
            shutil.copy(USERS / script, project / script)
        for session in ("first", "second"):
            # With a debugger, scripts tell of their warnings.
            options = ("--headless", "--debug", "--script", f"res://{name}.gd", "--", session)
            run = run_project(engine, project, *options, seconds=120.0, env=saving_in(data))
            assert run.ok, run.log
            assert list(find_errors(run.log.splitlines())) == [], run.log
            assert "WARNING" not in run.log, run.log
            (line,) = [line for line in run.log.splitlines() if line.startswith("@seen ")]
            seen.append(json.loads(line.removeprefix("@seen ")))
    return seen


def test_the_guard_remembers_insults_and_is_won_back(tmp_path: Path) -> None:
    first, second = use("guard", tmp_path)
    assert first["asked"] == "neutral"
    assert first["insulted"] == ["annoyed", "annoyed", "angry"]
    assert first["said"].startswith("That is enough!")

    assert second["clip_came"]
    assert second["first_clip"] == "angry"
    assert second["asked"] == "angry"
    assert second["quickly_bribed"] == "annoyed"
    assert second["bribes"] == 3
    assert second["coins"] == "Meeting 1  ·  0 coins"
    assert second["favours"] == ["neutral", "happy"]
    assert second["insulted_friend"] == ["happy", "surprised"]
    assert second["said"].startswith("For you, the gate is open.")
    assert second["damaged"] == ["neutral"] * 4


def test_mira_takes_words_to_heart(tmp_path: Path) -> None:
    first, second = use("visual_novel", tmp_path)
    lantern = "Look, I made this one myself"
    assert not first["can_load"]
    assert first["after_kind_words"] == [lantern, "happy", 1]
    assert first["after_gift"] == [
        "Last year we wished for the same thing",
        "surprised",
        "love",
    ]
    assert first["loaded"] == [lantern, "Loaded."]
    assert first["after_lie"] == ["A pony? We wished to see the sea", "annoyed"]
    assert first["by_keyboard"] == ["I think I let my lantern go alone this year", "sad"]
    assert first["choices_at_the_end"] == 0

    assert second["loaded"] == lantern
    assert second["seen_as_it_was"]
    assert second["ending"] == ["Come, we let both lanterns go together", "love"]
    assert second["again"] == "neutral"
    assert second["damaged"] == [lantern, "This file cannot be loaded."]


def test_the_guests_of_the_tavern_are_met_touched_and_heard(tmp_path: Path) -> None:
    first, second = use("tavern_3d", tmp_path)
    assert first["warned"] == []
    assert first["from_afar"] == 0
    assert first["came"]
    assert first["greeted"] == 1
    assert first["voice"] == [True, True]
    assert first["after_treat"] == [2, True]
    assert first["clicked"] == ["Bruna", "head", "treat"]
    assert first["turned"]
    assert first["clicked_after_turn"] == ["Tam", "head", "treat"]

    assert second["came"]
    assert second["before_the_counter"]
    assert second["went"]
    assert second["within_the_room"]
    assert second["tools"] == "1 hand    2 treat    [ 3 song ]"


def test_the_pet_tells_touches_apart_and_keeps_its_mood(tmp_path: Path) -> None:
    first, second = use("phone_pet", tmp_path)
    assert first["held"]
    assert first["asleep"] == "sleepy"
    assert first["stroked"]
    assert first["patterns"]
    assert first["hearts"] == [3, 4]
    assert first["treat"] == ["ecstatic", "ecstatic"]

    start, soon, lonely, clock_put_back = second["hearts"]
    assert start == 4
    assert second["poked"] == ["surprised", "annoyed"]
    assert lonely < soon == clock_put_back
    assert second["damaged"] == "amused"
