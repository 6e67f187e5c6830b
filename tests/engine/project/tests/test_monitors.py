"""What is counted, in the debugger's monitors and for games that ask."""

from __future__ import annotations

from typing import Any

from engine_tests import EngineTest, Steps, until
from godot import Performance
from npc_video.timeline import SHOWN
from npc_video_player import NpcVideoPlayer
from npc_video_player.stats import monitors
from npc_video_player.stats.monitors import MONITORS
from players import made_player


def counted_player(test: EngineTest, name: str = "") -> tuple[NpcVideoPlayer, list[Any]]:
    player = made_player(predictive=False, progressive=False, npc_name=name)
    started: list[Any] = []
    player.clip_started.connect(started.append)
    test.add_child(player)
    return player, started


def shown_clip(player: NpcVideoPlayer, started: list[Any], expression: str) -> Steps:
    started.clear()
    player.request({"expression": expression})
    yield from until(lambda: any(info["expression"] == expression for info in started), 20.0)


def monitor(name: str) -> Any:
    return Performance.get_custom_monitor(f"NPC Video/{name}")


def test_the_debugger_has_all_monitors(test: EngineTest) -> Steps:
    player, started = counted_player(test)
    second, _ = counted_player(test)
    names = {str(name) for name in Performance.get_custom_monitor_names()}
    assert names == {f"NPC Video/{name}" for name in MONITORS}
    yield from shown_clip(player, started, "happy")
    yield from shown_clip(player, started, "happy")
    for name in MONITORS:
        assert isinstance(monitor(name), float), name
        assert monitor(name) >= 0.0, name
    yield from until(lambda: 0.0 < monitor("Hit rate, memory (%)") <= 100.0)
    yield from until(lambda: monitor("Generating (s)") > 0.0)
    yield from until(lambda: 0.0 < monitor("Frame uploading (ms)") < 1000.0)
    yield from until(lambda: 0.0 < monitor("Frame decoding (ms)") < 1000.0)
    assert monitor("Running jobs") == int(monitor("Running jobs"))
    second.free()
    assert Performance.has_custom_monitor("NPC Video/Queue length")


def test_games_get_the_numbers_of_all_players(test: EngineTest) -> Steps:
    player, started = counted_player(test, "of whom there are no clips yet")
    before = player.get_stats()
    yield from shown_clip(player, started, "sad")
    yield from shown_clip(player, started, "sad")
    stats = player.get_stats()
    memory = stats["cache"]["memory"]
    assert memory["hits"] > before["cache"]["memory"]["hits"]
    assert memory["entries"] > 0
    assert memory["bytes"] > 0
    assert 0.0 < memory["hit_rate"] <= 1.0
    assert 0.0 < stats["hit_rate"] <= 1.0
    assert stats["queue"]["generated"] > before["queue"]["generated"]
    assert stats["queue"]["busy_seconds"] > before["queue"]["busy_seconds"]
    assert set(stats["speculation"]) == {"made", "used", "seconds", "wasted_seconds"}
    assert stats["playing"]["upload_ms"] > 0.0
    assert stats["playing"]["decode_ms"] > 0.0
    assert stats["playing"]["dropped"] >= 0


def test_the_timeline_tells_what_was_on_screen(test: EngineTest) -> Steps:
    player, started = counted_player(test)
    player.fallback = "procedural"
    player.simulate_latency = True
    player.react({"tool": "feather", "zone": "cheek"})
    spans = player.get_stats()["timeline"]
    assert {"touch", "making"} <= {span["lane"] for span in spans}
    yield from until(lambda: any(s["what"] == "procedural" for s in _screen(player)))
    player.cancel()
    player.simulate_latency = False
    yield from shown_clip(player, started, "curious")
    now = _screen(player)[-1]
    assert now["what"] == "exact"
    assert now["ended"] == 0.0
    assert all(span["what"] in SHOWN for span in _screen(player))
    making = [s for s in player.get_stats()["timeline"] if s["lane"] == "making"]
    assert all(span["ended"] > 0.0 for span in making)


def _screen(player: NpcVideoPlayer) -> list[dict[str, Any]]:
    return [span for span in player.get_stats()["timeline"] if span["lane"] == "screen"]


def test_monitors_go_with_the_game(test: EngineTest) -> None:
    counted_player(test)
    monitors.remove()
    assert not any("NPC Video" in str(name) for name in Performance.get_custom_monitor_names())
    monitors.add()
    monitors.add()
    assert Performance.has_custom_monitor("NPC Video/Dropped frames")
