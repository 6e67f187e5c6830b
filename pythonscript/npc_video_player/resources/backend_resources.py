"""`NpcBackend`, the resource that chooses a game's backend, and the backends made of others.

It stores what the inspector edits. The work is done by the backends in `npc_video`, which
`make_backend` makes of it. Backends behind an address are in `remote_backends` and `http_backend`.
A function as a generator is no resource, because a `Callable` cannot be saved.
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
    """Makes a new backend from the resource's present values; on the main thread, for workflows.

    Args:
        eyes: the NPC's eyes, as `Profile.eyes`; for backends that move its picture.

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
    """Returns whether a player with this backend makes clips.

    Without a backend the embedded generator is used until one is chosen. In exported games its
    dragon would be a stranger: they use it only if they choose it.
    """
    return not exported if backend is None else backend._is_used(exported=exported)


def _missing(name: str) -> str:
    return f"{name}: is empty: choose a backend."


@exposed(tool=True, abstract=True)
class NpcBackend(Resource):
    """Makes clips; the base of all kinds."""

    in_exported_games = NotifyingExport(
        bool,
        True,
        doc="Exported games use it too. Off: only games run from the editor do. Players see baked"
        " clips, or else the fallback, and no server is asked for others: for a generator that"
        " only you have. A pool or failover goes without a part that is off.",
    )

    def problems(self) -> list[str]:
        """Lists what will not work, each with what to do about it; empty if nothing is wrong.

        It asks no server.
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
        """Lists what works, but probably not as intended, each with what to do about it.

        It asks no server.
        """
        found = list(self._advice())
        for name, part in self._parts().items():
            found += [] if part is None else [f"{name}: {each}" for each in part.advice()]
        return found

    def describe(self) -> str:
        """Returns the kind and all values as JSON: equal texts mean equal backends."""
        return json.dumps(_plain(self), default=repr, sort_keys=True, ensure_ascii=False)

    def _make(self) -> Backend:
        raise NotImplementedError

    def _make_for(self, eyes: tuple[Any, ...]) -> Backend:
        """Makes the backend for an NPC with these eyes."""
        return self._make()

    def _checks(self) -> Iterable[Callable[[], object]]:
        """Yields checks, each of which raises NpcVideoError if something is wrong."""
        return ()

    def _advice(self) -> Iterable[str]:
        return ()

    def _parts(self) -> Mapping[str, NpcBackend | None]:
        """Returns the parts of a combined backend, by their fields."""
        return {}

    def _is_used(self, *, exported: bool) -> bool:
        """Returns whether a game makes clips with it, or with some of its parts."""
        if exported and not self.in_exported_games:
            return False
        parts = self._parts().values()
        # A missing part is reported when the backend is made.
        used = (part is None or part._is_used(exported=exported) for part in parts)
        return not parts or any(used)

    def _takes_eyes(self) -> bool:
        """Returns whether it moves pictures of the NPC, and blinks their eyes."""
        return False

    def _leaves(self) -> Iterator[NpcBackend]:
        """Yields the backends of this game that make the clips: itself, or its parts and theirs."""
        if not self._parts():
            yield self
        for part in self._used_parts().values():
            if part is not None:
                yield from part._leaves()

    def _used_parts(self) -> Mapping[str, NpcBackend | None]:
        """Returns the parts that this game uses."""
        exported, parts = is_exported(), self._parts().items()
        return {name: p for name, p in parts if p is None or p._is_used(exported=exported)}

    def _contains(self, other: NpcBackend) -> bool:
        parts = (part for part in self._parts().values() if part is not None)
        return self is other or any(part._contains(other) for part in parts)

    def _hold(self, field: export[T], value: T) -> None:
        """Stores one or several backends as parts, whose changes count as its own."""
        held = value if isinstance(value, list) else [value]
        if any(isinstance(part, NpcBackend) and part._contains(self) for part in held):
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
    """Converts backends to their values, in the types of JSON."""
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
    """The embedded generator: moves the NPC's portrait, and needs no setup.

    Without a portrait it draws Ember, a young dragon.
    """

    simulate_latency = NotifyingExport(
        bool,
        False,
        doc="Takes as long as a real generator, to see what players will see.",
    )

    draws_ember = NotifyingExport(
        bool, False, doc="Draws Ember also for NPCs that have a portrait."
    )

    def _make_for(self, eyes: tuple[Any, ...]) -> Backend:
        return npc_video.ProceduralBackend(
            simulate_latency=self.simulate_latency, eyes=eyes, draws_ember=self.draws_ember
        )

    def _takes_eyes(self) -> bool:
        return not self.draws_ember


@exposed(tool=True)
class NpcBackendPool(NpcBackend):
    """Several generators as one: each clip goes to the one that will finish it first.

    A clip that a host declines goes to another one at once. A host that fails by its own fault gets
    no clips for 10 s. Then one clip tries it. Each further failure doubles the pause.
    """

    hosts = NotifyingExport(
        list[NpcBackend | None], [], doc="At least one. A script assigns a whole new Array."
    )
    speculation_share = NotifyingExport(
        float,
        0.75,
        range=(0.05, 1, 0.05),
        doc="The share of all slots that clips may take for which nobody waits yet.",
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
    """Two generators: the second is used while the first is down or too slow.

    A clip that one declines goes to the other at once. A generator that fails by its own fault
    comes second for 10 s. Then one clip tries it. Each further failure doubles that time.
    """

    local = NotifyingExport(NpcBackend, None, doc="Your own generator, which costs nothing.")
    cloud = NotifyingExport(NpcBackend, None, doc="The generator that is used within the budget.")
    cloud_first = NotifyingExport(
        bool, False, doc="The cloud is the first, and the local one replaces it."
    )
    max_jobs_per_hour = NotifyingExport(
        int,
        0,
        range=(0, 10000, 1),
        suffix="clips",
        group="Budget of the cloud",
        doc="The number of clips that the cloud may make within any hour, failed ones included."
        " 0: any number.",
    )
    max_cost_per_hour = NotifyingExport(
        float,
        0.0,
        range=(0, 1000, 0.01),
        doc="The cost of its clips within any hour, in any currency; needs the price. 0: any"
        " amount.",
    )
    price = NotifyingExport(
        float, 0.0, range=(0, 100, 0.001), doc="The price of one clip, in the same currency."
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
