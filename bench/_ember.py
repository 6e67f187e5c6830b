"""Makes the clip for benchmarks of playback: Ember, as the embedded generator draws her."""

import asyncio
from collections.abc import Iterator

import numpy as np
from npc_video import QUALITY_PRESETS, GeneratedClip, ProceduralBackend, VideoParams
from npc_video.backends.base import GenerationRequest
from npc_video.face.ember import EmberPainter
from npc_video.face.pose import pose
from numpy.typing import NDArray

_PRESET = QUALITY_PRESETS["balanced"]
SIDE, FPS, FRAMES = _PRESET.width, _PRESET.fps, _PRESET.frame_count(3.0)
PARAMS = VideoParams(expression="happy", emotion="happy", animation="bounce", intensity=0.8)


def pictures() -> Iterator[NDArray[np.uint8]]:
    """Yields the pictures of the preset "balanced", as I420."""
    painter = EmberPainter(SIDE, SIDE)
    for index in range(FRAMES):
        phase = index / FRAMES
        yield painter.paint(
            pose(PARAMS.expression, PARAMS.emotion, PARAMS.animation, PARAMS.intensity, phase)
        )


def clip(preset: str) -> GeneratedClip:
    """Returns the clip of the embedded generator."""

    async def generate() -> GeneratedClip:
        backend = ProceduralBackend()
        request = GenerationRequest(PARAMS, QUALITY_PRESETS[preset])
        made = await backend.generate(request, lambda fraction: None)
        await backend.close()
        return made

    return asyncio.run(generate())
