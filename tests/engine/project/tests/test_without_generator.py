"""Finished games on players' machines: baked clips, then the ladder, and nothing else."""

from __future__ import annotations

import itertools
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from clips import grey, make_clip
from engine_tests import EngineTest, Steps, until
from godot import OS, AnimatedSprite2D, NodePath, ProjectSettings
from npc_video import FailoverBackend, GeneratedClip, HttpBackend, Profile, VideoParams
from npc_video.backends.failover import Budget
from npc_video.cache.baked import BakedFolder
from npc_video_player import (
    NpcBackend,
    NpcBackendPool,
    NpcComfyUiBackend,
    NpcFailoverBackend,
    NpcHttpBackend,
    NpcProceduralBackend,
    NpcVideoPlayer,
)
from npc_video_player.player import player_properties
from npc_video_player.resources import backend_resources
from npc_video_player.resources.backend_resources import make_backend, makes_clips
from npc_video_player.resources.exported import is_exported
from players import made_player

NPC = "Shipped"
_numbers = itertools.count()
FRAMES = 30  # in which what is done in vain would be seen
ODD = {"expression": "angry", "emotion": "angry", "animation": "shake"}


@contextmanager
def finished_game() -> Iterator[None]:
    """All is as in an exported game, as far as the addon asks."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (backend_resources, player_properties):
            patch.setattr(module, "is_exported", lambda: True)
        yield


def http(url: str = "https://video.example.org", *, exported: bool = True) -> NpcHttpBackend:
    backend = NpcHttpBackend()
    backend.url, backend.in_exported_games = url, exported
    return backend


def pool(*hosts: NpcBackend | None, exported: bool = True) -> NpcBackendPool:
    backend = NpcBackendPool()
    backend.hosts, backend.in_exported_games = list(hosts), exported
    return backend


def failover(
    local: NpcBackend, cloud: NpcBackend, max_jobs_per_hour: int = 0
) -> NpcFailoverBackend:
    backend = NpcFailoverBackend()
    backend.local, backend.cloud, backend.max_jobs_per_hour = local, cloud, max_jobs_per_hour
    return backend


def baked(expression: str, npc: str = NPC) -> str:
    """A new folder with one clip of the NPC, as a game ships it."""
    folder = f"user://shipped_{OS.get_process_id()}_{next(_numbers)}"
    clip = clip_of(expression, npc)
    shipped = BakedFolder(Path(ProjectSettings.globalize_path(folder)))
    shipped.add(clip.params.cache_key(), clip)
    return folder


def clip_of(expression: str, npc: str = NPC) -> GeneratedClip:
    made = make_clip(grey(lambda index: 80), codec="libvpx-vp9")
    return replace(made, params=Profile(name=npc).apply_profile(VideoParams(expression=expression)))


class Watched:
    """A player in the tree, and what it tells."""

    def __init__(self, test: EngineTest, **properties: Any):
        self.player: NpcVideoPlayer = made_player(**({"npc_name": NPC} | properties))
        self.began: list[str] = []
        self.fallbacks: list[str] = []
        self.failures: list[str] = []
        self.player.clip_started.connect(lambda info: self.began.append(info["expression"]))
        self.player.fallback_shown.connect(self.fallbacks.append)
        self.player.generation_failed.connect(self.failures.append)
        test.add_child(self.player)

    def request(self, **params: Any) -> str:
        """The last fallback that is told of a request, after all that might follow it."""
        self.fallbacks.clear()
        assert self.player.request(params)
        return self.fallbacks[-1]

    def assert_idle(self) -> None:
        """Nothing is made, nothing is waited for, and nothing else has gone wrong than that."""
        manager = self.player._bound().manager
        assert not manager.can_generate
        assert manager._wake is None
        assert not manager._futures
        stats = manager.stats()
        assert (stats.running, stats.queue_length, stats.generated, stats.late) == (0, 0, 0, 0)
        assert all(reason.startswith("No generator makes clips here") for reason in self.failures)
        assert not self.player._director.ring.is_shown
        assert all(span["lane"] != "making" for span in self.player.get_stats()["timeline"])


def test_here_games_are_run_by_the_editor(test: EngineTest) -> None:
    assert not is_exported()
    player = Watched(test).player
    assert player.get_stats()["can_generate"]
    assert player._bound().manager.can_generate


def test_who_makes_clips(test: EngineTest) -> None:
    off, on = http(exported=False), http()
    drawn, absent = NpcProceduralBackend(), pool()
    for backend, in_editor, in_exported in (
        (None, True, False),
        (drawn, True, True),
        (on, True, True),
        (off, True, False),
        (pool(on, off), True, True),
        (pool(off, off), True, False),
        (pool(on, exported=False), True, False),
        (failover(off, on), True, True),
        (failover(on, off), True, True),
        (failover(off, pool(off)), True, False),
        # Mistakes are told of when they are made.
        (absent, True, True),
        (pool(None, off), True, True),
    ):
        name = "none" if backend is None else backend.describe()
        assert makes_clips(backend, exported=False) is in_editor, name
        assert makes_clips(backend, exported=True) is in_exported, name


def test_parts_that_are_off_are_left_out(test: EngineTest) -> None:
    off, on = http("http://127.0.0.1:9", exported=False), http()
    assert [*make_backend(pool(off, on))._hosts] == ["hosts[0]", "hosts[1]"]
    with finished_game():
        assert [*make_backend(pool(off, on))._hosts] == ["hosts[1]"]
        assert [*make_backend(pool(pool(off), on))._hosts] == ["hosts[1]"]
        alone = make_backend(failover(on, off, max_jobs_per_hour=5))
        assert type(alone) is HttpBackend
        within_budget = make_backend(failover(off, on, max_jobs_per_hour=5))
        assert type(within_budget) is FailoverBackend
        assert [type(part) for part in within_budget._order] == [HttpBackend]
        assert within_budget._budget == Budget(5)


def test_it_is_a_value_of_the_backend(test: EngineTest) -> None:
    assert http().describe() != http(exported=False).describe()
    backend, heard = pool(NpcComfyUiBackend()), []
    backend.changed.connect(lambda: heard.append(1))
    backend.hosts[0].in_exported_games = False
    assert heard == [1]
    assert http(exported=False).problems() == []


def test_a_baked_clip_then_the_ladder(test: EngineTest) -> Steps:
    with finished_game():
        seen = Watched(test, baked_folder=baked("happy"))
        assert not seen.player.get_stats()["can_generate"]
        seen.player.request({"expression": "happy"})
        yield from until(lambda: seen.began == ["happy"])
        assert seen.request(**ODD) == "placeholder"
        for _ in range(FRAMES):
            yield
        assert seen.began == ["happy"]
        assert ["'angry'" in reason for reason in seen.failures] == [True]
        seen.player.request({"expression": "happy"})
        yield from until(lambda: seen.began == ["happy", "happy"])
        seen.assert_idle()


def test_what_is_baked_is_there_from_the_start(test: EngineTest) -> Steps:
    with finished_game():
        seen = Watched(test, baked_folder=baked("neutral"))
        yield from until(lambda: seen.began == ["neutral"])
        seen.assert_idle()
        assert seen.failures == []


def test_one_like_a_baked_clip(test: EngineTest) -> Steps:
    with finished_game():
        seen = Watched(test, baked_folder=baked("happy"))
        yield from until(lambda: seen.fallbacks == ["placeholder", "similar"])
        yield from until(lambda: seen.player._director.screen.shots_shown)
        assert seen.began == []
        assert seen.request(expression="amused") == "similar"
        yield from until(lambda: len(seen.failures) == 2)
        seen.assert_idle()


def test_each_reaction_begins_a_clip_or_says_that_none_comes(test: EngineTest) -> Steps:
    with finished_game():
        npc = "Touched"
        seen = Watched(test, npc_name=npc, baked_folder=baked("neutral", npc))
        yield from until(lambda: seen.began == ["neutral"])
        for _ in range(3):
            seen.began.clear()
            seen.failures.clear()
            yield from until(lambda: seen.player.react({"tool": "feather", "zone": "cheek"}))
            assert seen.began == seen.failures == []  # not before a game can await it
            yield from until(lambda: seen.began or seen.failures)
            for _ in range(FRAMES):
                yield
            assert len(seen.began) + len(seen.failures) == 1


def test_each_player_is_told_of_its_own_requests(test: EngineTest) -> Steps:
    with finished_game():
        folder = baked("neutral")
        one, other = (Watched(test, baked_folder=folder) for _ in range(2))
        yield from until(lambda: one.began and other.began)
        assert one.player._bound().manager is other.player._bound().manager
        for asks in (one, other):
            asks.player.request(ODD)
            yield from until(lambda asks=asks: asks.failures)
        for _ in range(FRAMES):
            yield
        assert len(one.failures) == len(other.failures) == 1


def test_touches_are_answered(test: EngineTest) -> Steps:
    with finished_game():
        seen = Watched(test, pregenerate_on_load=True)
        started: list[Any] = []
        seen.player.reaction_started.connect(started.append)
        assert seen.player.react({"tool": "feather", "zone": "cheek"})
        assert len(started) == 1
        assert seen.fallbacks[-1] == "placeholder"
        seen.player.pregenerate_common_states()
        assert seen.player.hint_next({"expression": "happy"}, 0.9)
        seen.player.cancel()
        seen.player.clear_cache()
        for _ in range(FRAMES):
            yield
        seen.assert_idle()


def test_the_drawn_face_only_if_the_game_chose_it(test: EngineTest) -> Steps:
    with finished_game():
        assert Watched(test).request(**ODD) == "placeholder"
        assert Watched(test, fallback="procedural").request(**ODD) == "procedural"
        drawing = Watched(test, backend=NpcProceduralBackend())
        assert drawing.player.get_stats()["can_generate"]
        assert drawing.request(**ODD) == "procedural"
        yield from until(lambda: "angry" in drawing.began, 20.0)


def test_the_game_s_own_animations(test: EngineTest) -> None:
    target = AnimatedSprite2D()
    target.name = "Target"
    test.add_child(target)
    with finished_game():
        for backend in (None, http(exported=False)):
            seen = Watched(test, backend=backend, procedural_target=NodePath("../Target"))
            assert seen.request(**ODD) == "procedural"
            seen = Watched(test, backend=backend, procedural_target=NodePath("../Nobody"))
            assert seen.request(**ODD) == "placeholder"


def test_the_inspector_offers_them_whoever_makes_clips(test: EngineTest) -> None:
    def is_offered(backend: NpcBackend | None) -> bool:
        player = Watched(test, backend=backend).player
        infos = {info["name"]: info["usage"] for info in player.get_property_list()}
        return bool(infos["procedural_target"] & 4)

    assert is_offered(None)
    assert is_offered(http(exported=False))
    assert is_offered(http())


def test_a_function_of_the_game_still_counts(test: EngineTest) -> Steps:
    clip, calls = clip_of("happy"), []

    def generate(request: dict[str, Any]) -> bytes:
        calls.append(request)
        return clip.data

    with finished_game():
        seen = Watched(test, predictive=False)
        seen.player.set_generator(generate)
        assert seen.player.get_stats()["can_generate"]
        seen.player.request({"expression": "happy"})
        yield from until(lambda: "happy" in seen.began)
        seen.player.set_generator(None)
        assert not seen.player.get_stats()["can_generate"]
        asked = calls.copy()
        assert seen.request(**ODD) == "placeholder"
        yield from until(lambda: seen.failures)
        for _ in range(FRAMES):
            yield
        assert calls == asked
        assert ["No generator makes clips here" in each for each in seen.failures] == [True]


def test_nobody_is_connected_to(test: EngineTest) -> Steps:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setblocking(False)
        backend = http(f"http://127.0.0.1:{listening.getsockname()[1]}", exported=False)
        with finished_game():
            seen = Watched(test, backend=backend, pregenerate_on_load=True)
            seen.player.react({"tool": "feather", "zone": "cheek"})
            seen.player.hint_next({"expression": "happy"}, 1.0)
            for _ in range(FRAMES):
                yield
            seen.assert_idle()
            with pytest.raises(BlockingIOError):
                listening.accept()
        # The same backend is asked as soon as it counts, so the socket would have heard it.
        backend.in_exported_games = True
        seen.player.request({"expression": "happy"})
        asked: list[Any] = []

        def is_asked() -> bool:
            try:
                asked.append(listening.accept()[0])
            except BlockingIOError:
                return False
            return True

        yield from until(is_asked, 25.0)
        asked[0].close()
        seen.player.free()


def test_a_wrong_backend_that_is_off_is_no_matter_of_players(test: EngineTest) -> Steps:
    with finished_game():
        seen = Watched(test, backend=http("nowhere", exported=False))
        assert seen.request(**ODD) == "placeholder"
        yield
        seen.assert_idle()
