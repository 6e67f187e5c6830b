import asyncio
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from npc_video.backends.base import Capabilities
from npc_video.backends.pictures import Pictures
from npc_video.backends.scripted import Script, ScriptedBackend
from npc_video.baking.bake import BakeProgress, Baking, ClipToBake, bake
from npc_video.cache.baked import BakedFolder, BakedTier, folder_reader
from npc_video.errors import (
    GenerationError,
    GenerationFailedError,
    GenerationRefusedError,
    GeneratorOverloadedError,
    GeneratorUnavailableError,
    GeneratorUnreachableError,
)
from npc_video.records import VideoParams

from tests.core.npc_video.backends.contract import TINY

LOOKS = [VideoParams(expression=word, npc_id="ember") for word in ("happy", "sad", "curious")]
NOWHERE = BakedFolder(Path("nowhere"))
CLIPS = [ClipToBake(params, TINY, NOWHERE) for params in LOOKS]


def test_nothing_to_do_is_over_at_once() -> None:
    baking = Baking([], 0.0)
    assert baking.begin() is None
    assert baking.progress(5.0) == BakeProgress(0, 0, (), 1.0, None)
    assert baking.progress(5.0).is_over


def test_each_look_once_in_order() -> None:
    baking = Baking([*CLIPS, *CLIPS], 0.0)
    assert [baking.begin() for _ in range(4)] == [*CLIPS, None]


def test_the_time_left_is_told_from_the_clips_made() -> None:
    baking = Baking(CLIPS, 10.0)
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
    baking = Baking(CLIPS, 0.0)
    for reason in ("No memory.", "Too dark.", ""):
        clip = baking.begin()
        assert clip is not None
        if reason:
            baking.miss(clip, reason)
        else:
            baking.finish(clip)
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
    clips = [ClipToBake(VideoParams(seed=seed), TINY, NOWHERE) for seed in seeds]
    baking, running, begun = Baking(clips, 0.0), [], []
    clock = count(1)
    before = 0
    for act in acts:
        if act == "begin" and (clip := baking.begin()) is not None:
            running.append(clip)
            begun.append(clip)
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
    assert len({clip.params.seed for clip in begun}) == len(begun)


def baked(
    folder: Path, backend: ScriptedBackend, told: list[BakeProgress] | None = None
) -> BakeProgress:
    tell = (lambda progress: None) if told is None else told.append
    return asyncio.run(bake(to_bake(folder), backend, pictures=Pictures(), tell=tell))


def to_bake(folder: Path) -> list[ClipToBake]:
    there = BakedFolder(folder)
    return [ClipToBake(params, TINY, there) for params in LOOKS]


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

        task = asyncio.create_task(bake(to_bake(tmp_path), backend, pictures=Pictures(), tell=tell))
        await begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(interrupted())
    assert found(tmp_path) == [True, False, False]


def test_equal_looks_of_two_folders_are_two_clips(tmp_path: Path) -> None:
    clips = [*to_bake(tmp_path / "one"), *to_bake(tmp_path / "two")]
    asyncio.run(bake(clips, ScriptedBackend(), pictures=Pictures(), tell=lambda progress: None))
    assert found(tmp_path / "one") == found(tmp_path / "two") == [True, True, True]


# ---- Generators that are busy, away, or refuse everything ----


def coded(error: GenerationError, status: int) -> GenerationError:
    error.status = status
    return error


@pytest.fixture
def paused(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    pauses: list[float] = []
    sleep = asyncio.sleep

    async def pass_over(seconds: float) -> None:
        if seconds:
            pauses.append(seconds)
        await sleep(0)

    monkeypatch.setattr("npc_video.baking.bake.asyncio.sleep", pass_over)
    return pauses


def test_a_busy_generator_is_asked_again_when_it_says(tmp_path: Path, paused: list[float]) -> None:
    busy = GeneratorOverloadedError("Others come first.", retry_after=7.0)
    soon = GeneratorOverloadedError("Others come first.", retry_after=0.0)
    backend = ScriptedBackend(Script(error=busy), Script(error=soon), Script())
    progress = baked(tmp_path, backend)
    assert (progress.made, progress.missed) == (3, ())
    assert paused == [7.0, 1.0]


def test_what_is_busy_for_ten_minutes_is_missed(tmp_path: Path, paused: list[float]) -> None:
    busy = Script(error=GeneratorOverloadedError("Others come first.", retry_after=7.0))
    time = count(0.0, 100.0)
    progress = asyncio.run(
        bake(
            to_bake(tmp_path)[:1],
            ScriptedBackend(default=busy),
            pictures=Pictures(),
            tell=lambda progress: None,
            clock=lambda: next(time),
        )
    )
    assert [missed.reason for missed in progress.missed] == ["Others come first."]
    assert paused


def test_a_paid_clip_is_not_sent_twice(tmp_path: Path, paused: list[float]) -> None:
    busy, away = GeneratorOverloadedError("Busy."), GeneratorUnreachableError("Lost.")
    busy.has_begun = away.has_begun = True
    backend = ScriptedBackend(Script(), Script(error=busy), Script(error=away))
    progress = baked(tmp_path, backend)
    assert [missed.reason for missed in progress.missed] == ["Busy.", "Lost."]
    assert not paused


def test_a_generator_that_was_there_is_waited_for(tmp_path: Path, paused: list[float]) -> None:
    away = Script(error=GeneratorUnreachableError("It is off."))
    backend = ScriptedBackend(Script(), away, away, Script())
    assert baked(tmp_path, backend).made == 3
    assert len(paused) == 2


@pytest.mark.parametrize(
    "error",
    [
        GeneratorUnreachableError("It is off."),
        coded(GenerationRefusedError("The token is wrong."), 401),
        coded(GenerationRefusedError("Today's quota is used up."), 402),
    ],
)
def test_what_would_fail_every_clip_ends_it(
    tmp_path: Path, paused: list[float], error: GenerationError
) -> None:
    backend = ScriptedBackend(Script(error=error))
    told: list[BakeProgress] = []
    with pytest.raises(type(error), match=str(error)):
        baked(tmp_path, backend, told)
    assert len(told[-1].missed) == 1
    assert not paused


def test_refused_content_is_about_one_clip(tmp_path: Path) -> None:
    error = coded(GenerationRefusedError("Not this one."), 403)
    error.is_of_request = True
    progress = baked(tmp_path, ScriptedBackend(Script(), Script(error=error), Script()))
    assert progress.made == 2


def test_what_has_begun_is_finished_before_it_ends(tmp_path: Path) -> None:
    quota = coded(GenerationRefusedError("Today's quota is used up."), 402)
    backend = ScriptedBackend(
        Script(seconds=0.05), Script(error=quota), capabilities=Capabilities(slots=2)
    )
    told: list[BakeProgress] = []
    with pytest.raises(GenerationRefusedError):
        baked(tmp_path, backend, told)
    assert (told[-1].made, len(told[-1].missed)) == (1, 1)
    assert found(tmp_path) == [True, False, False]
