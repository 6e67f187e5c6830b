"""Nodes with memory."""

from collections.abc import Iterable, Iterator
from typing import Annotated, Any, Literal

import msgspec

from ...records import VideoParams
from ..reach import Between, Possibility, Upstream, chosen, constant, unique
from .base import (
    Context,
    DataField,
    DurationMs,
    Node,
    NodePorts,
    Rule,
    StatefulNode,
    Values,
    decayed,
    finite,
    limited,
    node,
    number,
    text,
    truth,
)
from .logic import Entry

_MAX_KEYS = 256  # in the shared memory; a game that invents keys must not fill it without end
_MAX_EVENTS = 32  # in a combo


@node("state.accumulator", inputs=("input|value",), absent={"input": 0.0})
class Accumulator(StatefulNode, frozen=True):
    """Moves towards 0 by `decayRate` per second, then adds the input, within the limits.

    Inputs:
        input (number): added at each interaction.

    Outputs:
        value (number): the level.

    Attributes:
        initialValue: the level at the beginning.
        decayRate: the loss in each second.
        min: the lowest level.
        max: the highest level.
    """

    initial_value: float = 0.0
    decay_rate: Annotated[float, msgspec.Meta(extra={"unit": "/s"})] = 0.0
    min: float = 0.0
    max: float = 1.0

    def initial(self) -> object:
        return self.initial_value

    def evaluate(self, context: Context, cell: Any, added: Any = None) -> Any:
        loss = self.decay_rate * context.elapsed
        rest = max(0.0, cell - loss) if cell > 0.0 else min(0.0, cell + loss)
        level = limited(rest + number(added), self.min, self.max)
        return level, (level,)

    def problems(self, connected: frozenset[str]) -> Iterator[tuple[str, str]]:
        if self.min > self.max:
            yield "min", f"{self.min:g} is above max, {self.max:g}; exchange them"
        elif not self.min <= self.initial_value <= self.max:
            yield "initialValue", f"{self.initial_value:g} is not within min and max"
        if self.decay_rate < 0.0:
            yield "decayRate", f"{self.decay_rate:g} is below 0; give the loss per second"


_StateId = Annotated[str, msgspec.Meta(extra={"ids_of": "states"})]


class State(msgspec.Struct, frozen=True):
    """The look of the NPC in a state.

    Attributes:
        id: the name of the state.
        expression: the expression in this state.
        animation: the animation in this state.
        emotion: the emotion in this state.
    """

    id: str
    expression: str = "neutral"
    animation: str = "idle"
    emotion: str = "neutral"

    def outputs(self) -> Values:
        return self.id, self.expression, self.animation, self.emotion


class Transition(msgspec.Struct, frozen=True, rename={"source": "from", "target": "to"}):
    """Leads to another state at or above the threshold, or below it.

    Attributes:
        from: the state that it leaves.
        to: the state that it leads to.
        threshold: the intensity from which it leads on.
        below: leads on below the threshold instead.
    """

    source: _StateId
    target: _StateId
    threshold: float
    below: bool = False


