"""Runs a worker of a farm whose generator only takes its time: `python -m bench.farm.sleeper`."""

import argparse
import asyncio
import functools

import numpy as np
from npc_video.backends.base import Backend, GenerationRequest, OnEarly, OnProgress, ignore
from npc_video.media.encode import encode_clip
from npc_video.records import GeneratedClip
from npc_video_farm.process import run_until_ended
from npc_video_farm.store.clips import ClipStore
from npc_video_farm.store.valkey import Store
from npc_video_farm.worker.worker import FarmWorker

from .clients import drawn_seconds

__all__ = ["GENERATOR"]

GENERATOR = "sleeper"
_SIDE, _FPS = 64, 8


class Sleeper(Backend):
    """Takes the time that a simulation draws for the clip.

    Args:
        scale: multiplies the time.
    """

    def __init__(self, scale: float):
        self._scale = scale

    async def generate(
        self, request: GenerationRequest, on_progress: OnProgress, on_early: OnEarly = ignore
    ) -> GeneratedClip:
        seconds = drawn_seconds(request.params.npc_id, request.preset) * self._scale
        await asyncio.sleep(seconds)
        return GeneratedClip(
            _file(),
            "video/webm",
            _SIDE,
            _SIDE,
            _FPS,
            1.0,
            request.preset.name,
            request.params,
            seconds,
        )

    async def close(self) -> None:
        pass


@functools.cache
def _file() -> bytes:
    frames = [np.full((_SIDE * 3 // 2, _SIDE), 128, np.uint8)] * _FPS
    return encode_clip(frames, _SIDE, _SIDE, _FPS)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--store", required=True)
    parser.add_argument("--clips", required=True)
    parser.add_argument("--scale", type=float, required=True)
    parser.add_argument("--parent", type=int, required=True)
    options = parser.parse_args()

    async def work() -> None:
        store = await Store.open(options.store)
        clips = ClipStore.open(options.clips)
        worker = FarmWorker(options.store, store, clips, Sleeper(options.scale), GENERATOR)
        await worker.work()

    run_until_ended(work(), parent=options.parent)


if __name__ == "__main__":
    main()
