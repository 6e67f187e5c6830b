"""Tries one profile: touches and their answers, and a clip of the last one.

It knows no controls; those come and go with the inspector.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import npc_video
from npc_video import Backend, GeneratedClip, Profile, ToolInteraction, VideoParams
from npc_video.backends.base import GenerationRequest
from npc_video.backends.pictures import Pictures
from npc_video.errors import NpcVideoError
from npc_video.npc.rehearsal import Rehearsal

from ..resources.backend_resources import NpcBackend, make_backend
from ..resources.game_files import read_picture
from ..sharing.background_job import BackgroundJob

__all__ = ["Trial", "backend_for"]


def backend_for(backend: NpcBackend | None, npc: Profile) -> Backend:
    """Makes the chosen backend for clips of `npc`, or else the embedded one.

    Raises:
        InvalidDataError: a value of it is wrong.
    """
    if backend is None:
        return npc_video.ProceduralBackend(eyes=npc.eyes)
    return make_backend(backend, eyes=npc.eyes)


@dataclass(slots=True)
class Trial:
    """The trial of one profile.

    Attributes:
        answer: its last answer, or why there was none.
        clip: the clip of that answer.
        job: makes the next one.
        fraction: the progress of that, 0 to 1.
        told: the reason why there is no clip, or "".
        changed: called after each change.
    """

    rehearsal: Rehearsal
    tool: str = ""
    zone: str = ""
    pressure: float = 0.5
    backend: NpcBackend | None = None
    preset: str = "fast"
    is_folded: bool = False
    answer: VideoParams | str = ""
    clip: GeneratedClip | None = None
    job: BackgroundJob | None = None
    fraction: float = 0.0
    told: str = ""
    changed: Callable[[], None] = lambda: None

    def react(self) -> None:
        tool = self.tool or next(iter(self.rehearsal.tools), "hand")
        touch = ToolInteraction(tool, tool, pressure=self.pressure, zone=self.zone or "unknown")
        self.answer = self.rehearsal.react(touch, time.perf_counter())
        self.clip, self.told = None, ""
        self.changed()

    def make(self, params: VideoParams) -> None:
        """Makes a clip of `params` with the chosen backend."""
        try:
            backend = backend_for(self.backend, self.rehearsal.npc)
        except NpcVideoError as error:
            self._fail(str(error))
            return
        preset = npc_video.QUALITY_PRESETS[self.preset]

        async def work(tell: Callable[..., None]) -> GeneratedClip:
            try:
                image = None
                if params.npc_base_image and backend.capabilities.uses_image:
                    image = await Pictures(read_picture).get(params.npc_base_image)
                request = GenerationRequest(params, preset, image=image)
                return await backend.generate(request, lambda part: tell(self._advance, part))
            finally:
                await backend.close()

        self.fraction, self.told = 0.0, ""
        self.job = BackgroundJob(work, self._finish, self._fail)
        self.changed()

    def cancel(self) -> None:
        if self.job is not None:
            self.job.cancel()
            self._fail("")

    def _advance(self, fraction: float) -> None:
        self.fraction = fraction
        self.changed()

    def _finish(self, clip: GeneratedClip) -> None:
        self.job = None
        self.answer, self.clip = clip.params, clip
        self.changed()

    def _fail(self, reason: str) -> None:
        self.job, self.told = None, reason
        self.changed()
