import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from npc_video import NpcResponseEvaluator, ToolInteraction, VideoParams
from npc_video.graph import load_metadata
from npc_video.npc.profile import MAX_SEED, SEED_POLICIES, Profile
from npc_video.templates import read_template

EMBER = Profile(
    name="Ember",
    id="ember_1",
    portrait="res://ember.png",
    base_prompt="a small dragon",
    negative_prompt="blurry",
    style="anime",
    loras={"smile": 0.8, "glow": 1.0},
    personality="playful",
    tools=("feather", "song"),
    zones=("belly",),
    cooldown=0.25,
)


def test_metadata_is_in_the_format_of_the_file() -> None:
    metadata = load_metadata(json.dumps(EMBER.metadata()))
    assert metadata.npc.id == "ember_1"
    assert metadata.npc.name == "Ember"
    assert metadata.npc.avatar_url == "res://ember.png"
    assert metadata.npc.personality == "playful"
    assert metadata.video_gen.base_prompt == "a small dragon"
    assert metadata.video_gen.style.art_style == "anime"
    assert metadata.video_gen.style.loras == ("glow", "smile:0.8")
    assert metadata.interaction.enabled_tools == ("feather", "song")
    assert metadata.interaction.zones == ("belly",)
    assert metadata.interaction.response_cooldown == 250.0


def test_what_the_profile_leaves_empty_is_as_the_file_has_it() -> None:
    document = {
        **read_template("guard"),
        "videoGen": {"basePrompt": "a guard", "style": {"quality": "high", "artStyle": "ink"}},
        "interaction": {"enabledTools": ["pass"], "maxSessionDuration": 9},
        "theirs": {"kept": [1]},
    }
    before = json.dumps(document)
    made = Profile(name="Bert", base_prompt="an old guard", document=document).metadata()
    assert made["theirs"] == {"kept": [1]}
    assert made["responseGraph"] == document["responseGraph"]
    assert made["npc"] == {**document["npc"], "id": "Bert", "name": "Bert"}
    assert made["videoGen"] == {
        "basePrompt": "an old guard",
        "style": {"quality": "high", "artStyle": "ink"},
    }
    assert made["interaction"]["enabledTools"] == ["pass"]
    assert made["interaction"]["maxSessionDuration"] == 9
    assert json.dumps(document) == before


def test_a_profile_adds_what_all_clips_have_in_common() -> None:
    applied = EMBER.apply_profile(
        VideoParams(prompt="laughing", negative_prompt="rain", loras=("wing",))
    )
    assert applied.prompt == "a small dragon, laughing"
    assert applied.negative_prompt == "blurry, rain"
    assert applied.style == "anime"
    assert applied.loras == ("glow", "smile:0.8", "wing")
    assert (applied.npc_id, applied.npc_name) == ("ember_1", "Ember")
    assert applied.npc_base_image == "res://ember.png"


def test_what_the_parameters_say_goes_first() -> None:
    said = VideoParams(style="ink", loras=("smile:0.3",), seed=7, npc_base_image="res://other.png")
    applied = EMBER.apply_profile(said)
    assert applied.style == "ink"
    assert applied.loras == ("glow", "smile:0.3")
    assert applied.seed == 7
    assert applied.npc_base_image == "res://other.png"


def test_an_answer_of_the_evaluator_gets_nothing_twice() -> None:
    params = NpcResponseEvaluator(EMBER.metadata()).evaluate(ToolInteraction("song", "song"))
    assert params is not None
    applied = EMBER.apply_profile(params)
    assert applied.prompt == params.prompt
    assert applied.prompt.count("a small dragon") == 1
    assert applied.loras == params.loras == ("glow", "smile:0.8")
    assert applied.negative_prompt == "blurry"


def test_seeds() -> None:
    happy, sad = VideoParams(expression="happy"), VideoParams(expression="sad")

    def seeds(policy: str, name: str = "Ember") -> tuple[int, int]:
        profile = Profile(name=name, seed=5, seed_policy=policy)
        return profile.apply_profile(happy).seed, profile.apply_profile(sad).seed

    assert seeds("fixed") == (5, 5)
    assert seeds("npc")[0] == seeds("npc")[1] != seeds("npc", "Ida")[0]
    assert seeds("reaction")[0] != seeds("reaction")[1]
    assert seeds("reaction") == seeds("reaction")


