"""What one player counts."""

from __future__ import annotations

from typing import get_args

from engine_tests import EngineTest
from npc_video import Fallback
from npc_video.timeline import SHOWN
from npc_video_player.screen.playback_events import ClipRole
from npc_video_player.stats.player_stats import PlayerStats


def test_a_game_that_runs_for_days_keeps_no_more_than_the_last_times(test: EngineTest) -> None:
    stats = PlayerStats()
    for _ in range(1200):
        stats.touched()
        stats.asked()
        stats.reacted("clip")
        stats.began()
    told = stats.to_dict()
    assert told["reactions"] == 1200
    assert len(told["first_reaction_frames"]) == len(told["clip_seconds"]) == 1000


def test_timelines_have_a_word_for_all_that_can_be_on_screen(test: EngineTest) -> None:
    for reacted in (*get_args(ClipRole), *(kind.value for kind in Fallback)):
        stats = PlayerStats()
        stats.reacted("clip")
        stats.reacted(reacted)
        assert {span["what"] for span in stats.to_dict()["timeline"]} <= set(SHOWN), reacted


def test_a_clip_that_is_played_in_another_way_goes_on(test: EngineTest) -> None:
    stats = PlayerStats()
    stats.reacted("similar")
    stats.reacted("again")
    assert [span["what"] for span in stats.to_dict()["timeline"]] == ["similar"]