@node(
    "state.machine",
    inputs=("intensity",),
    outputs=("state", "expression", "animation", "emotion"),
    absent={"intensity": 0.0},
)
class Machine(StatefulNode, frozen=True):
    """Starts in the first state; an interaction may lead through several, each at most once.

    Inputs:
        intensity (number): the number that is compared with thresholds.

    Outputs:
        state (text): the id of the state.
        expression (text): that of the state.
        animation (text): that of the state.
        emotion (text): that of the state.

    Attributes:
        states: the states, the first one to start in.
        transitions: the ways between states; the first one that fits is taken.
    """

    states: tuple[State, ...]
    transitions: tuple[Transition, ...] = ()

    cell_type = str

    def initial(self) -> object:
        return self.states[0].id

    def rule(self, ports: NodePorts) -> Rule:
        shown = {state.id: state.outputs() for state in self.states}
        leaving = self._leaving()
        first = self.states[0].id

        def rule(context: Context, cell: str, intensity: Any = None) -> tuple[str, Values]:
            level = number(intensity)
            state = cell if cell in shown else first
            seen = {state}
            while (then := _next(leaving[state], level)) is not None and then not in seen:
                seen.add(then)
                state = then
            return state, shown[state]

        return rule

    def shown(self, cell: Any, look: VideoParams) -> Values | None:
        def likeness(state: State) -> tuple[bool, bool, bool, bool]:
            is_alike = state.expression == look.expression
            return (
                is_alike,
                is_alike and state.emotion == look.emotion,
                is_alike and state.animation == look.animation,
                state.id == cell,
            )

        return max(self.states, key=likeness).outputs()

    def problems(self, connected: frozenset[str]) -> Iterator[tuple[str, str]]:
        if not self.states:
            yield "states", "is empty; give at least one state"
        known: set[str] = set()
        for index, state in enumerate(self.states):
            if state.id in known:
                yield f"states[{index}].id", f"{state.id!r} is the id of an earlier state"
            known.add(state.id)
        for index, one in enumerate(self.transitions):
            for field, state_id in (("from", one.source), ("to", one.target)):
                if state_id not in known:
                    yield f"transitions[{index}].{field}", f"there is no state {state_id!r}"

    def possible(self, port: str, upstream: Upstream) -> list[Possibility]:
        leaving = self._leaving()
        reached = {self.states[0].id}
        waiting = [self.states[0].id]
        while waiting:
            there = {target for _, _, target in leaving[waiting.pop()]} - reached
            reached |= there
            waiting += there
        field = "id" if port == "state" else port
        return unique(
            Possibility(getattr(state, field), {upstream.node_id: Between(index, index + 1)})
            for index, state in enumerate(self.states)
            if state.id in reached
        )

    def _leaving(self) -> dict[str, list[tuple[bool, float, str]]]:
        """The transitions of each state: whether below, the threshold, and the target."""
        leaving: dict[str, list[tuple[bool, float, str]]] = {s.id: [] for s in self.states}
        for one in self.transitions:
            leaving[one.source].append((one.below, one.threshold, one.target))
        return leaving


def _next(leaving: list[tuple[bool, float, str]], level: float) -> str | None:
    for below, threshold, target in leaving:
        if level < threshold if below else level >= threshold:
            return target
    return None


@node("state.memory", inputs=("key", "write"), absent={"key": DataField("key")})
class Memory(Node, frozen=True):
    """A value shared under a key by all such nodes of the graph: the last one from `write`, or else
    `initial`, which is one value for all keys or has one for each.

    Inputs:
        key (text): the key in place of the setting.
        write (any): the value to remember.

    Outputs:
        value (any): the value that is remembered.

    Attributes:
        key: the key while nothing is connected to it.
        initial: the value before anything is written, or one for each key.
    """

    key: str | None = None
    initial: Entry | dict[str, Entry] = None

    def evaluate(self, context: Context, key: Any = None, write: Any = None) -> Values:
        name = text(self.key if key is None else key)
        memory = context.memory
        if write is None:
            return (memory[name] if name in memory else self._initial(name),)
        if name not in memory and len(memory) >= _MAX_KEYS:
            del memory[next(iter(memory))]
        memory[name] = write
        return (write,)

    def problems(self, connected: frozenset[str]) -> Iterator[tuple[str, str]]:
        if self.key is None and "key" not in connected:
            yield "key", "is missing; give one or connect port key"

    def told_apart(self, port: str) -> Iterable[str]:
        return self.initial if port == "key" and isinstance(self.initial, dict) else ()

    def possible(self, port: str, upstream: Upstream) -> list[Possibility]:
        written = constant(*(one.word for one in upstream.words.get("write", ())))
        if isinstance(self.initial, dict) and "key" in upstream.sources:
            return unique([*chosen(upstream, "key", self.initial, None), *written])
        return unique([*constant(self._initial(self.key or "")), *written])

    def _initial(self, key: str) -> object:
        return self.initial.get(key) if isinstance(self.initial, dict) else self.initial


@node(
    "state.timer",
    inputs=("running", "reset"),
    outputs=("elapsed", "value"),
    absent={"running": True, "reset": False},
)
class Timer(StatefulNode, frozen=True):
    """The milliseconds for which `running` was true.

    Inputs:
        running (truth): lets the time pass.
        reset (truth): starts again at 0.

    Outputs:
        elapsed (number): milliseconds.
        value (number): milliseconds, too.
    """

    cell_type = tuple[float, bool]

    def initial(self) -> object:
        return 0.0, False

    def evaluate(self, context: Context, cell: Any, running: Any = None, reset: Any = None) -> Any:
        elapsed, was_running = cell
        if was_running:
            elapsed = finite(elapsed + context.elapsed * 1000.0)
        if truth(reset):
            elapsed = 0.0
        return (elapsed, truth(running, True)), (elapsed, elapsed)


