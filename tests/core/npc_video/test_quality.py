import pytest
from npc_video.quality import AdaptiveQuality, LoadFactor, presets_up_to, typical_seconds
from npc_video.records import QUALITY_PRESETS, QualityPreset

REALTIME, FAST, BALANCED, QUALITY = QUALITY_PRESETS.values()


def ran(chooser, load, times, preset=REALTIME, start=0.0, every=3.0):
    for count in range(times):
        chooser.record(preset, load * typical_seconds(preset), start + count * every)
    return chooser


class TestLoadFactor:
    def test_is_one_before_anything_is_known(self):
        assert LoadFactor().value == 1.0

    def test_is_learned_from_any_preset(self):
        for preset in QUALITY_PRESETS.values():
            load = LoadFactor()
            load.record(preset, 2.0 * typical_seconds(preset))
            assert load.value == pytest.approx(2.0)

    def test_is_what_nine_jobs_in_ten_stay_below(self):
        load = LoadFactor()
        for factor in (1.0,) * 10 + (3.0, 3.0):
            load.record(FAST, factor * typical_seconds(FAST))
        assert load.value == pytest.approx(3.0)
        assert load.median == pytest.approx(1.0)

    def test_forgets_all_but_twelve(self):
        load = LoadFactor()
        for factor in (9.0,) + (1.0,) * 12:
            load.record(FAST, factor * typical_seconds(FAST))
        assert load.value == pytest.approx(1.0)


class TestAdaptiveQuality:
    def test_begins_with_the_best_that_should_be_in_time(self):
        for deadline, expected in ((1.0, REALTIME), (4.5, FAST), (8.0, BALANCED), (60.0, QUALITY)):
            assert AdaptiveQuality(deadline=deadline).choose().preset is expected

    def test_goes_down_at_once(self):
        chooser = AdaptiveQuality(deadline=8.0)
        chooser.record(BALANCED, 3.0 * typical_seconds(BALANCED), 0.0)
        assert chooser.choose().preset is REALTIME

    def test_goes_up_slowly_and_one_step_at_a_time(self):
        chooser = AdaptiveQuality(deadline=8.0)
        chooser.record(REALTIME, 3.0 * typical_seconds(REALTIME), 0.0)
        seen = [chooser.choose().preset]
        for second in range(1, 40):
            chooser.record(REALTIME, 0.7 * typical_seconds(REALTIME), float(second))
            if chooser.choose().preset is not seen[-1]:
                seen.append(chooser.choose().preset)
                changed_at = second
        assert seen == [REALTIME, FAST, BALANCED]
        assert changed_at >= 16

    def test_says_why(self):
        chooser = ran(AdaptiveQuality(deadline=8.0), load=3.0, times=1)
        assert "realtime instead of balanced" in chooser.choose().reason
        assert "8.0 s" in chooser.choose().reason

    def test_keeps_what_it_knows_of_the_host_when_settings_change(self):
        chooser = ran(AdaptiveQuality(deadline=60.0), load=2.0, times=12)
        chooser.configure([REALTIME, FAST, BALANCED], 9.0)
        assert chooser.load.value == pytest.approx(2.0)
        assert chooser.choose().preset is FAST  # 7.7 s, where it usually takes 3.9 s

    def test_takes_presets_of_your_own(self):
        tiny = QualityPreset("tiny", 64, 64, 4, 2, 1.0, 0.5, 1.0)
        assert AdaptiveQuality([tiny, FAST], deadline=1.0).choose().preset is tiny


def test_presets_up_to_the_wanted_one():
    names = [preset.name for preset in presets_up_to(QUALITY_PRESETS["balanced"])]
    assert names == ["realtime", "fast", "balanced"]
    tiny = QualityPreset("tiny", 64, 64, 4, 2, 1.0, 0.5, 1.0)
    assert presets_up_to(tiny) == (tiny,)
