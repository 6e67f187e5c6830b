"""Makes one game: its NPCs, its player and their acts, the same for every policy."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from npc_video import NpcResponseEvaluator, ToolInteraction, VideoParams
from npc_video.graph import NpcResponseMetadata
from npc_video.records import CacheKey

from .npcs import TEMPLATES, companion, companion_stage, evaluators, template
from .players import Player, make_player

__all__ = ["Game", "Reaction", "make_game"]


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
        npcs: in the player's order.
        evaluators: by NPC; playing the reactions changes their state.
        looks: by NPC and expression, emotion and animation that it shows with it; "" for an
            animation that depends on other things.
        states: of the player, after each reaction.
    """

    npcs: Sequence[NpcResponseMetadata]
    evaluators: Mapping[str, NpcResponseEvaluator]
    looks: Mapping[str, Mapping[str, tuple[str, str]]]
    player: Player
    reactions: list[Reaction]
    states: list[Any]

    def fresh(self) -> "Game":
        """Returns the same game before its first interaction."""
        return replace(self, evaluators=evaluators(self.npcs))

    def played(self, count: int, rng: random.Random) -> Iterator[tuple[Reaction, Any]]:
        """Yields the answers to `count` interactions, each with the player's state after it."""
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
    game = Game(npcs, {}, {}, player, [], []).fresh()
    looks = {npc_id: _looks(evaluator) for npc_id, evaluator in game.evaluators.items()}
    played = list(game.played(interactions, rng))
    reactions, states = [reaction for reaction, _ in played], [state for _, state in played]
    return replace(game, looks=looks, reactions=reactions, states=states)


def _looks(evaluator: NpcResponseEvaluator) -> dict[str, tuple[str, str]]:
    looks: dict[str, tuple[str, str]] = {}
    for state in evaluator.reachable_states():
        _, animation = looks.get(state.expression, ("", state.animation))
        known = animation if animation == state.animation else ""
        looks[state.expression] = (state.emotion, known)
    return looks
