"""The table of words in `docs/words.md` is that of the code."""

from __future__ import annotations

import re
from pathlib import Path

from engine_tests import EngineTest
from npc_video import QUALITY_PRESETS, Fallback, GeneratedClip, VideoParams
from npc_video.cache import POLICIES
from npc_video.face.words import ANIMATION_WORDS, EXPRESSION_WORDS
from npc_video.npc.profile import OPENINGS, REMEMBERED
from npc_video_player.canvas.layers import CURVES
from npc_video_player.canvas.stretch import STRETCH_MODES
from npc_video_player.clips.reel import INTERPOLATIONS
from npc_video_player.player.director import described

DOC = Path(__file__).parents[4] / "docs" / "words.md"


def test_the_table_of_words_is_that_of_the_code(test: EngineTest) -> None:
    clip = GeneratedClip(
        data=b"", media_type="video/webm", width=2, height=2, fps=8, duration=1.0,
        preset="fast", params=VideoParams(), generation_seconds=0.0,
    )  # fmt: skip
    wanted = {
        "`preset`": QUALITY_PRESETS,
        "`fallback`": [kind.value for kind in Fallback],
        "`stretch_mode`": STRETCH_MODES,
        "`interpolation`": INTERPOLATIONS,
        "`crossfade_curve`": CURVES,
        "`cache_policy`": POLICIES,
        "`opening` of a profile": OPENINGS,
        "`remember` of a profile": REMEMBERED,
        "keys of `clip_started`": described(clip),
        "expressions": dict.fromkeys(EXPRESSION_WORDS.values()),
        "animations": dict.fromkeys(ANIMATION_WORDS.values()),
    }
    rows = re.findall(r"^\| (.+?) \| (`.*`) \|$", DOC.read_text("utf-8"), re.MULTILINE)
    told = {what: re.findall(r"`(\w+)`", words) for what, words in rows}
    assert told == {what: list(words) for what, words in wanted.items()}
