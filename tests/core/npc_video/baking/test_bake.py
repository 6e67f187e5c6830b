import asyncio
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from npc_video.backends.pictures import Pictures
from npc_video.backends.scripted import Script, ScriptedBackend
from npc_video.baking.bake import BakeProgress, Baking, bake
from npc_video.cache.baked import BakedFolder, BakedTier, folder_reader
from npc_video.errors import GenerationFailedError, GeneratorUnavailableError
from npc_video.records import VideoParams

from tests.core.npc_video.backends.contract import TINY

LOOKS = [VideoParams(expression=word, npc_id="ember") for word in ("happy", "sad", "curious")]


def test_nothing_to_do_is_over_at_once() -> None:
    baking = Baking([], 0.0)
    assert baking.begin() is None
    assert baking.progress(5.0) == BakeProgress(0, 0, (), 1.0, None)
    assert baking.progress(5.0).is_over


def test_each_look_once_in_order() -> None:
    baking = Baking([*LOOKS, *LOOKS], 0.0)
    assert [baking.begin() for _ in range(4)] == [*LOOKS, None]


def test_the_time_left_is_told_from_the_clips_made() -> None:
    baking = Baking(LOOKS, 10.0)
    first = baking.begin()
    assert first is not None
    baking.advance(first, 0.5)
    assert baking.progress(12.0).fraction == pytest.approx(0.5 / 3)
    assert baking.progress(12.0).seconds_left is None
    baking.finish(first)
    assert baking.progress(14.0).seconds_left == pytest.approx(8.0)
    second = baking.begin()
    assert second is not None
    baking.advance(second, 0.5)
    assert baking.progress(16.0).seconds_left == pytest.approx(6.0)


def test_what_fails_is_told_and_counts_as_through() -> None:
    baking = Baking(LOOKS, 0.0)
    for reason in ("No memory.", "Too dark.", ""):
        params = baking.begin()
        assert params is not None
        if reason:
            baking.miss(params, reason)
        else:
            baking.finish(params)
    progress = baking.progress(9.0)
    assert [(missed.params.expression, missed.reason) for missed in progress.missed] == [
        ("happy", "No memory."),
        ("sad", "Too dark."),
    ]
    assert (progress.made, progress.fraction, progress.seconds_left) == (1, 1.0, 0.0)
    assert progress.is_over


@given(
    st.lists(st.integers(0, 9), max_size=12),
    st.lists(st.sampled_from(["begin", "half", "finish", "miss"])),
)
def test_nothing_is_lost_or_made_twice(seeds: list[int], acts: list[str]) -> None:
    baking, running, begun = Baking([VideoParams(seed=s) for s in seeds], 0.0), [], []
    clock = count(1)
    before = 0
    for act in acts:
        if act == "begin" and (params := baking.begin()) is not None:
            running.append(params)
            begun.append(params)
        elif running and act == "half":
            baking.advance(running[0], 0.5)
        elif running and act == "finish":
            baking.finish(running.pop(0))
        elif running and act == "miss":
            baking.miss(running.pop(0), "no")
        progress = baking.progress(float(next(clock)))
        assert progress.total == len(set(seeds))
        assert progress.made + len(progress.missed) == len(begun) - len(running) >= before
        assert 0.0 <= progress.fraction <= 1.0
        assert progress.seconds_left is None or progress.seconds_left >= 0.0
        before = progress.made + len(progress.missed)
    assert len({params.seed for params in begun}) == len(begun)


def baked(
    folder: Path, backend: ScriptedBackend, told: list[BakeProgress] | None = None
) -> BakeProgress:
    tell = (lambda progress: None) if told is None else told.append
    return asyncio.run(
        bake(LOOKS, BakedFolder(folder), backend, TINY, pictures=Pictures(), tell=tell)
    )


def found(folder: Path) -> list[bool]:
    tier = BakedTier(folder_reader(folder))
    tier.open()
    return [tier.read(params.cache_key()) is not None for params in LOOKS]


def test_what_is_made_is_found_by_the_game(tmp_path: Path) -> None:
    told: list[BakeProgress] = []
    progress = baked(tmp_path, ScriptedBackend(), told)
    assert (progress.made, progress.missed) == (3, ())
    assert found(tmp_path) == [True, True, True]
    assert told[0].fraction == 0.0
    assert told[-1].is_over


@pytest.mark.parametrize(
    "error",
    [GenerationFailedError("No memory."), GeneratorUnavailableError("It is off."), OSError("x")],
)
def test_after_a_failure_it_goes_on(tmp_path: Path, error: Exception) -> None:
    backend = ScriptedBackend(Script(), Script(error=error), Script())
    progress = baked(tmp_path, backend)
    assert progress.made == 2
    assert [missed.params.expression for missed in progress.missed] == ["sad"]
    assert found(tmp_path) == [True, False, True]


def test_a_folder_that_cannot_be_written_to_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", "utf-8")
    progress = baked(tmp_path / "file", ScriptedBackend())
    assert progress.made == 0
    assert all("folder cannot be written" in missed.reason for missed in progress.missed)


def test_cancelled_it_keeps_what_is_done(tmp_path: Path) -> None:
    backend = ScriptedBackend(Script(), Script(ends=False))

    async def interrupted() -> None:
        begun = asyncio.Event()

        def tell(progress: BakeProgress) -> None:
            if progress.made == 1:
                begun.set()

        task = asyncio.create_task(
            bake(LOOKS, BakedFolder(tmp_path), backend, TINY, pictures=Pictures(), tell=tell)
        )
        await begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(interrupted())
    assert found(tmp_path) == [True, False, False]
