"""A `Backend` of Python for a player, and what is said of one that breaks."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from clips import grey, make_clip
from engine_tests import EngineTest, Steps, until
from godot import Callable as EngineCallable
from godot import Color, FileAccess, Image, ProjectSettings
from npc_video import QUALITY_PRESETS, Backend, CallableBackend, GeneratedClip, VideoParams
from npc_video.backends.base import GenerationRequest, OnEarly, OnProgress, ignore
from npc_video_player import NpcProceduralBackend, NpcVideoPlayer
from npc_video_player.resources.backend_resources import make_backend
from npc_video_player.resources.python_backend import resource_of
from players import player_in

LIMIT = 20.0


class Painter(Backend):
    """Makes clips of one shade, or breaks, or lets `change` change their files."""

    def __init__(
        self, *, breaks: bool = False, change: Callable[[bytes], bytes] = lambda data: data
    ) -> None:
        self.requests: list[GenerationRequest] = []
        self.promoted: list[GenerationRequest] = []
        self.is_closed = False
        self._breaks = breaks
        self.change = change
        self.is_idle = False

    def count(self, expression: str) -> int:
        """How often clips of an expression were asked for."""
        return sum(request.params.expression == expression for request in self.requests)

    async def generate(
        self, request: GenerationRequest, on_progress: OnProgress, on_early: OnEarly = ignore
    ) -> GeneratedClip:
        self.requests.append(request)
        while self.is_idle:
            await asyncio.sleep(0.01)
        if self._breaks:
            raise ZeroDivisionError("planted in a backend")
        clip = make_clip(grey(lambda index: 9 * index))
        return replace(
            clip,
            data=self.change(clip.data),
            params=request.params,
            preset=request.preset.name,
        )

    async def promote(self, request: GenerationRequest) -> None:
        self.promoted.append(request)

    async def close(self) -> None:
        self.is_closed = True


def quiet_player(test: EngineTest, **properties: Any) -> NpcVideoPlayer:
    return player_in(test, predictive=False, **properties)


def shows(player: NpcVideoPlayer, expression: str) -> Steps:
    started: list[dict[str, Any]] = []
    player.clip_started.connect(started.append)
    player.request({"expression": expression})
    yield from until(lambda: started, LIMIT)


def test_it_makes_the_clips_until_another_is_set(test: EngineTest) -> Steps:
    painter, player = Painter(), quiet_player(test, npc_name="Painted")
    player.set_backend(painter)
    yield from shows(player, "happy")
    assert "happy" in [request.params.expression for request in painter.requests]
    player.set_backend(NpcProceduralBackend())
    assert isinstance(player.backend, NpcProceduralBackend)
    before = len(painter.requests)
    yield from shows(player, "sad")
    assert len(painter.requests) == before
    player.set_backend(None)
    assert player.backend is None


def test_players_share_one_and_none_closes_it(test: EngineTest) -> Steps:
    painter = Painter()
    first, second = (quiet_player(test, npc_name="Shared") for _ in range(2))
    for player in (first, second):
        player.set_backend(painter)
    yield from shows(first, "happy")
    yield from shows(second, "sad")
    assert first._director.manager is second._director.manager
    made_by = first._director.manager
    first.cache_size = second.cache_size = 7
    yield from shows(first, "angry")
    made_by.close()
    assert not painter.is_closed
    yield from shows(second, "curious")
    other = quiet_player(test, npc_name="Shared", cache_size=7)
    other.set_backend(Painter())
    other.request({"expression": "happy"})
    assert other._director.manager is not second._director.manager


def test_what_is_none_is_refused(test: EngineTest) -> None:
    player = quiet_player(test)
    with pytest.raises(TypeError, match="takes a Backend, an NpcBackend or None, not int"):
        player.set_backend(5)
    with pytest.raises(TypeError, match=r"not the class Painter: make one, as Painter\(…\)"):
        player.set_backend(Painter)
    with pytest.raises(TypeError, match=r"not a function: pass CallableBackend\(grey\)"):
        player.set_backend(grey)
    assert player.backend is None


def test_what_breaks_in_it_is_in_the_log_once_with_its_lines(test: EngineTest) -> Steps:
    log: list[logging.LogRecord] = []
    handler = logging.Handler()
    handler.emit = log.append
    logging.getLogger("npc_video").addHandler(handler)
    player, reasons = quiet_player(test, npc_name="Broken"), []
    player.generation_failed.connect(reasons.append)
    try:
        player.set_backend(Painter(breaks=True))
        for count, expression in enumerate(("happy", "sad", "angry"), 1):
            player.request({"expression": expression})
            yield from until(lambda count=count: len(reasons) >= count, LIMIT)
    finally:
        logging.getLogger("npc_video").removeHandler(handler)
    assert "planted in a backend" in reasons[0]
    (record,) = log
    text = logging.Formatter().format(record)
    assert "The generator failed" in text
    assert "test_python_backend.py" in text
    assert 'raise ZeroDivisionError("planted in a backend")' in text


def told_by(player: NpcVideoPlayer) -> list[tuple[str, Any]]:
    """What the player tells from now on, by the names of its signals."""
    told: list[tuple[str, Any]] = []
    for name in ("fallback_shown", "generation_failed", "clip_started"):
        getattr(player, name).connect(lambda what, name=name: told.append((name, what)))
    return told


def names_in(told: list[tuple[str, Any]]) -> list[str]:
    return [name for name, _ in told]


def keep_broken(player: NpcVideoPlayer, expression: str) -> None:
    """Has a clip in the player's cache that cannot be opened."""
    clip = make_clip(grey(lambda index: index))
    params = player._npc.params({"expression": expression})
    broken = replace(clip, data=f"no {expression} clip".encode(), params=params)
    player._director.manager._cache.put(params.cache_key(), broken)


