"""Jobs, clips and parameters for tests."""

import itertools

from npc_video.generation.jobs import Job
from npc_video.records import QUALITY_PRESETS, GeneratedClip, Purpose, VideoParams

CHEAPEST = QUALITY_PRESETS["realtime"]

_order = itertools.count()


def look(expression="happy", npc_id="ember", intensity=0.5):
    return VideoParams(expression=expression, npc_id=npc_id, intensity=intensity)


def job(name="happy", owner="ember", purpose=Purpose.URGENT, priority=10.0, now=0.0, **more):
    params = look(name, owner)
    return Job(
        params.cache_key(), params, CHEAPEST, purpose, priority, owner, now, next(_order), **more
    )


def clip(params, preset="realtime", data=b"clip"):
    size = QUALITY_PRESETS[preset]
    return GeneratedClip(
        data, "video/webm", size.width, size.height, size.fps, 3.0, preset, params, 1.0
    )
