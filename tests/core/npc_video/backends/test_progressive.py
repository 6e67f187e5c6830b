import asyncio

import pytest
from npc_video.backends.base import Backend
from npc_video.backends.progressive import ProgressiveVideoLoader
from npc_video.errors import GenerationError
from npc_video.records import QUALITY_PRESETS, VideoParams

from tests.core.npc_video.generation.jobs import clip


class Quick(Backend):
    """Makes clips at once, but for one preset."""

    def __init__(self, broken=""):
        self.broken = broken

    async def generate(self, request, on_progress):
        on_progress(0.5)
        if request.preset.name == self.broken:
            raise GenerationError("No.")
        return clip(request.params, request.preset.name)

    async def close(self):
        pass


def loaded(loader, **more):
    async def load():
        return [each.preset async for each in loader.load(VideoParams(), **more)]

    return asyncio.run(load())


def test_each_clip_is_better_than_the_one_before():
    presets = tuple(QUALITY_PRESETS.values())
    assert loaded(ProgressiveVideoLoader(Quick(), presets)) == list(QUALITY_PRESETS)


def test_progress_is_that_of_the_whole():
    heard = []
    loaded(ProgressiveVideoLoader(Quick()), on_progress=heard.append)
    assert heard == [0.25, 0.75]


def test_a_failure_reaches_the_caller_after_what_was_made():
    seen = []

    async def load():
        async for each in ProgressiveVideoLoader(Quick(broken="fast")).load(VideoParams()):
            seen.append(each.preset)

    with pytest.raises(GenerationError):
        asyncio.run(load())
    assert seen == ["realtime"]