def test_a_clip_that_cannot_be_opened_is_asked_for_anew(test: EngineTest) -> Steps:
    painter = Painter(change=lambda _: b"nonsense" * 50)
    player = quiet_player(test, npc_name="Nonsense")
    player.set_backend(painter)
    told = told_by(player)
    for count in (1, 2):
        told.clear()
        player.request({"expression": "happy"})
        yield from until(lambda: "generation_failed" in names_in(told), LIMIT)
        assert names_in(told) == ["fallback_shown", "generation_failed"]
        assert "cannot be opened" in told[-1][1]
        assert painter.count("happy") == count
    painter.change = lambda data: data
    yield from shows(player, "happy")


def test_a_clip_that_breaks_off_is_asked_for_anew(test: EngineTest) -> Steps:
    painter = Painter(change=lambda data: data[: len(data) * 2 // 3])
    player = quiet_player(test, npc_name="Short")
    player.set_backend(painter)
    told = told_by(player)
    player.request({"expression": "happy"})
    yield from until(lambda: "generation_failed" in names_in(told), LIMIT)
    painter.change = lambda data: data
    told.clear()
    player.request({"expression": "happy"})
    yield from until(lambda: "clip_started" in names_in(told), LIMIT)
    assert names_in(told)[0] == "fallback_shown"
    assert painter.count("happy") == 2


def test_a_broken_clip_that_was_kept_is_covered_and_dropped(test: EngineTest) -> Steps:
    painter, player = Painter(), quiet_player(test, npc_name="Kept")
    player.set_backend(painter)
    yield from shows(player, "neutral")
    keep_broken(player, "furious")
    told = told_by(player)
    player.request({"expression": "furious"})
    yield from until(lambda: "generation_failed" in names_in(told), LIMIT)
    assert names_in(told) == ["fallback_shown", "generation_failed"]
    assert painter.count("furious") == 0
    yield from shows(player, "furious")
    assert painter.count("furious") == 1


def test_a_broken_stand_in_is_no_failure_of_what_was_asked_for(test: EngineTest) -> Steps:
    painter, player = Painter(), quiet_player(test, npc_name="Covered")
    player.set_backend(painter)
    yield from shows(player, "neutral")
    keep_broken(player, "happy")
    told = told_by(player)
    player.request({"expression": "happy", "seed": 3})
    yield from until(lambda: "clip_started" in names_in(told), LIMIT)
    assert told[0] == ("fallback_shown", "similar")
    assert "generation_failed" not in names_in(told)
    assert told[-1][1]["seed"] == 3
    told.clear()
    player.request({"expression": "happy"})
    yield from until(lambda: "clip_started" in names_in(told), LIMIT)
    assert "generation_failed" not in names_in(told)


def test_broken_stand_ins_give_way_to_other_fallbacks(test: EngineTest) -> Steps:
    painter, player = Painter(), quiet_player(test, npc_name="Uncovered")
    player.set_backend(painter)
    yield from shows(player, "neutral")
    for expression in ("neutral", "happy"):
        keep_broken(player, expression)
    told = told_by(player)
    painter.is_idle = True
    player.request({"expression": "happy", "seed": 4})
    yield from until(lambda: len(told) > 2, LIMIT)
    assert told == [("fallback_shown", kind) for kind in ("similar", "similar", "placeholder")]


def images(count: int) -> list[Image]:
    made = [Image.create_empty(48, 32, False, Image.FORMAT_RGBA8) for _ in range(count)]
    for image in made:
        image.fill(Color(0.2, 0.6, 0.3))
    return made


def test_functions_of_python_return_what_those_of_gdscript_may(test: EngineTest) -> Steps:
    file = FileAccess.open("user://python_backend.webm", FileAccess.WRITE)
    file.store_buffer(make_clip(grey(lambda index: index)).data)
    file.close()
    for index, made in enumerate(
        (
            "user://python_backend.webm",
            Path("user://python_backend.webm"),
            ProjectSettings.globalize_path("user://python_backend.webm"),
            images(4),
            tuple(images(4)),
        )
    ):
        player = quiet_player(test, npc_name=f"Function {index}")
        player.set_backend(CallableBackend(lambda _, made=made: made))
        yield from shows(player, "happy")


def test_an_engine_path_without_a_file_is_told_as_it_was_written(test: EngineTest) -> Steps:
    player = quiet_player(test, npc_name="Nowhere")
    told = told_by(player)
    player.set_backend(CallableBackend(lambda _: "user://nowhere.webm"))
    player.request({"expression": "happy"})
    yield from until(lambda: "generation_failed" in names_in(told), LIMIT)
    assert "'user://nowhere.webm', where no file can be read" in told[-1][1]


def test_what_it_returns_is_told_by_the_name_of_its_class(test: EngineTest) -> Steps:
    class Careless(Painter):
        async def generate(self, *_: Any) -> Any:
            return 5

    player = quiet_player(test, npc_name="Careless")
    told = told_by(player)
    player.set_backend(Careless())
    player.request({"expression": "happy"})
    yield from until(lambda: "generation_failed" in names_in(told), LIMIT)
    assert told[-1][1].startswith("Careless.generate returned int")


def test_the_later_of_a_function_and_a_backend_makes_the_clips(test: EngineTest) -> Steps:
    painter, player = Painter(), quiet_player(test, npc_name="Later")
    player.set_generator(lambda _: images(4))
    yield from shows(player, "happy")
    player.set_backend(painter)
    yield from shows(player, "sad")
    assert painter.count("sad") == 1
    player.set_generator(lambda _: images(4))
    yield from shows(player, "angry")
    assert painter.count("angry") == 0
    player.set_generator(EngineCallable())
    yield from shows(player, "shy")
    assert painter.count("shy") == 1


def test_other_things_than_dictionaries_are_told_as_that(test: EngineTest) -> None:
    player = quiet_player(test, npc_name="Told")
    reasons: list[str] = []
    player.generation_failed.connect(reasons.append)
    for call in (player.react, player.request, player.hint_next):
        assert not call("hand")
        test.expect_error(f"{call.__name__}: Pass a dictionary, such as")
    for state in (None, "saved", [], 5):
        assert not player.load_state(state)
    test.expect_error("load_state: This is not a saved state of an NPC: pass what save_state gave")
    assert not reasons


def test_numbers_of_numpy_are_taken(test: EngineTest) -> None:
    player = quiet_player(test, npc_name="Counted")
    player.speed_scale, player.cache_size = np.float32(0.5), np.int64(7)
    player.mute = np.bool_(True)
    assert (player.speed_scale, player.cache_size, player.mute) == (0.5, 7, True)
    assert player.request({"expression": "happy", "seed": np.int64(3)}, np.int64(9))
    assert player.react({"tool": "hand", "pressure": np.float32(0.5)})


def test_it_hears_what_becomes_urgent(test: EngineTest) -> None:
    painter = Painter()
    request = GenerationRequest(VideoParams(npc_id="ember"), QUALITY_PRESETS["realtime"])
    asyncio.run(make_backend(resource_of(painter)).promote(request))
    assert painter.promoted == [request]
