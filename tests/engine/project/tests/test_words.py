"""The table of words in `docs/words.md` is that of the code."""

from __future__ import annotations

import re
from pathlib import Path

from engine_tests import EngineTest
from npc_video import GeneratedClip, VideoParams
from npc_video.face.words import ANIMATION_WORDS, EXPRESSION_WORDS
from npc_video.npc.profile import OPENINGS, REMEMBERED
from npc_video_player.player.director import described
from npc_video_player.player.player import NpcVideoPlayer
from npc_video_player.player.player_properties import PlayerProperties
from npc_video_player.properties.setting import Setting

DOC = Path(__file__).parents[4] / "docs" / "words.md"


CLIP = GeneratedClip(
    data=b"", media_type="video/webm", width=2, height=2, fps=8, duration=1.0,
    preset="fast", params=VideoParams(), generation_seconds=0.0,
)  # fmt: skip


def test_the_help_names_the_keys_of_what_signals_tell(test: EngineTest) -> None:
    def keys(name: str) -> list[str]:
        (told,) = re.findall(r"`{(.*?)}`", vars(NpcVideoPlayer)[name].doc)
        return told.split(", ")

    assert keys("reaction_started") == list(CLIP.params.to_dict())
    assert keys("reaction_started") + keys("clip_started") == list(described(CLIP))


def test_the_table_of_words_is_that_of_the_code(test: EngineTest) -> None:
    wanted = {
        "`opening` of a profile": OPENINGS,
        "`remember` of a profile": REMEMBERED,
        "keys of `clip_started`": described(CLIP),
        "expressions": dict.fromkeys(EXPRESSION_WORDS.values()),
        "animations": dict.fromkeys(ANIMATION_WORDS.values()),
    }
    rows = re.findall(r"^\| ([^|]+?) \| (`[^|]*`) \|$", DOC.read_text("utf-8"), re.MULTILINE)
    told = {what: re.findall(r"`(\w+)`", words) for what, words in rows}
    assert told == {what: list(words) for what, words in wanted.items()}


def test_the_table_of_options_is_that_of_the_player(test: EngineTest) -> None:
    def is_option(field: object) -> bool:
        return isinstance(field, Setting) and hasattr(field.type, "__members__")

    rows = re.findall(r"^\|(.*)\| `(\w+)` \| `(\w+)` \|$", DOC.read_text("utf-8"), re.MULTILINE)
    told: dict[str, list[tuple[str, str]]] = {}
    for name, constant, word in rows:
        option = name.strip(" `") or next(reversed(told))
        told.setdefault(option, []).append((constant, word))
    enums = {name: field.type for name, field in vars(PlayerProperties).items() if is_option(field)}
    assert told == {name: [(one.name, one.word) for one in enum] for name, enum in enums.items()}
