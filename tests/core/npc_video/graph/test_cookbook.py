"""The graphs of the cookbook do what their sentences say."""

import re

from npc_video import NpcResponseEvaluator, ToolInteraction

from tools.paths import ROOT

PAGE = (ROOT / "docs" / "cookbook.md").read_text("utf-8")
RECIPES = dict(re.findall(r"^## ([^\n]+)\n.*?^```json\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL))


class Npc:
    def __init__(self, recipe):
        self.now = 0.0
        self._evaluator = NpcResponseEvaluator(RECIPES[recipe], clock=lambda: self.now)

    def looks(self, tool, pressure=0.5, *, after=1.0, pattern="none"):
        self.now += after
        touch = ToolInteraction(tool, tool, pressure=pressure, pattern=pattern)
        answer = self._evaluator.evaluate(touch)
        return answer.expression


def test_it_remembers():
    npc = Npc("Remember")
    looks = [npc.looks("hand", after=100.0) for _ in range(12)]
    assert looks == ["curious"] * 2 + ["pleased"] * 7 + ["love"] * 3


def test_it_sulks_and_forgives():
    npc = Npc("Sulk and forgive")
    assert npc.looks("hand") == "neutral"
    assert npc.looks("stick") == "sad"
    assert npc.looks("hand", after=38.0) == "sad"
    assert npc.looks("hand", after=4.0) == "neutral"
    assert npc.looks("stick") == "sad"
    assert npc.looks("gift") == "neutral"


def test_three_pokes_are_too_much():
    npc = Npc("Three pokes")
    assert [npc.looks("hand", after=6.0, pattern="tap") for _ in range(3)] == ["happy"] * 3
    assert npc.looks("hand", after=2.0, pattern="stroke") == "happy"
    assert npc.looks("hand", after=1.0, pattern="tap") == "annoyed"
    assert npc.looks("hand", after=30.0, pattern="stroke") == "annoyed"
    assert npc.looks("hand", after=31.0, pattern="stroke") == "happy"


def test_a_combo_surprises():
    npc = Npc("Combo")
    looks = [npc.looks(tool) for tool in ("feather", "feather", "treat", "treat")]
    assert looks == ["happy", "happy", "surprised", "happy"]
    looks = [npc.looks(tool, after=4.0) for tool in ("feather", "feather", "treat")]
    assert looks == ["happy"] * 3


def test_it_escalates_and_calms_down():
    npc = Npc("Escalation")
    looks = [npc.looks("hand", after=0.6) for _ in range(4)]
    assert looks == ["happy", "interested", "annoyed", "angry"]
    assert npc.looks("hand", after=30.0) == "happy"


def test_it_sells():
    npc = Npc("Shop")
    offers = [npc.looks("coins", pressure) for pressure in (0.1, 0.5, 0.9)]
    assert offers == ["annoyed", "interested", "happy"]
    assert npc.looks("hand", 0.9) == "interested"


def test_every_recipe_is_tried():
    tried = ["Remember", "Sulk and forgive", "Three pokes", "Combo", "Escalation", "Shop"]
    assert list(RECIPES) == tried
