"""Tells the turns of an NPC that is tried or watched."""

from __future__ import annotations

from npc_video import ToolInteraction, VideoParams

__all__ = ["facts_of", "line_of"]


def facts_of(params: VideoParams) -> list[tuple[str, str, str]]:
    """The parameters of a clip for `look.Facts`, without empty ones."""
    facts = (
        ("Expression", params.expression),
        ("Emotion", params.emotion),
        ("Animation", params.animation),
        ("Intensity", f"{params.intensity:.2f}"),
        ("Style", params.style),
        ("Seed", str(params.seed)),
        ("LoRAs", ", ".join(params.loras)),
        ("Prompt", params.prompt),
        ("Not shown", params.negative_prompt),
    )
    return [(name, fact, "") for name, fact in facts if fact]


def line_of(at: float, what: ToolInteraction | VideoParams, answer: VideoParams | str) -> str:
    """A turn in a line: "2.5 s: hand on belly → happy, laugh, 0.62".

    Args:
        at: seconds.
        what: a touch, or the game's request for a clip.
        answer: its parameters, or why there is none.
    """
    if isinstance(what, VideoParams):
        done = f"request of {what.expression}"
    else:
        pattern = "" if what.pattern == "none" else f"{what.pattern} of "
        zone = "" if what.zone == "unknown" else f" on {what.zone}"
        done = f"{pattern}{what.tool_id}{zone}"
    told = answer if isinstance(answer, str) else _words(answer)
    return f"{round(at, 2):g} s: {done} → {told}"


def _words(params: VideoParams) -> str:
    shown = f"{params.expression}, {params.animation}, {params.intensity:.2f}"
    is_said = params.emotion in ("", "neutral", params.expression)
    return shown if is_said else f"{shown}, {params.emotion}"
