"""Three rules: a mood continues, it progresses, and after some time it must progress.

They need no history, so they can propose clips that were never requested. Whether they are right
depends on the player; so each rule is weighted by its record.
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
"""The expressions that may follow each expression, the likelier first."""

_CONTINUATION = 0.1
_PROGRESSION = 0.15
_INSISTENT = 0.2
_REPEATS = 3
_AT_MOST = 3
# The initial probability of each rule: low, because few players follow them.
_PROBABILITIES = (0.1, 0.1, 0.1)


class SavedRules(Struct, frozen=True):
    """The form of `to_dict`."""

    last: dict[str, Any] | None
    expressions: tuple[str, ...]


class RulePredictor:
    """Proposes clips by rule, from the expression shown now.

    Args:
        progression: the expressions that follow each; others only continue.
        looks: emotion and animation for an expression; the present ones remain if there are none,
            or if they are "".
        model: the NPC's evaluator, which completes the parameters of clips; without it they keep
            the prompt of the last one.
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
        """The last clip shown, as JSON."""
        last = None if self._last is None else asdict(self._last)
        return {"last": last, "expressions": list(self._expressions)}

    def recall(self, saved: "SavedRules") -> None:
        """Restores the result of `to_dict`.

        Raises:
            InvalidDataError: a field of it is wrong.
        """
        self._last = None if saved.last is None else VideoParams.from_dict(saved.last)
        self._expressions.extend(saved.expressions)

    def after(self, params: VideoParams) -> list[tuple[str, VideoParams]]:
        """At most three (rule, clip) pairs for what follows `params`, the most urgent first."""
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
        # Sums of decimals could otherwise end in …001 and round to another tenth.
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
