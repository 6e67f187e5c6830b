"""A `Backend` of Python for a player, and what is said of one that breaks."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

import pytest
from clips import grey, make_clip
from engine_tests import EngineTest, Steps, until
from npc_video import Backend, GeneratedClip
from npc_video.backends.base import GenerationRequest, OnEarly, OnProgress, ignore
from npc_video_player import NpcProceduralBackend, NpcVideoPlayer
from players import player_in

LIMIT = 20.0


class Painter(Backend):
    """Makes clips of one shade, or breaks."""

    def __init__(self, *, breaks: bool = False) -> None:
        self.requests: list[GenerationRequest] = []
        self.is_closed = False
        self._breaks = breaks

    async def generate(
        self, request: GenerationRequest, on_progress: OnProgress, on_early: OnEarly = ignore
    ) -> GeneratedClip:
        self.requests.append(request)
        if self._breaks:
            raise ZeroDivisionError("planted in a backend")
        clip = make_clip(grey(lambda index: 9 * index))
        return replace(clip, params=request.params, preset=request.preset.name)

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
    assert "The generator broke" in text
    assert "test_python_backend.py" in text
    assert 'raise ZeroDivisionError("planted in a backend")' in text
