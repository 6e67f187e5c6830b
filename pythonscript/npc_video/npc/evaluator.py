"""Answers interactions with the parameters of clips, through the NPC's graph.

The metadata is fixed and shared. An evaluator adds the state: times, and the cells of the graph.
The state can be copied at any time to look ahead, and saved with a game. Generating clips is left
to other modules.
"""

import logging
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from hashlib import blake2b
from typing import Any

import msgspec

from ..errors import InvalidDataError
from ..graph import NpcResponseMetadata, load_metadata
from ..graph.nodes.base import Context
from ..graph.program import Program
from ..graph.reach import combined, constant, first_present
from ..graph.result import Result, base_params
from ..graph.tracing import TracedTurn, trace_of
from ..prompts import joined_prompt
from ..records import ToolInteraction, VideoParams
from ..saved import read_saved

__all__ = ["EvaluatorState", "NpcResponseEvaluator", "ReachableState"]

_log = logging.getLogger("npc_video.graph")

_VERSION = 1  # of saved states
_WHAT = "saved state of an NPC"

# Times are sums of fractions, so they may miss a limit by very little.
_TOLERANCE = 1e-9


@dataclass(slots=True)
class EvaluatorState:
    """The memory of an NPC.

    Attributes:
        started: time of the first answer of the session, in seconds of the clock.
        answered: time of the last answer.
        cells: of the nodes with memory, in the order of the program.
        memory: shared by `state.memory` nodes, by key.
    """

    started: float | None = None
    answered: float | None = None
    cells: list[object] = field(default_factory=list)
    memory: dict[str, object] = field(default_factory=dict)

    def copy(self) -> "EvaluatorState":
        """An independent copy; cells and values in the memory never change themselves."""
        return EvaluatorState(self.started, self.answered, self.cells.copy(), self.memory.copy())


@dataclass(frozen=True, slots=True)
class ReachableState:
    """A look that a graph can give its NPC."""

    expression: str
    animation: str
    emotion: str


