"""Tells the answer of an NPC that is tried."""

from __future__ import annotations

from npc_video import VideoParams

__all__ = ["facts_of"]


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
