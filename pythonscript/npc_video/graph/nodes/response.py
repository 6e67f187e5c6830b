"""Nodes that turn numbers and states into the NPC's look."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from msgspec import field

from ..reach import Possibility, Upstream, intervals, translated
from .base import LARGEST, Context, Node, NodePorts, Rule, Values, limited, node, number, text

_NO_STATE = "idle"


class Levels(Node, frozen=True):
    """A word for each level; the highest level that the intensity reaches is used.

    Inputs:
        intensity (number): the number that reaches a level.
    """

    below: ClassVar[str] = "neutral"

    def table(self) -> tuple[str, Mapping[str, str]]:
        """The name of the setting, and its words by level; levels are written as text."""
        raise NotImplementedError

    def rule(self, ports: NodePorts) -> Rule:
        steps = self._steps()
        levels = [level for level, _ in steps[1:]]
        answers = [(word,) for _, word in steps]

        def rule(context: Context, intensity: Any = None) -> Values:
            return answers[bisect_right(levels, number(intensity))]

        return rule

    def problems(self, connected: frozenset[str]) -> Iterator[tuple[str, str]]:
        field, table = self.table()
        if not table:
            yield field, "is empty; give at least one level"
        for key in table:
            if level_of(key) is None:
                yield f"{field}[{key!r}]", "must be a finite number, written as text"

    def possible(self, port: str, upstream: Upstream) -> list[Possibility]:
        return intervals(upstream.sources.get("intensity", ""), self._steps())

    def _steps(self) -> list[tuple[float, str]]:
        _, table = self.table()
        known = ((level_of(key), word) for key, word in table.items())
        steps = sorted((level, word) for level, word in known if level is not None)
        return [(float("-inf"), self.below), *steps]


def level_of(key: str) -> float | None:
    """The level that a key stands for; None if it is no number that a node takes."""
    try:
        level = float(key)
    except ValueError:
        return None
    return level if -LARGEST <= level <= LARGEST else None


@node("response.expression", ("intensity",), ("expression",), absent={"intensity": 0.0})
class Expression(Levels, frozen=True):
    """The expression for an intensity, neutral below all levels.

    Outputs:
        expression (text): that of the highest level that is reached.

    Attributes:
        thresholds: the expression from each level on.
    """

    thresholds: dict[str, str] = field(
        default_factory=lambda: {
            "0": "neutral",
            "0.3": "interested",
            "0.6": "pleased",
            "0.8": "ecstatic",
        }
    )

    below: ClassVar[str] = "neutral"

    def table(self) -> tuple[str, Mapping[str, str]]:
        return "thresholds", self.thresholds


@node("response.emotion", ("intensity",), ("emotion",), absent={"intensity": 0.0})
class Emotion(Levels, frozen=True):
    """The emotion for an intensity, neutral below all levels.

    Outputs:
        emotion (text): that of the highest level that is reached.

    Attributes:
        emotions: the emotion from each level on.
    """

    emotions: dict[str, str] = field(
        default_factory=lambda: {"0": "neutral", "0.5": "pleasure", "0.8": "bliss"}
    )

    below: ClassVar[str] = "neutral"

    def table(self) -> tuple[str, Mapping[str, str]]:
        return "emotions", self.emotions


@node("response.animation", ("state",), ("animation",), absent={"state": _NO_STATE})
class Animation(Node, frozen=True):
    """The animation for a state; a state that is not in the table is used itself.

    Inputs:
        state (text): the word to look up.

    Outputs:
        animation (text): the one for the state, or the state itself.

    Attributes:
        animations: the animation for each state.
    """

    animations: dict[str, str] = field(default_factory=lambda: {"idle": "idle"})

    def evaluate(self, context: Context, state: Any = None) -> Values:
        word = text(state, _NO_STATE)
        return (self.animations.get(word, word),)

    def possible(self, port: str, upstream: Upstream) -> list[Possibility]:
        return translated(upstream, "state", self.animations, _NO_STATE)


@node("response.sound", ("state",), ("sound",), absent={"state": _NO_STATE})
class Sound(Node, frozen=True):
    """The sound for a state; a state that is not in the table is used itself.

    Inputs:
        state (text): the word to look up.

    Outputs:
        sound (text): the one for the state, or the state itself.

    Attributes:
        sounds: the sound for each state.
    """

    sounds: dict[str, str]

    def evaluate(self, context: Context, state: Any = None) -> Values:
        word = text(state, _NO_STATE)
        return (self.sounds.get(word, word),)

    def possible(self, port: str, upstream: Upstream) -> list[Possibility]:
        return translated(upstream, "state", self.sounds, _NO_STATE)


@node("response.intensity", ("value|input",), ("intensity",), absent={"value": 0.5})
class Intensity(Node, frozen=True):
    """The value times the multiplier, limited to 0 to 1.

    Inputs:
        value (number): any number.

    Outputs:
        intensity (number): from 0 to 1.

    Attributes:
        multiplier: more than 1 makes it stronger.
    """

    multiplier: float = 1.0

    def evaluate(self, context: Context, value: Any = None) -> Values:
        return (limited(number(value, 0.5) * self.multiplier, 0.0, 1.0),)
