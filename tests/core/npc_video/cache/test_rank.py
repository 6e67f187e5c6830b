import dataclasses

from npc_video.cache.rank import pixel_rate
from npc_video.records import QUALITY_PRESETS

from .clips import make_clip


def test_clips_rank_as_their_presets_are_listed() -> None:
    rates = [pixel_rate(make_clip(preset=name)) for name in QUALITY_PRESETS]
    assert rates == sorted(set(rates))


def test_the_size_that_a_generator_rounded_to_does_not_change_the_rank() -> None:
    clip = make_clip(preset="balanced")
    assert pixel_rate(dataclasses.replace(clip, width=504)) == pixel_rate(clip)


def test_a_custom_preset_ranks_by_what_its_clip_shows() -> None:
    custom = dataclasses.replace(make_clip(), preset="cinema", width=1024, height=1024, fps=30.0)
    assert pixel_rate(custom) > pixel_rate(make_clip(preset="quality"))
    small = dataclasses.replace(custom, width=256, height=256, fps=12.0)
    low, high = pixel_rate(make_clip(preset="realtime")), pixel_rate(make_clip(preset="fast"))
    assert low < pixel_rate(small) < high
