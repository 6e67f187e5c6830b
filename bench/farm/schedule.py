"""Makes one list of requests, for a real farm and for a virtual one."""

import heapq
import math
from collections.abc import Sequence
from dataclasses import dataclass

from npc_video.records import Purpose

from .clients import Client, Want
from .virtual import Fleet, VirtualFarm
from .world import Plan, moments

__all__ = ["Request", "replay", "schedule"]

_SECONDS = 200.0


@dataclass(frozen=True, slots=True)
class Request:
    """A request at its time, in seconds."""

    at: float
    want: Want


def schedule(
    players: int, count: int, workers: int, load: float, scale: float, seed: int = 1
) -> list[Request]:
    """The first requests of a world whose clips take no longer than they are generated.

    Args:
        seed: of the world.
        load: the work of all requests ÷ what the workers can do until the last one.
        scale: multiplies the time of each clip.
    """
    clients: dict[int, Client] = {}
    requests: list[Request] = []
    arrivals: list[tuple[float, int, Want]] = []

    def note(at: float, want: Want) -> None:
        requests.append(Request(at, want))
        heapq.heappush(arrivals, (at + want.seconds, len(requests), want))

    def arrive(until: float) -> None:
        while arrivals and arrivals[0][0] <= until:
            at, _, want = heapq.heappop(arrivals)
            better = clients[want.player].arrive(want.key)
            if better is not None:
                note(at, better)

    for moment in moments(Plan(players, _SECONDS, seed=seed)):
        arrive(moment.at)
        client = clients.setdefault(moment.player, Client(moment.player, moment.game))
        for want in client.react(moment).asks:
            note(moment.at, want)
    first = sorted(requests, key=lambda request: request.at)[:count]
    work = sum({each.want.key: each.want.seconds for each in first}.values()) * scale
    stretch = work / (workers * load) / first[-1].at
    return [Request(each.at * stretch, each.want) for each in first]


def replay(requests: Sequence[Request], workers: int, scale: float) -> list[float]:
    """The waits of the urgent requests on a virtual farm, in seconds.

    A wait is the time until the clip is there, without the time of its generation.
    """
    urgent = {each.want.key: each.at for each in requests if each.want.purpose is Purpose.URGENT}
    waits: list[float] = []

    def done(want: Want, now: float) -> None:
        asked_at = urgent.get(want.key, math.inf)
        if asked_at <= now:
            waits.append(max(0.0, now - asked_at - want.seconds * scale))

    farm = VirtualFarm(Fleet([""] * workers, scale=scale), lambda game: "", done)
    for request in requests:
        farm.advance(request.at)
        farm.ask(request.want, request.at)
    farm.advance(math.inf)
    return waits
