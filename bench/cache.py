"""Measures the clip cache: operations per second, memory of real clips, and similarity search.

`python -m bench.cache` prints a table, and a line of JSON last.
"""

import asyncio
import json
import random
import statistics
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from npc_video.backends.base import GenerationRequest
from npc_video.backends.procedural import ProceduralBackend
from npc_video.cache import ClipCache
from npc_video.cache.disk import DiskTier
from npc_video.cache.feelings import FEELINGS
from npc_video.face.words import ANIMATION_WORDS
from npc_video.records import QUALITY_PRESETS, GeneratedClip, VideoParams

_EXPRESSIONS = ("neutral", "happy", "angry", "surprised", "sad", "ecstatic")
_REPEATS = 5
_ENTRIES = 1_000


def main() -> None:
    clips = asyncio.run(_make_clips())
    average = statistics.mean(len(clip.data) for clip in clips)
    print(f"clips of 3 s, 512×512, preset fast: {average / 1000:.0f} kB each\n")
    result = {f"memory_{count}_mb": _memory_mb(clips, count) for count in (50, 100)}
    for name, value in result.items():
        print(f"{name:<24}{value:>12.2f} MB")

    print(f"\n{'':<24}{'gets/s':>12}{'puts/s':>12}")
    rates = {policy: _memory_rates(clips, policy) for policy in ("lru", "gdsf")}
    rates["disk"] = _disk_rates(clips)
    for name, (gets, puts) in rates.items():
        print(f"{name:<24}{gets:>12,.0f}{puts:>12,.0f}")
    result["gets_per_s"], result["puts_per_s"] = rates["lru"]
    for name in ("gdsf", "disk"):
        result[f"{name}_gets_per_s"], result[f"{name}_puts_per_s"] = rates[name]

    result["similar_first_ms"], result["similar_ms"], result["similar_p99_ms"] = _similar_ms()
    print(f"\nmost similar of {_ENTRIES:,}: {result['similar_ms']:.3f} ms (median)")
    print(json.dumps({name: round(value, 4) for name, value in result.items()}))


async def _make_clips() -> list[GeneratedClip]:
    """Makes one real clip per expression; the others are copies, as only their size matters."""
    backend = ProceduralBackend()
    try:
        return [
            await backend.generate(
                GenerationRequest(
                    VideoParams(npc_id="ember", expression=expression, intensity=0.8),
                    QUALITY_PRESETS["fast"],
                ),
                lambda part: None,
            )
            for expression in _EXPRESSIONS
        ]
    finally:
        await backend.close()


def _copies(clips: list[GeneratedClip]) -> Iterator[GeneratedClip]:
    """Yields clips without end, each with a key and bytes of its own."""
    seed = 0
    while True:
        for clip in clips:
            yield replace(
                clip, data=bytes(bytearray(clip.data)), params=replace(clip.params, seed=seed)
            )
        seed += 1


def _memory_mb(clips: list[GeneratedClip], count: int) -> float:
    """Returns the memory of a cache with so many clips, all its tables included."""
    tracemalloc.start()
    try:
        cache = ClipCache(count)
        for clip, _ in zip(_copies(clips), range(count), strict=False):
            cache.put(clip.params.cache_key(), clip)
        assert cache.stats().memory.entries == count
        return tracemalloc.get_traced_memory()[0] / 1e6
    finally:
        tracemalloc.stop()


def _memory_rates(clips: list[GeneratedClip], policy: str) -> tuple[float, float]:
    """Measures gets of present clips, and puts of which each drops another clip."""
    source = _copies(clips)
    many = [(clip.params.cache_key(), clip) for clip, _ in zip(source, range(2_000), strict=False)]
    cache = ClipCache(50, policy=policy)

    def put() -> None:
        for key, clip in many:
            cache.put(key, clip)

    puts = len(many) / _best_seconds(put)
    held = [key for key, _ in many if key in cache] * 100

    def get() -> None:
        for key in held:
            cache.get(key)

    return len(held) / _best_seconds(get), puts


def _disk_rates(clips: list[GeneratedClip]) -> tuple[float, float]:
    """Measures checked reads, and writes that survive a power cut once they return."""
    source = _copies(clips)
    many = [(clip.params.cache_key(), clip) for clip, _ in zip(source, range(100), strict=False)]
    with tempfile.TemporaryDirectory() as folder:
        tier = DiskTier(Path(folder))
        tier.open()
        started = time.perf_counter()
        for key, clip in many:
            tier.write(key, clip)
        puts = len(many) / (time.perf_counter() - started)

        def read() -> None:
            for key, _ in many:
                assert tier.read(key) is not None

        gets = len(many) / _best_seconds(read)
        tier.close()
    return gets, puts


def _similar_ms() -> tuple[float, float, float]:
    """Times the first search, which meets every word anew; then the median and 99th percentile."""
    chance = random.Random(1)
    feelings = [*FEELINGS, "smug", "sheepish", "wistful"]
    animations = [*ANIMATION_WORDS, "cartwheel", "salute", "spin_left"]

    def params(seed: int) -> VideoParams:
        return VideoParams(
            npc_id="ember",
            expression=chance.choice(feelings),
            emotion=chance.choice(feelings),
            animation=chance.choice(animations),
            style=chance.choice(["", "anime", "watercolour"]),
            intensity=chance.random(),
            seed=seed,
        )

    cache = ClipCache(_ENTRIES)
    template = GeneratedClip(b"", "video/webm", 512, 512, 12, 3.0, "fast", params(0), 3.0)
    for seed in range(_ENTRIES):
        clip = replace(template, params=params(seed))
        cache.put(clip.params.cache_key(), clip)
    assert cache.stats().memory.entries == _ENTRIES
    times = []
    for seed in range(500):
        wanted = params(seed)
        started = time.perf_counter()
        cache.most_similar(wanted, 0.3)
        times.append((time.perf_counter() - started) * 1e3)
    return times[0], statistics.median(times), statistics.quantiles(times, n=100)[-1]


def _best_seconds(work: Callable[[], None]) -> float:
    """Returns the time of the quickest of a few runs: the others were disturbed."""
    times = []
    for _ in range(_REPEATS):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return min(times)


if __name__ == "__main__":
    main()
