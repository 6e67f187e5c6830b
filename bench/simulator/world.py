"""Makes one game, simulated or recorded: its NPCs and the acts, the same for every policy."""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from npc_video import NpcResponseEvaluator, Profile, ToolInteraction, VideoParams
from npc_video.graph import NpcResponseMetadata
from npc_video.npc.recording import Session
from npc_video.npc.replay import answers
from npc_video.records import CacheKey

from .npcs import TEMPLATES, companion, companion_stage, evaluators, template
from .players import Player, make_player

__all__ = ["Game", "Reaction", "make_game", "recorded_game"]


@dataclass(frozen=True, slots=True)
class Reaction:
    """An interaction that an NPC answers, and the clip of the answer."""

    at: float
    npc_id: str
    interaction: ToolInteraction
    params: VideoParams
    key: CacheKey


@dataclass(frozen=True, slots=True)
class Game:
    """The facts of a game; only `Known` and `Clairvoyant` may read `states` or later `reactions`.

    Attributes:
        make: returns new evaluators by NPC, in the state before the first interaction.
        npcs: in the player's order; none in a recorded game.
        evaluators: by NPC; playing the reactions changes their state.
        looks: by NPC and expression, emotion and animation that it shows with it; "" for an
            animation that depends on other things.
        player: None in a recorded game, which `Known` and `Returning` cannot play.
        states: of the player, after each reaction.
    """

    make: Callable[[], Mapping[str, NpcResponseEvaluator]]
    npcs: Sequence[NpcResponseMetadata]
    evaluators: Mapping[str, NpcResponseEvaluator]
    looks: Mapping[str, Mapping[str, tuple[str, str]]]
    player: Player | None
    reactions: list[Reaction]
    states: list[Any]

    def fresh(self) -> "Game":
        """Returns the same game before its first interaction."""
        return replace(self, evaluators=self.make())

    def played(self, count: int, rng: random.Random) -> Iterator[tuple[Reaction, Any]]:
        """Yields the answers to `count` interactions, each with the player's state after it."""
        assert self.player is not None
        for at, act, state in self.player.play(count, rng):
            npc_id = self.npcs[act.npc].npc.id
            interaction = act.interaction(at)
            params = self.evaluators[npc_id].evaluate_at(interaction, at)
            if params is not None:
                yield Reaction(at, npc_id, interaction, params, params.cache_key()), state

    def earlier(self) -> list[Reaction]:
        """Returns another session, as long, of the same player with the same NPCs."""
        session = self.fresh().played(len(self.reactions), random.Random("earlier"))
        return [reaction for reaction, _ in session]


def make_game(
    kind: str, seed: int, *, escalates: bool, interactions: int, templates: bool = False
) -> Game:
    """Makes a game from `seed`: one NPC, or six, a player of `kind`, and their acts.

    Args:
        templates: uses the NPCs that ship, else companions.
    """
    rng = random.Random(f"{kind} {seed}")
    count = 6 if kind == "six_npcs" else 1
    if templates:
        names = [list(TEMPLATES)[(seed + index) % len(TEMPLATES)] for index in range(count)]
        npcs, stages = [template(name) for name in names], [TEMPLATES[name] for name in names]
    else:
        npcs = [companion(f"companion {index}", rng) for index in range(count)]
        stages = [companion_stage()] * count
    player = make_player(kind, stages, rng, escalates=escalates)
    game = Game(lambda: evaluators(npcs), npcs, {}, {}, player, [], []).fresh()
    looks = {npc_id: _looks(evaluator) for npc_id, evaluator in game.evaluators.items()}
    played = list(game.played(interactions, rng))
    reactions, states = [reaction for reaction, _ in played], [state for _, state in played]
    return replace(game, looks=looks, reactions=reactions, states=states)


def recorded_game(session: Session, npc: Profile) -> Game:
    """Makes a game of the interactions in a recorded session, with the answers of `npc`.

    The session's clock begins at 0, as that of the simulation does. Requests are left out: no
    policy can foresee them.
    """
    moved = _from_zero(session)
    npc_id = moved.evaluator(npc).metadata.npc.id
    reactions = [
        Reaction(turn.at, npc_id, turn.what, answer.params, answer.params.cache_key())
        for turn, answer in answers(moved, npc)
        if isinstance(turn.what, ToolInteraction) and answer.params is not None
    ]
    game = Game(lambda: {npc_id: moved.evaluator(npc)}, [], {}, {}, None, reactions, []).fresh()
    return replace(game, looks={npc_id: _looks(game.evaluators[npc_id])})


def _from_zero(session: Session) -> Session:
    def moved(at: float | None) -> float | None:
        return None if at is None else at - session.at

    return replace(
        session,
        at=0.0,
        times=session.times and (moved(session.times[0]), moved(session.times[1])),
        turns=tuple(replace(turn, at=turn.at - session.at) for turn in session.turns),
    )


def _looks(evaluator: NpcResponseEvaluator) -> dict[str, tuple[str, str]]:
    looks: dict[str, tuple[str, str]] = {}
    for state in evaluator.reachable_states():
        _, animation = looks.get(state.expression, ("", state.animation))
        known = animation if animation == state.animation else ""
        looks[state.expression] = (state.emotion, known)
    return looks
