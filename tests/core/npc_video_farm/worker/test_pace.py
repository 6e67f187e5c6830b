from npc_video_farm.worker.pace import Pace


def test_it_is_as_the_presets_say_until_a_run_was_seen():
    pace = Pace()
    assert pace.expect(4.0) == 4.0
    assert pace.load_seconds == 10.0


def test_it_learns_from_runs():
    pace = Pace()
    for seconds in (2.0, 8.0, 2.0):
        pace.record(4.0, seconds, has_loaded=False)
    assert pace.expect(10.0) == 5.0


def test_loading_is_what_a_run_takes_beyond_the_usual():
    pace = Pace()
    pace.record(4.0, 14.0, has_loaded=True)
    assert pace.load_seconds == 10.0  # how long runs take is not known yet
    pace.record(4.0, 2.0, has_loaded=False)
    pace.record(4.0, 9.0, has_loaded=True)
    assert pace.load_seconds == 7.0
    assert pace.expect(4.0) == 2.0
