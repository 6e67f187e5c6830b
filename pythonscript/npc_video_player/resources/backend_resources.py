"""`NpcBackend`, the resource that says which generator a game uses, and those made of others.

It holds what the inspector edits; the work is that of the backends in `npc_video`, which
`make_backend` makes of it. Those behind an address are in `remote_backends` and `http_backend`. A
function as a generator is no resource, as a `Callable` cannot be saved.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import npc_video
from godot import Resource, export, exposed
from npc_video.errors import InvalidDataError, NpcVideoError

from ..properties.notifying_export import NotifyingExport
from .exported import is_exported

if TYPE_CHECKING:
    from npc_video import Backend
    from npc_video.backends.failover import Budget

T = TypeVar("T")

__all__ = [
    "NpcBackend",
    "NpcBackendPool",
    "NpcFailoverBackend",
    "NpcProceduralBackend",
    "make_backend",
    "makes_clips",
]


def make_backend(
    backend: NpcBackend | None, name: str = "backend", eyes: tuple[Any, ...] = ()
) -> Backend:
    """A new generator, as the resource says now; on the main thread, as it may read a workflow.

    Args:
        eyes: where those of the NPC are, as `Profile.eyes` says; for those that move its picture.

    Raises:
        InvalidDataError: there is none, or a value is wrong; the error begins with `name`.
    """
    if backend is None:
        raise InvalidDataError(_missing(name))
    try:
        return backend._make_for(eyes)
    except InvalidDataError as error:
        raise InvalidDataError(f"{name}: {error}") from error


def makes_clips(backend: NpcBackend | None, *, exported: bool) -> bool:
    """Return whether a player with this backend has clips made.

    Without one the embedded generator stands in for what is still to be chosen. In exported games
    its dragon would be a stranger: they have it only if they choose it.
    """
    return not exported if backend is None else backend._is_used(exported=exported)


def _missing(name: str) -> str:
    return f"{name}: is empty: choose a backend."


@exposed(tool=True, abstract=True)
class NpcBackend(Resource):
    """Where clips are made; the base of all kinds."""

    in_exported_games = NotifyingExport(
        bool,
        True,
        doc="Whether exported games use it too. Off: only games run from the editor do. Players see"
        " baked clips, or else the fallback, and nobody is asked for others: for a generator that"
        " only you have. A pool or failover goes without a part that is off.",
    )

    def problems(self) -> list[str]:
        """What will not work, each with what to do about it; empty if nothing is wrong.

        Nothing is asked of a server for it.
        """
        found = []
        for check in self._checks():
            try:
                check()
            except NpcVideoError as error:
                found.append(str(error))
        for name, part in self._parts().items():
            if part is None:
                found.append(_missing(name))
            else:
                found += [f"{name}: {problem}" for problem in part.problems()]
        return found

    def advice(self) -> list[str]:
        """What works, but perhaps not as it is meant, each with what to do about it.

        Nothing is asked of a server for it.
        """
        found = list(self._advice())
        for name, part in self._parts().items():
            found += [] if part is None else [f"{name}: {each}" for each in part.advice()]
        return found

    def describe(self) -> str:
        """The kind and all values as JSON: equal texts stand for equal generators."""
        return json.dumps(_plain(self), default=repr, sort_keys=True, ensure_ascii=False)

    def _make(self) -> Backend:
        raise NotImplementedError

    def _make_for(self, eyes: tuple[Any, ...]) -> Backend:
        """The same for an NPC whose eyes are there."""
        return self._make()

    def _checks(self) -> Iterable[Callable[[], object]]:
        """Each raises NpcVideoError if something is wrong."""
        return ()

    def _advice(self) -> Iterable[str]:
        return ()

    def _parts(self) -> Mapping[str, NpcBackend | None]:
        """The backends that it is made of, by where they stand."""
        return {}

    def _is_used(self, *, exported: bool) -> bool:
        """Whether a game has clips made by it, or by some of its parts."""
        if exported and not self.in_exported_games:
            return False
        parts = self._parts().values()
        # One that is missing is told of when the backend is made.
        used = (part is None or part._is_used(exported=exported) for part in parts)
        return not parts or any(used)

    def _takes_eyes(self) -> bool:
        """Whether it moves pictures of the NPC, and has their eyes blink."""
        return False

    def _leaves(self) -> Iterator[NpcBackend]:
        """Those of this game that make the clips: itself, or its parts and theirs."""
        if not self._parts():
            yield self
        for part in self._used_parts().values():
            if part is not None:
                yield from part._leaves()

    def _used_parts(self) -> Mapping[str, NpcBackend | None]:
        """Those that this game has."""
        exported, parts = is_exported(), self._parts().items()
        return {name: p for name, p in parts if p is None or p._is_used(exported=exported)}

    def _contains(self, other: NpcBackend) -> bool:
        parts = (part for part in self._parts().values() if part is not None)
        return self is other or any(part._contains(other) for part in parts)

    def _hold(self, field: export[T], value: T) -> None:
        """Keeps one or several backends as parts, whose changes it tells as its own."""
        held = value if isinstance(value, list) else [value]
        if any(part is not None and part._contains(self) for part in held):
            raise InvalidDataError(f"{field.name}: a backend cannot be made of itself.")
        before = self._parts().values()
        field.store(self, value)
        now = [part for part in self._parts().values() if part is not None]
        for part in before:
            if part not in now and part is not None and self._follows(part):
                part.changed.disconnect(self.emit_changed)
        for part in now:
            if not self._follows(part):
                part.changed.connect(self.emit_changed)

    def _follows(self, part: NpcBackend) -> bool:
        return bool(part.changed.is_connected(self.emit_changed))


def _plain(value: Any) -> Any:
    """Backends as the values that they hold, in what JSON has words for."""
    if isinstance(value, NpcBackend):
        members = [each for base in type(value).__mro__ for each in vars(base).items()]
        names = [name for name, member in members if isinstance(member, export)]
        held = {name: _plain(getattr(value, name)) for name in names}
        return {"kind": type(value).__name__, **held}
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list) else value


@exposed(tool=True)
class NpcProceduralBackend(NpcBackend):
    """The embedded generator: moves the NPC's portrait, and needs nothing.

    Where there is no portrait it draws Ember, a young dragon.
    """

    simulate_latency = NotifyingExport(
        bool,
        False,
        doc="Takes as long as a real generator, to see what players will see.",
    )

    draws_ember = NotifyingExport(bool, False, doc="Draws Ember even of NPCs that have a portrait.")

    def _make_for(self, eyes: tuple[Any, ...]) -> Backend:
        return npc_video.ProceduralBackend(
            simulate_latency=self.simulate_latency, eyes=eyes, draws_ember=self.draws_ember
        )

    def _takes_eyes(self) -> bool:
        return not self.draws_ember


@exposed(tool=True)
class NpcBackendPool(NpcBackend):
    """Several generators as one: each clip is made by the one that will be done first.

    What a host declines goes to another one at once. One that fails by its own doing is left alone
    for 10 s, then tried by one clip, and for twice as long after each further failure.
    """

    hosts = NotifyingExport(
        list[NpcBackend | None], [], doc="At least one. A script assigns a whole new Array."
    )
    speculation_share = NotifyingExport(
        float,
        0.75,
        range=(0.05, 1, 0.05),
        doc="Of all that can be made at once, what clips that nobody waits for yet may take.",
    )
    hedge = NotifyingExport(
        bool,
        False,
        doc="Begins a clip that takes unusually long again, in a lower preset, on an idle host.",
    )

    @hosts.setter
    def _hold_hosts(self, value: list[NpcBackend | None]) -> None:
        self._hold(NpcBackendPool.hosts, value)

    def _parts(self) -> Mapping[str, NpcBackend | None]:
        return {f"hosts[{number}]": host for number, host in enumerate(self.hosts)}

    def _checks(self) -> Iterable[Callable[[], object]]:
        return (self._check_hosts,)

    def _check_hosts(self) -> None:
        if not self.hosts:
            raise InvalidDataError("hosts: a pool needs at least one.")

    def _make_for(self, eyes: tuple[Any, ...]) -> Backend:
        return npc_video.BackendPool(
            {name: make_backend(host, name, eyes) for name, host in self._used_parts().items()},
            speculation_share=self.speculation_share,
            hedge=self.hedge,
        )


@exposed(tool=True)
class NpcFailoverBackend(NpcBackend):
    """Two generators, of which the second steps in where the first is down or too slow.

    What one declines goes to the other at once. One that fails by its own doing comes second for
    10 s, is then tried by one clip, and for twice as long after each further failure.
    """

    local = NotifyingExport(
        NpcBackend, None, doc="The generator of one's own, which costs nothing."
    )
    cloud = NotifyingExport(NpcBackend, None, doc="The one that is used within the budget.")
    cloud_first = NotifyingExport(
        bool, False, doc="The cloud is the first, and the local one steps in."
    )
    max_jobs_per_hour = NotifyingExport(
        int,
        0,
        range=(0, 10000, 1),
        suffix="clips",
        group="Budget of the cloud",
        doc="How many clips the cloud may make within any hour, failed ones included. 0: any"
        " number.",
    )
    max_cost_per_hour = NotifyingExport(
        float,
        0.0,
        range=(0, 1000, 0.01),
        doc="What they may cost within any hour, in any currency; needs the price. 0: any amount.",
    )
    price = NotifyingExport(
        float, 0.0, range=(0, 100, 0.001), doc="Of one clip, in the same currency."
    )

    @local.setter
    def _hold_local(self, value: NpcBackend | None) -> None:
        self._hold(NpcFailoverBackend.local, value)

    @cloud.setter
    def _hold_cloud(self, value: NpcBackend | None) -> None:
        self._hold(NpcFailoverBackend.cloud, value)

    def _parts(self) -> Mapping[str, NpcBackend | None]:
        return {"local": self.local, "cloud": self.cloud}

    def _checks(self) -> Iterable[Callable[[], object]]:
        return (self._budget,)

    def _make_for(self, eyes: tuple[Any, ...]) -> Backend:
        made = {name: make_backend(part, name, eyes) for name, part in self._used_parts().items()}
        if "cloud" not in made:
            return made["local"]
        return npc_video.FailoverBackend(
            made.get("local"),
            made["cloud"],
            cloud_first=self.cloud_first,
            budget=self._budget(),
        )

    def _budget(self) -> Budget:
        from npc_video.backends.failover import Budget  # 10 ms, for one backend in few games

        return Budget(self.max_jobs_per_hour or None, self.max_cost_per_hour or None, self.price)
