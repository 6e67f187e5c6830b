"""The options of a player, which are enums in GDScript, and words elsewhere."""

from __future__ import annotations

import pytest
from engine_tests import EngineTest
from godot import ClassDB, ConversionError
from npc_video import QUALITY_PRESETS, Fallback
from npc_video.cache import POLICIES
from npc_video_player import NpcVideoPlayer
from players import made_player

OPTIONS = {
    "preset": NpcVideoPlayer.QualityPreset,
    "cache_policy": NpcVideoPlayer.CachePolicy,
    "fallback": NpcVideoPlayer.Fallback,
    "crossfade_curve": NpcVideoPlayer.CrossfadeCurve,
    "crossfade_at": NpcVideoPlayer.CrossfadeAt,
    "stretch_mode": NpcVideoPlayer.StretchMode,
    "interpolation": NpcVideoPlayer.Interpolation,
}


def test_every_word_of_the_brain_is_an_option(test: EngineTest) -> None:
    for enum, words in (
        (NpcVideoPlayer.QualityPreset, QUALITY_PRESETS),
        (NpcVideoPlayer.CachePolicy, POLICIES),
        (NpcVideoPlayer.Fallback, [kind.value for kind in Fallback]),
    ):
        assert {option.word for option in enum} == set(words), enum


def test_stretch_modes_are_those_of_a_texture_rect(test: EngineTest) -> None:
    modes = ClassDB.class_get_enum_constants("TextureRect", "StretchMode")
    theirs = {str(name): ClassDB.class_get_integer_constant("TextureRect", name) for name in modes}
    assert theirs == {mode.name: int(mode) for mode in NpcVideoPlayer.StretchMode}


def test_an_option_is_set_by_member_number_or_word(test: EngineTest) -> None:
    player = made_player()
    for name, enum in OPTIONS.items():
        for option in enum:
            for value in (option, int(option), option.word):
                setattr(player, name, value)
                assert getattr(player, name) is option
            player.set(name, option.word)
            assert player.get(name) == option
    player.free()


def test_an_unknown_option_is_refused_with_those_there_are(test: EngineTest) -> None:
    player = made_player()
    for value in ("ultra", 4, -1, None):
        with pytest.raises(ConversionError, match=r"QUALITY_REALTIME, QUALITY_FAST, .*, not"):
            player.preset = value
    for value in ("ultra", 7):
        test.expect_error(f"QUALITY_BALANCED, QUALITY_QUALITY, not {value!r}")
        player.set("preset", value)
    assert player.preset is NpcVideoPlayer.QualityPreset.QUALITY_REALTIME
    player.free()


def test_the_inspector_shows_short_names(test: EngineTest) -> None:
    player = made_player()
    hints = {info["name"]: info["hint_string"] for info in player.get_property_list()}
    assert hints["interpolation"] == "None:0,Blend:1,Motion:2"
    assert hints["stretch_mode"].endswith(",Keep Aspect Covered:6")
    assert hints["crossfade_at"] == "Immediately:0,Loop:1"
    player.free()