@node("state.threshold", ("value",), ("triggered", "value"), absent={"value": 0.0})
class Threshold(StatefulNode, frozen=True):
    """True at or above the threshold: only on reaching it, or continuously.

    Inputs:
        value (number): compared with the threshold.

    Outputs:
        triggered (truth): whether it is reached.
        value (number): 1 if it is reached, else 0.

    Attributes:
        threshold: the number to reach.
        behavior: whether it is true only on reaching the threshold, or as long as it is reached.
    """

    threshold: float
    behavior: Literal["trigger", "continuous"] = "trigger"

    cell_type = bool

    def initial(self) -> object:
        return False

    def evaluate(self, context: Context, cell: Any, value: Any = None) -> Any:
        is_above = number(value) >= self.threshold
        triggered = is_above and not (cell and self.behavior == "trigger")
        return is_above, (triggered, 1.0 if triggered else 0.0)


class Sequence(msgspec.Struct, frozen=True):
    """Words that must follow one another: a list, or text with commas.

    Attributes:
        pattern: the words that must follow each other.
        bonus: given when the sequence ends.
        label: the name of the sequence.
    """

    pattern: tuple[str, ...] | str
    bonus: float = 1.0
    label: str = ""

    def words(self) -> tuple[str, ...]:
        listed = self.pattern.split(",") if isinstance(self.pattern, str) else self.pattern
        return tuple(word.strip() for word in listed if word.strip())


@node("state.combo", inputs=("action|input",), outputs=("bonus", "label", "active"))
class Combo(StatefulNode, frozen=True):
    """Detects a sequence that ends now and began at most `windowMs` ago; the longest one wins.

    Inputs:
        action (text): the word that happened; any other one in between breaks a sequence.

    Outputs:
        bonus (number): that of the sequence, or else 1.
        label (text): that of the sequence, or else empty.
        active (truth): whether a sequence ends now.

    Attributes:
        sequences: the sequences to detect.
        windowMs: the longest time for a sequence; without it there is no limit.
    """

    sequences: tuple[Sequence, ...]
    window_ms: DurationMs | None = None

    cell_type = tuple[tuple[float, str], ...]

    def initial(self) -> object:
        return ()

    def rule(self, ports: NodePorts) -> Rule:
        longest_first = sorted(self.sequences, key=lambda sequence: -len(sequence.words()))
        sequences = [(s.words(), (s.bonus, s.label, True)) for s in longest_first]
        kept = len(sequences[0][0]) if sequences else 0
        window = float("inf") if self.window_ms is None else self.window_ms / 1000.0

        def rule(context: Context, cell: Any, happened: Any = None) -> Any:
            if happened is None or not kept:
                return cell, (1.0, "", False)
            # A small tolerance, because times are sums of fractions.
            oldest = context.now - window - 1e-9
            events = [event for event in cell if event[0] >= oldest]
            events.append((context.now, text(happened)))
            words = tuple(word for _, word in events)
            for pattern, found in sequences:
                if words[-len(pattern) :] == pattern:
                    return tuple(events[-kept:]), found
            return tuple(events[-kept:]), (1.0, "", False)

        return rule

    def problems(self, connected: frozenset[str]) -> Iterator[tuple[str, str]]:
        for index, sequence in enumerate(self.sequences):
            if not 0 < len(sequence.words()) <= _MAX_EVENTS:
                yield (
                    f"sequences[{index}].pattern",
                    f"must have 1 to {_MAX_EVENTS} words, not {len(sequence.words())}",
                )

    def possible(self, port: str, upstream: Upstream) -> list[Possibility]:
        return constant("", *(s.label for s in self.sequences)) if port == "label" else []


@node("state.mood", inputs=("value",), absent={"value": DataField("baseline")})
class Mood(StatefulNode, frozen=True):
    """The average of the value over about `timeMs`, starting at `baseline`.

    Inputs:
        value (number): pulls the mood towards it.

    Outputs:
        value (number): the mood.

    Attributes:
        timeMs: a longer time makes the mood steadier.
        baseline: the mood at the beginning, and the value while there is none.
    """

    time_ms: DurationMs
    baseline: float = 0.0

    def initial(self) -> object:
        return self.baseline

    def evaluate(self, context: Context, cell: Any, value: Any = None) -> Any:
        target = number(value, self.baseline)
        mood = target + (cell - target) * decayed(context.elapsed, self.time_ms)
        return mood, (mood,)
