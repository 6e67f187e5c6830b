"""Where players get their clips from: backends, caches that outlive the game, broken settings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from engine_tests import EngineTest, Steps, until
from npc_video_player import NpcVideoPlayer, sources
from npc_video_player.backend_resources import NpcProceduralBackend
from npc_video_player.remote_backends import NpcHttpBackend
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
    assert player._screen.layers.top is not None


def test_clips_outlive_the_game_in_a_folder(test: EngineTest) -> Steps:
    from godot import OS, ProjectSettings

    folder = f"user://clips_{OS.get_process_id()}"
    properties = {"cache_folder": folder, "npc_name": "Keeper"}
    player, reasons = heard_player(test, **properties)
    started: list[Any] = []
    player.clip_started.connect(started.append)
    player.request({"expression": "happy"})
    yield from until(lambda: any(info["expression"] == "happy" for info in started), 20.0)
    settings = player._settings()
    test.remove_child(player)
    player.free()
    # As at the end of the game.
    sources._sources.pop(settings).manager.close()
    path = Path(ProjectSettings.globalize_path(folder))
    assert list(path.glob("clips/*.clip")), "they are on the disk"
    again, reasons = heard_player(test, **properties)
    yield from until(lambda: again._screen.layers.top is not None)
    manager = again._joined().manager
    yield from until(lambda: manager.stats() is not None)
    told: list[Any] = []
    again.clip_started.connect(told.append)
    again.request({"expression": "happy"})
    yield from until(lambda: any(info["expression"] == "happy" for info in told), 20.0)
    assert not reasons
    again.clear_cache()


def test_players_with_equal_settings_share_a_source(test: EngineTest) -> None:
    first, _ = heard_player(test, npc_name="Ember")
    second, _ = heard_player(test, npc_name="Moss")
    other, _ = heard_player(test, npc_name="Ember", cache_size=7)
    assert first._joined().manager is second._joined().manager
    assert other._joined().manager is not first._joined().manager
