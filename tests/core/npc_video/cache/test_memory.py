"""The memory tier against a plain model: what stays, what goes first, and every number."""

import gc
import weakref
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from npc_video.cache.memory import Gdsf, MemoryTier
from npc_video.records import CacheKey, GeneratedClip

from .clips import PRESETS, key_of, make_clip

_CLIPS, _BYTES = 4, 1000


class _LruModel:
    def __init__(self) -> None:
        self.order: list[CacheKey] = []

    def add(self, key: CacheKey, clip: GeneratedClip) -> None:
        self.use(key)

    def use(self, key: CacheKey) -> None:
        self.order = [other for other in self.order if other != key] + [key]

    def forget(self, key: CacheKey) -> None:
        self.order.remove(key)

    def evict(self) -> CacheKey:
        return self.order.pop(0)


class _GdsfModel:
    def __init__(self) -> None:
        self.floor = 0.0
        self.time = 0
        self.known: dict[CacheKey, tuple[float, int, int, float]] = {}

    def add(self, key: CacheKey, clip: GeneratedClip) -> None:
        frequency = self.known[key][2] if key in self.known else 0
        self._set(key, frequency + 1, clip.generation_seconds / max(len(clip.data), 1))

    def use(self, key: CacheKey) -> None:
        self._set(key, self.known[key][2] + 1, self.known[key][3])

    def forget(self, key: CacheKey) -> None:
        del self.known[key]

    def evict(self) -> CacheKey:
        key = min(self.known, key=lambda key: self.known[key][:2])
        self.floor = self.known.pop(key)[0]
        return key

    def _set(self, key: CacheKey, frequency: int, value: float) -> None:
        self.time += 1
        self.known[key] = (self.floor + frequency * value, self.time, frequency, value)


class _MemoryMachine(RuleBasedStateMachine):
    policy = ""
    model_of_policy: Any = None

    def __init__(self) -> None:
        super().__init__()
        self.tier = MemoryTier(_CLIPS, _BYTES, self.policy)
        self.clips: dict[CacheKey, GeneratedClip] = {}
        self.order = self.model_of_policy()
        self.hits = self.misses = self.evictions = 0

    @rule(
        number=st.integers(0, 7),
        preset=st.sampled_from(PRESETS),
        size=st.integers(0, _BYTES // 2) | st.sampled_from([_BYTES // 4, _BYTES, _BYTES + 1]),
        seconds=st.floats(0.0, 20.0),
    )
    def put(self, number: int, preset: str, size: int, seconds: float) -> None:
        clip = make_clip(number, preset=preset, size=size, seconds=seconds)
        key, held = key_of(clip), self.clips.get(key_of(clip))
        kept = self.tier.put(key, clip)
        if held is not None and PRESETS.index(held.preset) > PRESETS.index(preset):
            assert kept is held
            return
        assert kept is clip
        if size > _BYTES:
            return
        self.clips.pop(key, None)
        while self.clips and (len(self.clips) == _CLIPS or self._bytes() + size > _BYTES):
            if self.clips.pop(self.order.evict(), None) is not None:
                self.evictions += 1
        self.clips[key] = clip
        self.order.add(key, clip)

    @rule(number=st.integers(0, 7))
    def get(self, number: int) -> None:
        key = key_of(make_clip(number))
        assert self.tier.get(key) is self.clips.get(key)
        if key in self.clips:
            self.hits += 1
            self.order.use(key)
        else:
            self.misses += 1

    @rule(number=st.integers(0, 7), preset=st.sampled_from(PRESETS))
    def drop(self, number: int, preset: str) -> None:
        data = make_clip(number, preset=preset, size=_BYTES // 4).data
        for key in [key for key, clip in self.clips.items() if clip.data == data]:
            del self.clips[key]
            self.order.forget(key)
        self.tier.drop(data)

    @rule()
    def clear(self) -> None:
        self.tier.clear()
        self.clips.clear()
        self.order = self.model_of_policy()

    @invariant()
    def holds_what_the_model_does(self) -> None:
        for number in range(8):
            key = key_of(make_clip(number))
            assert (key in self.tier) == (key in self.clips)

    @invariant()
    def counts_exactly(self) -> None:
        stats = self.tier.stats()
        assert (stats.hits, stats.misses) == (self.hits, self.misses)
        assert stats.evictions == self.evictions
        assert (stats.entries, stats.bytes) == (len(self.clips), self._bytes())
        assert stats.entries <= _CLIPS
        assert stats.bytes <= _BYTES

    @invariant()
    def finds_similar_ones_among_what_it_holds(self) -> None:
        found = self.tier.most_similar(make_clip().params, 0.0)
        assert (found is not None) == bool(self.clips)
        if found is not None:
            assert found.clip is self.clips[found.key]

    def _bytes(self) -> int:
        return sum(len(clip.data) for clip in self.clips.values())


class _Lru(_MemoryMachine):
    policy, model_of_policy = "lru", _LruModel


class _Gdsf(_MemoryMachine):
    policy, model_of_policy = "gdsf", _GdsfModel


_SETTINGS = settings(max_examples=60, stateful_step_count=40)
_Lru.TestCase.settings = _SETTINGS
_Gdsf.TestCase.settings = _SETTINGS
TestLru = _Lru.TestCase
TestGdsf = _Gdsf.TestCase


class _Watched(GeneratedClip):
    """One that can be watched going away."""


@pytest.mark.parametrize("policy", ["lru", "gdsf"])
def test_an_evicted_replaced_or_cleared_clip_is_freed_at_once(policy: str) -> None:
    def put(number: int, preset: str) -> "weakref.ref[GeneratedClip]":
        plain = make_clip(number, preset=preset)
        clip = _Watched(*(getattr(plain, name) for name in GeneratedClip.__slots__))
        tier.put(key_of(clip), clip)
        return weakref.ref(clip)

    tier = MemoryTier(1, 10_000, policy)
    gc.disable()
    try:
        replaced = put(0, "fast")
        evicted = put(0, "quality")
        assert replaced() is None
        cleared = put(1, "fast")
        assert evicted() is None
        tier.clear()
        assert cleared() is None
    finally:
        gc.enable()


def test_gdsf_keeps_what_is_costly_small_and_often_used() -> None:
    tier = MemoryTier(3, 10_000, "gdsf")
    costly = make_clip(0, seconds=20.0)
    small = make_clip(1, size=10)
    popular = make_clip(2)
    for clip in (costly, small, popular):
        tier.put(key_of(clip), clip)
    for _ in range(10):
        tier.get(key_of(popular))
    for number in range(3, 6):
        tier.put(key_of(make_clip(number)), make_clip(number))
    # One had to go for the new ones; those three were replaced by one another.
    kept = [key_of(clip) in tier for clip in (costly, small, popular)]
    assert kept.count(True) == 2
    assert key_of(popular) in tier


def test_gdsf_does_not_grow_with_hits() -> None:
    policy = Gdsf(10)
    for number in range(10):
        policy.add((number,), 1.0, 1)
    for _ in range(1000):
        policy.use((3,))
    assert len(policy._heap) <= 100
    assert {policy.evict() for _ in range(10)} == {(number,) for number in range(10)}
