"""Where players get their clips from: backends, caches that outlive the game, broken settings."""

from __future__ import annotations

import logging
import shutil
from pathlib import Path
from typing import Any
from unittest.mock import patch

from engine_tests import EngineTest, Steps, until
from godot import AnimatedSprite2D, Image, ImageTexture
from npc_video.generation.planner import QuietPeriod
from npc_video_player import NpcVideoPlayer
from npc_video_player.resources.backend_resources import NpcProceduralBackend
from npc_video_player.resources.http_backend import NpcHttpBackend
from npc_video_player.sharing import sources
from players import made_player


def heard_player(test: EngineTest, **properties: Any) -> tuple[NpcVideoPlayer, list[str]]:
    """A player, and what it says is wrong."""
    player = made_player(predictive=False, **properties)
    reasons: list[str] = []
    player.generation_failed.connect(reasons.append)
    test.add_child(player)
    return player, reasons


def test_a_backend_makes_the_clips(test: EngineTest) -> Steps:
    player, _ = heard_player(test, backend=NpcProceduralBackend())
    started: list[Any] = []
    player.clip_started.connect(started.append)
    player.request({"expression": "happy"})
    yield from until(lambda: any(info["expression"] == "happy" for info in started), 20.0)
    assert player._settings().backend != ""


def test_a_wrong_backend_is_told_by_signal_and_in_the_inspector(test: EngineTest) -> Steps:
    backend = NpcHttpBackend()
    player, reasons = heard_player(test, backend=backend, npc_name="Ember")
    assert "url" in reasons[0], reasons
    assert not player.request({"expression": "happy"})
    assert any("url" in problem for problem in player._get_configuration_warnings())
    yield


def test_a_dead_server_is_told_and_the_fallback_stays(test: EngineTest) -> Steps:
    backend = NpcHttpBackend()
    backend.url = "http://127.0.0.1:9"
    player, reasons = heard_player(test, backend=backend, npc_name="Ember")
    player.request({"expression": "happy"})
    yield from until(lambda: reasons, 25.0)
    assert player._director.screen.layers.top is not None


def kept_clips(name: str) -> str:
    from godot import OS

    return f"user://{name}_{OS.get_process_id()}"


def path_of(folder: str) -> Path:
    from godot import ProjectSettings

    return Path(ProjectSettings.globalize_path(folder))


def one_session(test: EngineTest, folder: str) -> Steps:
    """A game in which an NPC is happy, from its start to its end; returns what was wrong in it."""
    player, reasons = heard_player(test, cache_folder=folder, npc_name="Keeper")
    started: list[Any] = []
    player.clip_started.connect(started.append)
    player.request({"expression": "happy"})
    yield from until(lambda: any(info["expression"] == "happy" for info in started), 20.0)
    settings = player._settings()
    test.remove_child(player)
    player.free()
    # As at the end of the game.
    sources._sources.pop(settings).manager.close()
    sources._caches.pop(settings.origin)
    return reasons


def test_clips_outlive_the_game_in_a_folder(test: EngineTest) -> Steps:
    folder = kept_clips("clips")
    yield from one_session(test, folder)
    assert list(path_of(folder).glob("clips/*.clip")), "they are on the disk"
    # Another fallback would have brought the clip before, to stand for the one of the start.
    again, reasons = heard_player(
        test, cache_folder=folder, npc_name="Keeper", fallback="placeholder"
    )
    again._bound()
    cache = sources._caches[again._settings().origin]
    told: list[Any] = []
    again.clip_started.connect(told.append)
    yield from until(lambda: cache.stats().disk.entries)
    again.request({"expression": "happy"})
    yield from until(lambda: any(info["expression"] == "happy" for info in told), 20.0)
    assert not reasons
    assert cache.stats().disk.hits
    again.clear_cache()


def shorten(*files: Path) -> None:
    for file in files:
        file.write_bytes(file.read_bytes()[:100])


def make_folders_of(*files: Path) -> None:
    for file in files:
        file.unlink()
        file.mkdir()