class NpcResponseEvaluator:
    """Answers interactions for one NPC, and keeps the memory of its graph.

    Args:
        metadata: an NPC as `load_metadata` takes it, or its result. An NPC without a
            `responseGraph` has a mood that tools and touches raise and lower.
        clock: monotonic time in seconds.
        seed: of all random numbers in the graph; the same events give the same answers.
        apply_profile: adds what all clips of the NPC have, as `Profile.apply_profile` does.

    Raises:
        GraphError: the metadata is wrong; it lists all problems.
    """

    def __init__(
        self,
        metadata: NpcResponseMetadata | Mapping[str, Any] | str | bytes,
        *,
        clock: Callable[[], float] = time.perf_counter,
        seed: int = 0,
        apply_profile: Callable[[VideoParams], VideoParams] = lambda params: params,
    ):
        self._metadata = load_metadata(metadata)
        self._apply_profile = apply_profile
        self._program = self._metadata.program
        self._base = base_params(self._metadata)
        self._rules = _Rules(self._metadata)
        self._result = Result(self._program, self._base)
        self._clock = clock
        self._seed = seed
        self._is_logged = True
        self.reset()

    @property
    def metadata(self) -> NpcResponseMetadata:
        """The NPC's metadata."""
        return self._metadata

    @property
    def state(self) -> EvaluatorState:
        """The present memory; it changes with every answer."""
        return self._state

    @property
    def seed(self) -> int:
        """The seed of all random numbers in the graph."""
        return self._seed

    def reset(self) -> None:
        """Forgets all events; the next interaction begins a new session."""
        self._state = EvaluatorState(cells=self._program.initial_cells())

    def copy(self) -> "NpcResponseEvaluator":
        """An independent evaluator in the same state, which writes nothing to the log."""
        copy = object.__new__(NpcResponseEvaluator)
        copy.__dict__.update(self.__dict__)
        copy._state = self._state.copy()
        copy._is_logged = False
        return copy

    @property
    def fingerprint(self) -> str:
        """Identifies everything besides interactions that answers depend on: graph and profile.

        It is equal for equal ones in every process. So earlier answers can be compared with those
        that would be given now.
        """
        looks = (self._base, *(replace(self._base, expression=word) for word in ("a", "b")))
        parts = (self._program.described(), [asdict(self._apply_profile(look)) for look in looks])
        # Names may have a string type of the engine.
        text = repr(msgspec.to_builtins(parts, order="sorted", enc_hook=str))
        return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()

    # ---- Answering ----

    def evaluate(self, interaction: ToolInteraction) -> VideoParams | None:
        """The NPC's answer; None if there is none.

        There is none during the cooldown, for a tool or a zone that is not enabled, and after the
        end of the session; the state then does not change. A touch without a particular zone
        ("unknown") is never refused for its zone.
        """
        return self.evaluate_at(interaction, self._clock())

    def evaluate_at(self, interaction: ToolInteraction, now: float) -> VideoParams | None:
        """The answer at `now`, in seconds of the clock, for looking ahead; see `evaluate`.

        Raises:
            InvalidDataError: `now` is not finite.
        """
        values = self._run_at(interaction, now)
        return None if values is None else self._params_of(interaction, values)

    def traced_at(self, interaction: ToolInteraction, now: float) -> TracedTurn | None:
        """The answer at `now` as `evaluate_at` gives it, and the values that led to it.

        Raises:
            InvalidDataError: `now` is not finite.
        """
        values = self._run_at(interaction, now)
        if values is None:
            return None
        answer = self._params_of(interaction, values)
        started = self._state.started
        since = 0.0 if started is None else now - started
        return TracedTurn(since, interaction, answer, trace_of(self._program, values))

    def _run_at(self, interaction: ToolInteraction, now: float) -> list[object] | None:
        """Runs the graph on an interaction; None if it is refused."""
        if not math.isfinite(now):
            raise InvalidDataError(f"now: must be a finite number of seconds, not {now!r}.")
        state = self._state
        if self._rules.refusal(interaction, state, now):
            return None
        if state.started is None or state.answered is None:
            state.started = state.answered = now
        context = Context(
            interaction,
            now - state.started,
            max(0.0, now - state.answered),
            self._seed,
            state.memory,
            self._base,
            self._is_logged,
        )
        state.answered = now
        return self._program.run(context, state.cells)

    def _params_of(self, interaction: ToolInteraction, values: list[object]) -> VideoParams:
        params = self._apply_profile(self._result.params(values))
        if self._metadata.debug.log_evaluations and self._is_logged:
            _log.info("%s → %s", interaction, params)
        return params

    def asked_for(self, wanted: VideoParams) -> VideoParams:
        """The parameters for a clip of this look, as if it were an answer.

        Expression, animation, emotion and intensity come from `wanted`. Prompts, style, add-ons,
        seed and identity come from the graph and the profile. If `wanted` has them too, its values
        take precedence, and its prompt follows the base prompt. The state does not change.
        """
        base = replace(
            self._base,
            expression=wanted.expression,
            animation=wanted.animation,
            emotion=wanted.emotion,
        )
        memory = self._state.memory.copy()
        context = Context(ToolInteraction("", ""), 0.0, 0.0, self._seed, memory, base, False)
        values = self._program.values_at(context, self._state.cells, wanted)
        told = self._result.params(values, wanted)
        prompt = joined_prompt(self._base.prompt, wanted.prompt) if wanted.prompt else told.prompt
        return self._apply_profile(
            replace(
                told,
                prompt=prompt,
                negative_prompt=wanted.negative_prompt or told.negative_prompt,
                loras=wanted.loras or told.loras,
                seed=wanted.seed or told.seed,
                style=wanted.style or told.style,
                npc_id=wanted.npc_id or told.npc_id,
                npc_name=wanted.npc_name or told.npc_name,
                npc_base_image=wanted.npc_base_image or told.npc_base_image,
                prompt_in_key=wanted.prompt_in_key,
            )
        )

    def at_intensity(self, answer: VideoParams, intensity: float) -> VideoParams:
        """The answer as it would be requested at another intensity."""
        moved = replace(answer, intensity=intensity)
        anew = self._apply_profile(replace(moved, seed=0))
        before = self._apply_profile(replace(answer, seed=0))
        if answer.seed in (anew.seed, before.seed):
            return anew
        return moved  # its seed comes from the graph

    def refusal_at(self, interaction: ToolInteraction, now: float) -> str:
        """A sentence with the reason why `evaluate_at` would give no answer; "" if it would."""
        return self._rules.refusal(interaction, self._state, now)

    def reachable_states(self) -> tuple[ReachableState, ...]:
        """All looks that the tables of the graph allow, at most 256, in the order of the tables.

        Words that exist only at run time, such as the name of a zone used as an expression, are
        missing. Some of these looks may need more patience than most players have.
        """
        words = self._program.possibilities()
        fields = (
            first_present([words.get(port, []), constant(otherwise)])
            for port, otherwise in (
                ("expression", "neutral"),
                ("animation", "idle"),
                ("emotion", "neutral"),
            )
        )
        return tuple(ReachableState(*row) for row in combined(*fields))

    # ---- Saved games ----

    def to_dict(self) -> dict[str, Any]:
        """The state as plain data for JSON. Times are stored as ages, so they stay valid."""
        state, now = self._state, self._clock()
        nodes = zip(self._program.stateful, state.cells, strict=True)
        return {
            "version": _VERSION,
            "startedSecondsAgo": None if state.started is None else now - state.started,
            "answeredSecondsAgo": None if state.answered is None else now - state.answered,
            "memory": dict(state.memory),
            "nodes": [
                {"id": node_id, "type": node.type_name, "cell": cell}
                for (node_id, node), cell in nodes
            ],
        }

    def from_dict(self, data: Mapping[str, Any]) -> None:
        """Restores a saved state, as if no time had passed since.

        New nodes of the graph start afresh, and saved data of removed nodes is dropped. So a game
        can change its graphs and still read old saves.

        Raises:
            InvalidDataError: `data` is not a result of `to_dict`; the state does not change.
        """
        saved = read_saved(data, _Saved, _WHAT)
        if saved.version != _VERSION:
            raise InvalidDataError(f"This is not a {_WHAT}: version {saved.version} is unknown.")
        try:
            cells = _restored(self._program, saved)
        except msgspec.ValidationError as error:
            raise InvalidDataError(f"This is not a {_WHAT}: {error}.") from error
        now = self._clock()
        started, answered = saved.started_seconds_ago, saved.answered_seconds_ago
        self._state = EvaluatorState(
            None if started is None else now - started,
            None if answered is None else now - answered,
            cells,
            saved.memory,
        )


