"""Makes a Python `Backend` the `backend` of a player, for `NpcVideoPlayer.set_backend`."""

from __future__ import annotations

import weakref
from collections.abc import Sequence
from itertools import count
from typing import TYPE_CHECKING

from godot import export, exposed
from npc_video import Backend
from npc_video.backends.base import ignore
from npc_video.backends.callable import translate_with
from npc_video.backends.received import check_clip, is_clip
from npc_video.errors import GenerationError, InvalidDataError

from .backend_resources import NpcBackend
from .game_function import of_engine

if TYPE_CHECKING:
    from npc_video import GeneratedClip
    from npc_video.backends.base import (
        Capabilities,
        GenerationRequest,
        Health,
        OnEarly,
        OnProgress,
    )

__all__ = ["resource_of"]

_numbers = count(1)
# By the id of the backend, which is unique as long as the resource holds it.
_made: weakref.WeakValueDictionary[int, NpcPythonBackend] = weakref.WeakValueDictionary()


def resource_of(backend: Backend) -> NpcPythonBackend:
    """Returns the resource for a backend: the same one for as long as a player has it.

    Raises:
        TypeError: it is no backend.
    """
    translate_with(of_engine)
    if not isinstance(backend, Backend):
        raise TypeError(
            f"set_backend takes a Backend, an NpcBackend or None, not {_called(backend)}"
        )
    found = _made.get(id(backend))
    if found is None:
        found = _made[id(backend)] = NpcPythonBackend()
        found._backend, found.number = backend, next(_numbers)
    return found


def _called(given: object) -> str:
    """Describes a wrong argument, and how to make a backend of it."""
    if isinstance(given, type):
        return f"the class {given.__name__}: make one, as {given.__name__}(…)"
    if callable(given):
        return f"a function: pass CallableBackend({getattr(given, '__name__', 'function')})"
    return type(given).__name__


@exposed(tool=True, hidden=True)
class NpcPythonBackend(NpcBackend):
    """A backend that is a Python object."""

    number = export(int, 0, usage=0, doc="Distinguishes it from others of this run.")

    def __init__(self) -> None:
        self._backend: Backend | None = None

    def _make(self) -> Backend:
        if self._backend is None:
            raise InvalidDataError("it was one of Python in another run: call set_backend again.")
        return _Lent(self._backend)


class _Lent(Backend):
    """A backend that outlives the managers that use it."""

    def __init__(self, backend: Backend):
        self._backend = backend

    @property
    def capabilities(self) -> Capabilities:
        return self._backend.capabilities

    @property
    def title(self) -> str:
        return self._backend.title

    @property
    def fingerprint(self) -> str:
        return self._backend.fingerprint

    async def health(self) -> Health:
        return await self._backend.health()

    async def generate(
        self, request: GenerationRequest, on_progress: OnProgress, on_early: OnEarly = ignore
    ) -> GeneratedClip:
        clip = await self._backend.generate(request, on_progress, on_early)
        if is_clip(clip):  # otherwise the manager describes it
            await check_clip(clip)
        return clip

    async def promote(self, request: GenerationRequest) -> None:
        await self._backend.promote(request)

    async def generate_batch(
        self, requests: Sequence[GenerationRequest], on_progress: OnProgress
    ) -> list[GeneratedClip | GenerationError]:
        return await self._backend.generate_batch(requests, on_progress)

    async def close(self) -> None:
        """Does nothing: the backend belongs to the game, which may use it again."""
