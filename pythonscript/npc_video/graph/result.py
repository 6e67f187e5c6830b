"""Turns the values at the output of a graph into the parameters of a clip."""

from collections.abc import Callable
from dataclasses import fields
from typing import Any

from ..records import VideoParams
from .metadata import NpcResponseMetadata
from .nodes.base import limited, number, text
from .program import Program

__all__ = ["RESULT_PORTS", "Result", "base_params"]


class Result:
    """Reads the parameters of a clip from the values of a graph."""

    def __init__(self, program: Program, base: VideoParams):
        self._base_prompt = base.prompt
        # Defaults in the order of the fields of `VideoParams`; the prompt then follows from the
        # rest.
        self._otherwise = [None, *(getattr(base, one.name) for one in fields(VideoParams)[1:])]
        self._read = tuple(
            (place, program.result[port], read)
            for place, (port, read) in enumerate(RESULT_PORTS)
            if port in program.result
        )

    def params(self, values: list[object], look: VideoParams | None = None) -> VideoParams:
        """The parameters for the values of a run; a missing value takes its default.

        Args:
            look: replaces expression, animation, emotion and intensity.
        """
        found = self._otherwise.copy()
        for place, slot, read in self._read:
            value = values[slot]
            if value is not None:
                found[place] = read(value)
        if look is not None:
            found[_LOOK] = look.expression, look.animation, look.emotion, look.intensity
        if found[0] is None:
            described = f"{found[2]} expression, {found[4]} mood"
            found[0] = f"{self._base_prompt}, {described}" if self._base_prompt else described
        return VideoParams(*found)


def _seed(value: object) -> int:
    return value if type(value) is int else int(number(value))


def _names(value: object) -> tuple[str, ...]:
    items = value if isinstance(value, list | tuple) else (value,)
    return tuple(filter(None, map(text, items)))


# The ports of the output and their readers, in the order of the fields of `VideoParams`.
RESULT_PORTS: tuple[tuple[str, Callable[[object], Any]], ...] = (
    ("prompt", text),
    ("negativePrompt", text),
    ("expression", text),
    ("animation", text),
    ("emotion", text),
    ("intensity", lambda value: limited(number(value), 0.0, 1.0)),
    ("loras", _names),
    ("seed", _seed),
    ("style", text),
    ("npcId", text),
    ("npcName", text),
    ("npcBaseImage", text),
)

_LOOK = slice(2, 6)


def base_params(metadata: NpcResponseMetadata) -> VideoParams:
    """The metadata's parameters for every clip of the NPC."""
    npc, video = metadata.npc, metadata.video_gen
    return VideoParams(
        prompt=video.base_prompt,
        style=video.style.art_style,
        loras=video.style.loras,
        npc_id=npc.id,
        npc_name=npc.name,
        npc_base_image=npc.avatar_url,
    )
