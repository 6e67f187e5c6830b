import io
import json
from typing import Any

from npc_video.baking.protocol import SAYS
from npc_video.shipping.bake import _Report


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def heard(out: io.StringIO, *told: dict[str, Any]) -> _Report:
    report = _Report(out)
    for line in told:
        report.hear(SAYS + json.dumps(line))
        report.hear("Godot Engine v4.6")
    report.end()
    return report


def through(made: int, fraction: float, seconds_left: float | None = None) -> dict[str, Any]:
    return {
        "made": made,
        "missed_so_far": 0,
        "total": 3,
        "fraction": fraction,
        "seconds_left": seconds_left,
    }


NPC = {
    "npc": "Ember",
    "clips": 3,
    "rate": 0.512,
    "folder": "res://baked",
    "backend": "the embedded generator",
}


def test_a_terminal_has_a_bar_that_grows() -> None:
    out = Terminal()
    heard(out, NPC, through(0, 0.0), through(1, 0.5, 12.4), through(3, 1.0, 0.0))
    lines = out.getvalue().split("\n")
    assert lines[0] == (
        "Ember: 3 clips: 51 % of reactions, in res://baked, by the embedded generator."
    )
    bars = lines[1].replace("\x1b[K", "").split("\r")[1:]
    assert bars == [
        f"[{'.' * 30}] 0 of 3 clips",
        f"[{'#' * 15}{'.' * 15}] 1 of 3 clips, about 12 s left",
        f"[{'#' * 30}] 3 of 3 clips",
    ]
    assert lines[2:] == [""]


def test_a_log_has_a_line_for_each_clip() -> None:
    out = io.StringIO()
    heard(out, NPC, through(0, 0.0), through(0, 0.2), through(0, 0.3), through(1, 0.33, 8.0))
    assert out.getvalue().splitlines()[1:] == ["0 of 3 clips", "1 of 3 clips, about 8 s left"]


def test_what_is_missing_and_why_it_ended_is_kept() -> None:
    out = io.StringIO()
    report = heard(out, NPC, {"missed": "sad, idle: too dark"}, {"failed": "It is off."})
    assert (report.missed, report.failed) == (["sad, idle: too dark"], "It is off.")
    assert "sad, idle: too dark" in out.getvalue()
    assert not heard(io.StringIO()).is_begun
