"""The three rules: a mood goes on, it progresses, and after a while it is bound to progress.

They need no history, so they propose clips that were never seen; whether they are right depends on
the player, so what weighs them is told by how each has done.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import asdict, replace
from types import MappingProxyType
from typing import Any

from msgspec import Struct

from ..records import VideoParams
from .base import Observation, Proposal, ResponseModel

__all__ = ["DEFAULT_PROGRESSION", "RulePredictor", "SavedRules"]

DEFAULT_PROGRESSION: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "neutral": ("interested", "curious"),
        "interested": ("aroused", "pleased"),
        "aroused": ("pleased", "ecstatic"),
        "pleased": ("amused", "ecstatic"),
        "amused": ("ecstatic", "pleased"),
        "happy": ("amused", "ecstatic"),
        "curious": ("surprised", "interested"),
        "surprised": ("curious", "amused"),
        "annoyed": ("angry",),
        "angry": ("annoyed",),
        "sad": ("neutral",),
        "ecstatic": ("pleased",),
    }
)
"""Which expressions follow which, the likelier first."""

_CONTINUATION = 0.1
_PROGRESSION = 0.15
_INSISTENT = 0.2
_REPEATS = 3
_AT_MOST = 3
# What a rule's word is worth before it has been seen to be right or wrong: for most players little.
_PROBABILITIES = (0.1, 0.1, 0.1)


class SavedRules(Struct, frozen=True):
    """As `to_dict` gives it."""

    last: dict[str, Any] | None
    expressions: tuple[str, ...]


class RulePredictor:
    """Proposes by rule, from the expression shown now.

    Args:
        progression: which expressions follow which; expressions that are not in it only go on.
        looks: emotion and animation that the NPC shows with an expression; those shown now stay
            where nothing or "" is given.
        model: the NPC's evaluator, which says how such clips are asked for; without one they are
            prompted as the last one was.
    """

    def __init__(
        self,
        progression: Mapping[str, tuple[str, ...]] = DEFAULT_PROGRESSION,
        looks: Mapping[str, tuple[str, str]] = MappingProxyType({}),
        model: ResponseModel | None = None,
    ):
        self._progression = progression
        self._looks = looks
        self._model = model
        self._last: VideoParams | None = None
        self._expressions: deque[str] = deque(maxlen=_REPEATS)

    def observe(self, seen: Observation) -> None:
        self._last = seen.params
        self._expressions.append(seen.params.expression)

    def propose(self, now: float, gap: float) -> list[Proposal]:
        if self._last is None:
            return []
        return [
            Proposal(params, params.cache_key(), probability, 1, f"rules:{rule}")
            for (rule, params), probability in zip(
                self.after(self._last), _PROBABILITIES, strict=False
            )
        ]

    def to_dict(self) -> dict[str, Any]:
        """What was shown last, as JSON."""
        last = None if self._last is None else asdict(self._last)
        return {"last": last, "expressions": list(self._expressions)}

    def recall(self, saved: "SavedRules") -> None:
        """Goes on from what `to_dict` gave.

        Raises:
            InvalidDataError: a field of it is wrong.
        """
        self._last = None if saved.last is None else VideoParams.from_dict(saved.last)
        self._expressions.extend(saved.expressions)

    def after(self, params: VideoParams) -> list[tuple[str, VideoParams]]:
        """At most three (rule, clip) for what follows `params`, the most urgent first."""
        following = self._progression.get(params.expression, ())
        found = [("continuation", self._changed(params, params.expression, _CONTINUATION))]
        found += [
            ("progression", self._changed(params, expression, _PROGRESSION))
            for expression in following
        ]
        if following and list(self._expressions).count(params.expression) == _REPEATS:
            insistent = self._changed(params, following[0], _INSISTENT)
            found.insert(0, ("insistence", insistent))
        return found[:_AT_MOST]

    def _changed(self, params: VideoParams, expression: str, by: float) -> VideoParams:
        emotion, animation = params.emotion, params.animation
        if expression != params.expression:
            feeling, motion = self._looks.get(expression, ("", ""))
            emotion, animation = feeling or emotion, motion or animation
        # Sums of decimals would else end in …001 and round into another tenth.
        intensity = min(1.0, round(params.intensity + by, 6))
        look = VideoParams(
            expression=expression, emotion=emotion, animation=animation, intensity=intensity
        )
        if self._model is not None:
            return self._model.asked_for(look)
        return replace(
            params,
            expression=expression,
            emotion=emotion,
            animation=animation,
            intensity=intensity,
        )