def make_file_of(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.write_text("no folder", "utf-8")


DAMAGES = {
    "short clips": (lambda folder: shorten(*folder.glob("clips/*.clip")), False),
    "short index": (lambda folder: shorten(folder / "index.sqlite3"), False),
    "folders for clips": (lambda folder: make_folders_of(*folder.glob("clips/*.clip")), False),
    "folder for index": (lambda folder: make_folders_of(folder / "index.sqlite3"), True),
    "file for folder": (make_file_of, True),
}


def test_a_damaged_folder_costs_no_reaction_and_is_told(test: EngineTest) -> Steps:
    log: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: log.append(record.getMessage())
    logger = logging.getLogger("npc_video.cache.shelving")
    logger.addHandler(handler)
    try:
        for name, (damage, is_told) in DAMAGES.items():
            folder = kept_clips(name.replace(" ", "_"))
            yield from one_session(test, folder)
            assert not log, (name, log)
            damage(path_of(folder))
            reasons = yield from one_session(test, folder)
            assert not reasons, (name, reasons)
            assert bool(log) == is_told, (name, log)
            assert all(str(path_of(folder)) in line for line in log), log
            log.clear()
    finally:
        logger.removeHandler(handler)


def test_players_with_equal_settings_share_a_source(test: EngineTest) -> None:
    first, _ = heard_player(test, npc_name="Ember")
    second, _ = heard_player(test, npc_name="Moss")
    other, _ = heard_player(test, npc_name="Ember", cache_size=7)
    assert first._bound().manager is second._bound().manager
    assert other._bound().manager is not first._bound().manager


def test_settings_that_are_changed_again_and_again_leave_nothing_behind(test: EngineTest) -> Steps:
    player, reasons = heard_player(test, npc_name="Ember", simulate_latency=True)
    managers = []
    for size in range(100, 130):
        player.cache_size = size
        managers.append(player._bound().manager)
        yield
    alive = [each for each in managers if any(each is known for known in sources.managers())]
    # The one that is used, the one that was left for it, and those kept before that.
    assert alive == managers[-sources._KEPT_DESERTED - 2 :]
    yield from until(
        lambda: sum(each._worker._thread.is_alive() for each in managers) == len(alive), 20.0
    )
    player.cache_size = 128
    assert player._bound().manager is managers[-2], "what was left last is still there"
    assert not reasons


def test_a_change_and_a_touch_that_is_refused_in_one_frame_lose_no_clip(test: EngineTest) -> Steps:
    player, reasons = heard_player(test, npc_name="Ember", preset="realtime", progressive=False)
    started: list[Any] = []
    player.clip_started.connect(started.append)
    yield from until(lambda: started, 20.0)
    assert player.react({"tool": "feather", "zone": "cheek"})
    wanted = player._director.wanted
    player.cache_size = 51
    assert not player.react({"tool": "feather", "zone": "cheek"}), "it rests"
    yield from until(lambda: started[-1]["emotion"] == wanted.emotion, 20.0)
    assert not reasons


def test_a_reaction_binds_only_what_has_changed(test: EngineTest) -> None:
    backend = NpcProceduralBackend()
    player, _ = heard_player(test, npc_name="Bound once", backend=backend)
    player.request({"expression": "happy"})
    with patch.object(player, "_settings", wraps=player._settings) as settings:
        for expression in ("happy", "curious", "sleepy"):
            assert player.request({"expression": expression})
        assert player.react({"tool": "hand", "zone": "head"})
        assert not settings.called
        backend.simulate_latency = True
        player.request({"expression": "happy"})
        assert settings.call_count == 1
    image = Image.create_empty(64, 64, False, Image.FORMAT_RGB8)
    player.portrait = ImageTexture.create_from_image(image)
    manager = player._bound().manager
    target = AnimatedSprite2D()
    target.name = "Target"
    player.procedural_target = "Target"
    player.request({"expression": "happy"})
    player.add_child(target)
    player.request({"expression": "happy"})
    assert player._bound().manager is not manager, "a face of the game's own can be shown now"


def test_a_game_announces_pauses_and_cutscenes(test: EngineTest) -> None:
    player, reasons = heard_player(test, npc_name="Ember")
    planner = player._bound().manager._core.planner
    player.cutscene(True)
    player.request({"expression": "happy"})
    assert planner.quiet_period is QuietPeriod.UNTIL_TOLD
    player.cutscene(False)
    assert planner.quiet_period is QuietPeriod.NONE
    player.idle()
    assert planner.quiet_period is QuietPeriod.UNTIL_NEXT
    player.request({"expression": "curious"})
    assert planner.quiet_period is QuietPeriod.NONE
    assert not reasons
    outside = made_player()
    outside.generation_failed.connect(reasons.append)
    test.expect_error("outside of a scene: add it to one first")
    outside.idle()
    assert not reasons
    outside.free()
