"""A generator that follows a script, for tests and benchmarks."""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..errors import GenerationError
from ..records import GeneratedClip
from .base import (
    Backend,
    Capabilities,
    Early,
    GenerationRequest,
    Health,
    OnEarly,
    OnProgress,
    ignore,
)

__all__ = ["Script", "ScriptedBackend"]

# The shortest data that passes for a clip; it cannot be played.
_DATA = b"\x1a\x45\xdf\xa3scripted"


@dataclass(frozen=True, slots=True)
class Script:
    """The course of one request.

    Attributes:
        seconds: of work before the end.
        progress: values to report, spread evenly over that time.
        early: what to report after the last of them.
        error: the result; None for a clip.
        ends: whether it ends at all; otherwise only when it is cancelled.
        data: the clip's file.
        cancel_seconds: how long it continues after it was cancelled, as to the end of a step.
    """

    seconds: float = 0.0
    progress: tuple[float, ...] = (0.0, 1.0)
    early: tuple[Early, ...] = ()
    error: GenerationError | None = None
    ends: bool = True
    data: bytes = _DATA
    cancel_seconds: float = 0.0


class ScriptedBackend(Backend):
    """Follows its scripts, one per request in order, then `default` for ever.

    Attributes:
        begun, ended, cancelled, promoted: the requests so far.
        is_up: whether it reports itself as healthy.
    """

    def __init__(
        self,
        *scripts: Script,
        default: Script | None = None,
        capabilities: Capabilities | None = None,
    ):
        self.scripts = deque(scripts)
        self.default = default or Script()
        self.is_up = True
        self.is_closed = False
        self.begun: list[GenerationRequest] = []
        self.ended: list[GenerationRequest] = []
        self.cancelled: list[GenerationRequest] = []
        self.promoted: list[GenerationRequest] = []
        self.batches: list[int] = []
        self._capabilities = capabilities or Capabilities(previews=True, streams=True)

    @property
    def capabilities(self) -> Capabilities:
        return self._capabilities

    async def health(self) -> Health:
        problems = () if self.is_up else ("The scripted generator is switched off.",)
        return Health(self.is_up, "scripted", problems=problems)

    async def generate(
        self, request: GenerationRequest, on_progress: OnProgress, on_early: OnEarly = ignore
    ) -> GeneratedClip:
        script = self.scripts.popleft() if self.scripts else self.default
        started = asyncio.get_running_loop().time()
        self.begun.append(request)
        try:
            await self._play(script, on_progress, on_early)
        except asyncio.CancelledError:
            self.cancelled.append(request)
            if script.cancel_seconds:
                await asyncio.sleep(script.cancel_seconds)
            raise
        self.ended.append(request)
        if script.error is not None:
            raise script.error
        elapsed = asyncio.get_running_loop().time() - started
        return _clip(request, script.data, elapsed)

    async def promote(self, request: GenerationRequest) -> None:
        self.promoted.append(request)

    async def generate_batch(
        self, requests: Sequence[GenerationRequest], on_progress: OnProgress
    ) -> list[GeneratedClip | GenerationError]:
        self.batches.append(len(requests))
        first = await self.generate(requests[0], on_progress)
        return [replace(first, params=request.params) for request in requests]

    async def close(self) -> None:
        self.is_closed = True

    async def _play(self, script: Script, on_progress: OnProgress, on_early: OnEarly) -> None:
        pause = script.seconds / max(1, len(script.progress))
        for part in script.progress:
            on_progress(part)
            await asyncio.sleep(pause)
        for early in script.early:
            on_early(early)
        if not script.ends:
            await asyncio.Event().wait()


def _clip(request: GenerationRequest, data: bytes, seconds: float) -> GeneratedClip:
    preset = request.preset
    size: dict[str, Any] = {"width": preset.width, "height": preset.height, "fps": preset.fps}
    return GeneratedClip(
        data=data,
        media_type="video/webm",
        duration=request.frame_count / preset.fps,
        preset=preset.name,
        params=request.params,
        generation_seconds=seconds,
        seed=request.params.seed,
        **size,
    )
