"""What one player counts."""

from __future__ import annotations

from engine_tests import EngineTest
from npc_video_player.tally import Tally


def test_a_game_that_runs_for_days_keeps_no_more_than_the_last_times(test: EngineTest) -> None:
    tally = Tally()
    for _ in range(1200):
        tally.touched()
        tally.asked()
        tally.reacted("clip")
        tally.began()
    told = tally.told()
    assert told["reactions"] == 1200
    assert len(told["first_reaction_frames"]) == len(told["clip_seconds"]) == 1000