class _Rules:
    """Decides whether an interaction is answered at all."""

    def __init__(self, metadata: NpcResponseMetadata):
        rules = metadata.interaction
        # Dictionaries, for fast look-ups that keep the order for messages.
        self._tools = dict.fromkeys(t if isinstance(t, str) else t.id for t in rules.enabled_tools)
        self._zones = dict.fromkeys(z if isinstance(z, str) else z.id for z in rules.zones)
        self._cooldown = rules.response_cooldown / 1000.0
        self._longest = rules.max_session_duration / 1000.0 or math.inf

    def refusal(self, interaction: ToolInteraction, state: EvaluatorState, now: float) -> str:
        tools, zones = self._tools, self._zones
        if tools and interaction.tool_id not in tools and interaction.tool_type not in tools:
            return f"It does not answer to {interaction.tool_id}, only to {', '.join(tools)}."
        if zones and interaction.zone not in zones and interaction.zone != "unknown":
            return f"It does not answer at {interaction.zone}, only at {', '.join(zones)}."
        if state.started is None or state.answered is None:
            return ""
        if now - state.started > self._longest + _TOLERANCE:
            return "Its session has reached its longest duration: reset it."
        if now - state.answered < self._cooldown - _TOLERANCE:
            return f"It has just answered, and waits {self._cooldown:g} s."
        return ""


class _SavedNode(msgspec.Struct, frozen=True):
    id: str
    type: str
    cell: Any


class _Saved(msgspec.Struct, frozen=True, rename="camel"):
    version: int
    started_seconds_ago: float | None
    answered_seconds_ago: float | None
    memory: dict[str, Any]
    nodes: tuple[_SavedNode, ...]


def _restored(program: Program, saved: _Saved) -> list[object]:
    """The cells of the program's nodes; saved ones if id and type are still the same."""
    cells = {(one.id, one.type): one.cell for one in saved.nodes}
    restored: list[object] = []
    for node_id, node in program.stateful:
        key = (node_id, node.type_name)
        if key in cells:
            restored.append(msgspec.convert(cells[key], node.cell_type))
        else:
            restored.append(node.initial())
    return restored