def test_what_shares_a_clip_shares_the_seed() -> None:
    profile = Profile(name="Ember", seed_policy="reaction")
    first = profile.apply_profile(VideoParams(intensity=0.61))
    second = profile.apply_profile(VideoParams(intensity=0.58))
    assert first.cache_key() == second.cache_key()


TEXTS = st.text(max_size=8)
PROFILES = st.builds(
    Profile,
    name=TEXTS,
    id=TEXTS,
    portrait=TEXTS,
    base_prompt=TEXTS,
    negative_prompt=TEXTS,
    style=TEXTS,
    loras=st.dictionaries(TEXTS, st.floats(-10, 10), max_size=3),
    seed_policy=st.sampled_from(SEED_POLICIES),
    seed=st.integers(0, MAX_SEED),
)
PARAMS = st.builds(
    VideoParams, prompt=TEXTS, negative_prompt=TEXTS, style=TEXTS, expression=TEXTS, npc_id=TEXTS
)


@given(PROFILES, PARAMS)
def test_a_profile_is_applied_once(profile: Profile, params: VideoParams) -> None:
    once = profile.apply_profile(params)
    assert profile.apply_profile(once) == once
    assert 0 <= once.seed <= MAX_SEED


def test_nothing_is_wrong_with_a_good_profile() -> None:
    assert EMBER.problems() == []
    assert Profile(name="Bert", document=read_template("guard")).problems() == []


@pytest.mark.parametrize(
    ("profile", "words"),
    [
        (Profile(), ["no name"]),
        (Profile(name="E", tools=("hand", "song", "hand")), ["'hand'", "2 times", "tools"]),
        (Profile(name="E", zones=("", "belly")), ["zones", "no name"]),
        (Profile(name="E", loras={"": 1.0}), ["LoRA", "no name"]),
        (Profile(name="E", loras={"smile": 11.0}), ["'smile'", "11", "-10 to 10"]),
        (Profile(name="E", loras={"smile": math.nan}), ["'smile'", "-10 to 10"]),
        (Profile(name="E", seed=-1), ["seed", "-1"]),
        (Profile(name="E", cooldown=-0.5), ["cooldown", "-0.5"]),
        (Profile(name="E", cooldown=math.inf), ["cooldown"]),
        (Profile(name="E", tools=("fether", "hand")), ["'fether'", "'feather'", "tools"]),
        (
            Profile(name="B", zones=("belt", "chst"), document=read_template("guard")),
            ["'chst'", "'chest'", "zones"],
        ),
    ],
)
def test_each_problem_says_what_is_wrong(profile: Profile, words: list[str]) -> None:
    (problem,) = profile.problems()
    for word in words:
        assert word in problem
    assert problem.endswith(".")


def test_a_graph_with_errors_is_named_by_node_and_field() -> None:
    document = read_template("guard")
    document["responseGraph"]["nodes"][5]["data"]["decayRate"] = "slow"
    (problem,) = Profile(name="Bert", document=document).problems()
    assert "'suspicion'" in problem
    assert "decayRate" in problem


def test_a_file_with_broken_sections_is_told_and_not_raised() -> None:
    profile = Profile(name="E", document={"npc": 5, "videoGen": [], "responseGraph": "x"})
    assert any("responseGraph" in problem for problem in profile.problems())


@pytest.mark.parametrize(("own", "name"), [("", ""), ("", "Ember"), ("e", "Ember"), ("e", "")])
@pytest.mark.parametrize("npc", [{}, {"id": "of the file"}, {"id": None}])
def test_its_id_is_that_of_its_clips(own: str, name: str, npc: dict) -> None:
    profile = Profile(name, own, document={"npc": npc})
    evaluator = NpcResponseEvaluator(profile.metadata(), apply_profile=profile.apply_profile)
    assert evaluator.metadata.npc.id == profile.own_id
    assert evaluator.asked_for(VideoParams()).npc_id == profile.own_id
