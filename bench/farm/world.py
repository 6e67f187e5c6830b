"""Makes the players of a farm: when they act, and which looks they see.

Each player plays a game of `bench.simulator`, from any place of it, in sessions with pauses. A look
is new to a player at its first appearance in the game. The farm has most new looks already, because
another player saw them; the others are unseen, and must be made.
"""

import functools
import random
from bisect import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from heapq import merge
from itertools import accumulate, pairwise

from ..simulator.players import KINDS
from ..simulator.world import make_game

__all__ = ["Moment", "Plan", "moments"]

_TRACES_PER_KIND = 12
_INTERACTIONS = 200
# Players are with an NPC for 40 % of the time.
_SESSION_SECONDS, _PAUSE_SECONDS = 120.0, 180.0
# The part of the predictions that come true with the next reaction.
_RIGHT = 0.4


@dataclass(frozen=True, slots=True)
class Plan:
    """The size of a world.

    Attributes:
        players: those who play at the same time, with an NPC or not.
        seconds: of play.
        unseen: the part of the looks that are new to a player and that the farm lacks too, 0 to 1.
        games: each is a tenant and has a model of its own; the first has the most players, the
            second half as many, and so on.
    """

    players: int
    seconds: float
    unseen: float = 0.25
    games: int = 8
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Moment:
    """An answer of an NPC.

    Attributes:
        game: the player's, from 0.
        look: to be made; "" for one that the player or the farm has.
        guess: the look that the game expects next, and that would have to be made; "" for none.
    """

    at: float
    player: int
    game: int
    look: str
    guess: str = ""


@dataclass(frozen=True, slots=True)
class _Trace:
    """A whole game: the seconds between its reactions, and whether each look is a new one."""

    gaps: Sequence[float]
    news: Sequence[bool]


def moments(plan: Plan) -> Iterator[Moment]:
    """The moments of all players, in the order of time."""
    traces = [(kind, seed) for kind in KINDS for seed in range(_TRACES_PER_KIND)]
    shares = list(accumulate(1.0 / rank for rank in range(1, plan.games + 1)))
    chance = random.Random(f"farm {plan.seed}")
    players = []
    for player in range(plan.players):
        game = bisect(shares, chance.random() * shares[-1])
        rng = random.Random(chance.random())
        played = _played(player, game, _trace(*chance.choice(traces)), plan, rng)
        players.append(_with_guesses(played, plan, rng))
    return merge(*players, key=lambda moment: moment.at)


@functools.cache
def _trace(kind: str, seed: int) -> _Trace:
    game = make_game(kind, seed, escalates=seed % 2 == 1, interactions=_INTERACTIONS)
    times = [reaction.at for reaction in game.reactions]
    seen: set[object] = set()
    news = []
    for reaction in game.reactions:
        news.append(reaction.key not in seen)
        seen.add(reaction.key)
    return _Trace([times[0], *(after - before for before, after in pairwise(times))], news)


def _played(
    player: int, game: int, trace: _Trace, plan: Plan, rng: random.Random
) -> Iterator[Moment]:
    """Plays endlessly."""
    with_npc = _SESSION_SECONDS / (_SESSION_SECONDS + _PAUSE_SECONDS)
    at, place, looks = 0.0, rng.randrange(len(trace.gaps)), 0
    if rng.random() >= with_npc:
        at += rng.expovariate(1.0 / _PAUSE_SECONDS)
    session_end = at + rng.expovariate(1.0 / _SESSION_SECONDS)
    while True:
        at += trace.gaps[place]
        if at > session_end:
            at += rng.expovariate(1.0 / _PAUSE_SECONDS)
            session_end = at + rng.expovariate(1.0 / _SESSION_SECONDS)
        look = ""
        if trace.news[place] and rng.random() < plan.unseen:
            looks += 1
            look = f"{player}.{looks}"
        yield Moment(at, player, game, look)
        place = (place + 1) % len(trace.gaps)


def _with_guesses(played: Iterator[Moment], plan: Plan, rng: random.Random) -> Iterator[Moment]:
    """Adds the looks that the player's game expects, some of which never come, until the end."""
    guesses = 0
    for moment, following in pairwise(played):
        if moment.at >= plan.seconds:
            return
        if rng.random() < _RIGHT:
            yield replace(moment, guess=following.look)
        elif rng.random() < plan.unseen:
            guesses += 1
            yield replace(moment, guess=f"{moment.player}.wrong {guesses}")
        else:
            yield moment
