"""One game: who is played with, by whom, and what happens, the same for every policy."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from npc_video import ToolInteraction, VideoParams
from npc_video.records import CacheKey

from .npcs import NPCS, evaluators
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
    """What a policy may know; only one that is meant to looks at `reactions` ahead or `states`.

    Attributes:
        evaluators: by NPC; playing the reactions moves them on.
        looks: by NPC and expression, emotion and animation that it shows with it.
        states: of the player, after each reaction.
    """

    npc_ids: list[str]
    evaluators: dict[str, Any]
    looks: dict[str, Mapping[str, tuple[str, str]]]
    player: Player
    reactions: list[Reaction]
    states: list[Any]

    def fresh(self) -> "Game":
        """The same game before its first interaction."""
        return replace(self, evaluators=evaluators(self.npc_ids))


def make_game(kind: str, seed: int, *, escalates: bool, interactions: int) -> Game:
    """Six NPCs or one, a player of `kind`, and what they do; all of it follows from `seed`."""
    rng = random.Random(f"{kind} {seed}")
    count = len(NPCS) if kind == "six_npcs" else 1
    npc_ids = [list(NPCS)[(seed + index) % len(NPCS)] for index in range(count)]
    stages = [NPCS[npc_id] for npc_id in npc_ids]
    player = make_player(kind, stages, rng, escalates=escalates)
    game = Game(npc_ids, {}, {}, player, [], []).fresh()
    looks: dict[str, dict[str, tuple[str, str]]] = {npc_id: {} for npc_id in npc_ids}
    for at, act, state in player.play(interactions, rng):
        npc_id = npc_ids[act.npc]
        interaction = act.interaction(at)
        params = game.evaluators[npc_id].evaluate_at(interaction, at)
        if params is not None:
            looks[npc_id][params.expression] = (params.emotion, params.animation)
            game.reactions.append(Reaction(at, npc_id, interaction, params, params.cache_key()))
            game.states.append(state)
    return replace(game, looks=looks)
