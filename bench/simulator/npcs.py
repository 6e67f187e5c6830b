"""Makes the NPCs that are played with.

Companions are rich: what they show depends on mood, place and touch, so there are hundreds of clips
and a cache of sixty cannot hold them; they differ from seed to seed. The templates that ship are
simple, and need few clips.
"""

import functools
import random
from collections.abc import Iterable, Mapping
from typing import Any

from npc_video import NpcResponseEvaluator
from npc_video.graph import NpcResponseMetadata, load_metadata
from npc_video.templates import read_template

from .players import Stage

__all__ = ["TEMPLATES", "companion", "companion_stage", "evaluators", "template"]

TEMPLATES = {
    "mood_meter": Stage(
        ("feather", "hand", "gift", "song", "stick"), ("belly", "cheek", "forehead", "horns")
    ),
    "tickle_game": Stage(
        ("feather", "hand"), ("belly", "feet", "neck", "cheek", "nose", "forehead", "horns")
    ),
    "affinity": Stage(("gift", "song", "treat", "feather", "hand", "stick"), ("cheek", "hands")),
    "guard": Stage(
        ("stick", "lockpick", "rope", "hand", "song", "gift"), ("keys", "chest", "door")
    ),
    "merchant": Stage(
        ("coin", "compliment", "joke", "song", "gift", "walk_away", "insult"), ("unknown",)
    ),
    "pet": Stage(("treat", "food", "ball", "feather", "hand", "song"), ("head", "back", "belly")),
}
"""The player's possible acts on the NPC, by name."""

_TOOLS = ("feather", "hand", "gift", "song", "stick")
_PLACES = {
    "belly": "wiggle",
    "cheek": "tilt",
    "forehead": "nod",
    "neck": "shake",
    "back": "lean_in",
}
_MOODS = (
    (-1.0, "angry"),
    (-0.6, "annoyed"),
    (-0.2, "neutral"),
    (0.05, "curious"),
    (0.2, "interested"),
    (0.4, "pleased"),
    (0.6, "amused"),
    (0.8, "ecstatic"),
)


def companion_stage() -> Stage:
    return Stage(_TOOLS, tuple(_PLACES))


def companion(npc_id: str, rng: random.Random) -> NpcResponseMetadata:
    """Returns a companion with likings of its own."""
    likings = [0.28, 0.2, 0.12, 0.16, -0.3]
    rng.shuffle(likings)
    places = {place: round(rng.uniform(0.6, 1.4), 2) for place in _PLACES}
    moods = {str(level): mood for level, mood in _MOODS}
    nodes: dict[str, tuple[str, dict[str, Any]]] = {
        "tool": ("input.tool", {}),
        "pressure": ("input.pressure", {}),
        "zone": ("input.zone", {}),
        "liking": ("logic.switch", {"cases": dict(zip(_TOOLS, likings, strict=True))}),
        "strength": ("math.remap", {"outMin": 0.4, "outMax": 1.4}),
        "sensitivity": ("logic.switch", {"cases": places, "default": 1.0}),
        "change": ("math.multiply", {}),
        "mood": ("state.accumulator", {"min": -1.0, "max": 1.0, "decayRate": 0.02}),
        "expression": ("response.expression", {"thresholds": moods}),
        "emotion": ("response.emotion", {"emotions": moods}),
        "motion": ("logic.switch", {"cases": _PLACES, "default": "idle"}),
        "warmth": ("math.remap", {"inMin": -1.0, "inMax": 1.0, "outMin": 0.2, "outMax": 0.7}),
        "touch": ("math.multiply", {"value": 0.4}),
        "sum": ("math.add", {}),
        "intensity": ("response.intensity", {}),
        "output": ("video.output", {}),
    }
    wires = (
        "tool.toolType liking.selector, pressure.value strength.value, zone.zone"
        " sensitivity.selector, liking.value change.a, strength.value change.b, sensitivity.value"
        " change.c, change.result mood.input, mood.value expression.intensity, mood.value"
        " emotion.intensity, zone.zone motion.selector, mood.value warmth.value, pressure.value"
        " touch.a, warmth.value sum.a, touch.result sum.b, sum.result intensity.value,"
        " expression.expression output.expression, emotion.emotion output.emotion, motion.value"
        " output.animation, intensity.intensity output.intensity"
    )
    return load_metadata(
        {
            "npc": {"id": npc_id, "name": npc_id},
            "responseGraph": {
                "nodes": [
                    {"id": name, "type": kind, "data": data} for name, (kind, data) in nodes.items()
                ],
                "connections": [
                    _wire(number, wire) for number, wire in enumerate(wires.split(","))
                ],
            },
        }
    )


def _wire(number: int, wire: str) -> dict[str, str]:
    start, end = wire.split()
    source, source_port = start.split(".")
    target, target_port = end.split(".")
    return {
        "id": f"c{number}",
        "from": source,
        "fromPort": source_port,
        "to": target,
        "toPort": target_port,
    }


@functools.cache
def template(name: str) -> NpcResponseMetadata:
    return load_metadata(read_template(name))


def evaluators(npcs: Iterable[NpcResponseMetadata]) -> Mapping[str, NpcResponseEvaluator]:
    """Returns new evaluators by NPC, in their first state."""
    return {npc.npc.id: NpcResponseEvaluator(npc) for npc in npcs}
