"""The resources of an NPC: kept in files, told when they change, wrong where they are wrong."""

from __future__ import annotations

import json

from engine_tests import EngineTest
from godot import (
    ClassDB,
    Error,
    FileAccess,
    GradientTexture2D,
    Rect2,
    ResourceLoader,
    ResourceSaver,
    export,
    signal,
)
from godot._object.registry import registered
from godot._register.registration import members
from npc_video import VideoParams, load_metadata
from npc_video.templates import TEMPLATES, template_text
from npc_video_player import NpcProfile, NpcResponseGraph, NpcVideoPlayer
from npc_video_player.resources.profile import record_of

IGNORE_CACHE = 0
ODD = json.dumps(
    {
        **json.loads(template_text("guard")),
        "theirs": {"text": 'quotes " and\nlines, ü', "large": 2**80, "none": None, "part": 0.1},
    }
)


def ember() -> NpcProfile:
    profile = NpcProfile()
    profile.npc_name, profile.npc_id = "Ember", "ember_1"
    profile.portrait = ResourceLoader.load("res://addons/npc_video_player/icons/npc_profile.svg")
    profile.personality = "playful"
    profile.base_prompt, profile.negative_prompt = "a small dragon,\nforest", "blurry"
    profile.style = "anime"
    profile.loras = {"smile": 0.8, "glow": 1.0, "a": -2.0}
    profile.seed_policy, profile.seed = "fixed", 77
    profile.enabled_tools, profile.zones = ["feather", "song"], ["belly"]
    profile.cooldown = 0.25
    profile.graph = NpcResponseGraph.from_template("guard")
    return profile


def reloaded(resource, path: str):
    assert ResourceSaver.save(resource, path) == 0
    found = ResourceLoader.load(path, "", IGNORE_CACHE)
    assert found is not resource
    return found


def test_a_profile_is_equal_after_it_was_saved(test: EngineTest) -> None:
    profile = ember()
    found = reloaded(profile, "user://ember.tres")
    assert type(found) is NpcProfile
    assert record_of(found) == record_of(profile)
    assert found.metadata() == profile.metadata()
    assert found.graph.to_json() == template_text("guard")


def test_a_new_profile_saves_only_what_was_set(test: EngineTest) -> None:
    profile = NpcProfile()
    profile.npc_name = "Ida"
    reloaded(profile, "user://ida.tres")
    text = FileAccess.get_file_as_string("user://ida.tres")
    assert 'npc_name = "Ida"' in text
    for name in ("npc_id", "loras", "seed", "cooldown", "zones", "graph"):
        assert f"\n{name} = " not in text, name


def test_a_profile_s_metadata_makes_an_evaluator(test: EngineTest) -> None:
    metadata = load_metadata(ember().metadata())
    assert metadata.npc.name == "Ember"
    assert metadata.npc.avatar_url.endswith("npc_profile.svg")
    assert metadata.interaction.zones == ("belly",)
    applied = record_of(ember()).apply_profile(VideoParams(prompt="laughing"))
    assert applied.prompt == "a small dragon,\nforest, laughing"
    assert applied.loras == ("a:-2", "glow", "smile:0.8")
    assert applied.seed == 77


def test_changes_of_a_profile_and_its_graph_are_told(test: EngineTest) -> None:
    profile, heard = ember(), []
    profile.changed.connect(lambda: heard.append(1))
    profile.npc_name = "Ida"
    assert len(heard) == 1
    first, second = profile.graph, NpcResponseGraph.from_template("pet")
    first.json = ""
    assert len(heard) == 2
    profile.graph = second
    assert len(heard) == 3
    first.template = "merchant"
    assert len(heard) == 3, "it is another's graph now"
    second.template = "merchant"
    assert len(heard) == 4
    profile.graph = None
    assert len(heard) == 5


def test_a_profile_tells_what_is_wrong(test: EngineTest) -> None:
    assert ember().problems() == []
    profile = ember()
    profile.npc_name = ""
    profile.enabled_tools = ["song", "song"]
    graph = json.loads(template_text("guard"))
    graph["responseGraph"]["nodes"][5]["data"]["decayRate"] = "slow"
    profile.graph.json = json.dumps(graph)
    problems = profile.problems()
    assert len(problems) == 3, problems
    assert "name" in problems[0]
    assert "'song'" in problems[1]
    assert problems[2].startswith("Graph: node 'suspicion'")
    assert "decayRate" in problems[2]


def test_a_profile_tells_what_is_misspelt_and_outside(test: EngineTest) -> None:
    profile = ember()
    profile.enabled_tools = ["fether", "flute"]
    picture = GradientTexture2D()
    picture.width, picture.height = 100, 50
    profile.portrait, profile.eyes = picture, [Rect2(20, 10, 10, 5), Rect2(95, 10, 10, 5)]
    problems = profile.problems()
    assert len(problems) == 2, problems
    assert "'fether' among the enabled tools" in problems[0]
    assert "'feather'" in problems[0]
    assert problems[1].startswith("eyes: not all")
    player = NpcVideoPlayer()
    player.profile = profile
    warnings = [each for each in player._get_configuration_warnings() if "yes: not all" in each]
    assert len(warnings) == 1
    player.free()


def test_a_profile_takes_no_word_that_it_does_not_know(test: EngineTest) -> None:
    profile = NpcProfile()
    for name in ("remember", "personality", "opening", "seed_policy"):
        before = getattr(profile, name)
        test.expect_error(f"{name}: 'gaem' is unknown; use one of ")
        setattr(profile, name, "gaem")
        assert getattr(profile, name) == before


def test_the_seed_is_shown_where_it_counts(test: EngineTest) -> None:
    profile = NpcProfile()

    def is_shown() -> bool:
        usage = {info["name"]: info["usage"] for info in profile.get_property_list()}
        return bool(usage["seed"] & 4)

    assert not is_shown()
    profile.seed_policy = "fixed"
    assert is_shown()


def test_a_graph_keeps_every_letter(test: EngineTest) -> None:
    graph = NpcResponseGraph()
    assert graph.load_json(ODD) == Error.OK
    assert graph.to_json() == ODD
    found = reloaded(graph, "user://odd.tres")
    assert found.to_json() == ODD
    assert reloaded(graph, "user://odd.res").to_json() == ODD
    assert found.problems() == []


def test_wrong_json_says_what_is_wrong_and_changes_nothing(test: EngineTest) -> None:
    graph = NpcResponseGraph.from_template("guard")
    before = graph.to_json()
    test.expect_error("JSON")
    assert graph.load_json("{nonsense") == Error.ERR_PARSE_ERROR
    two = json.loads(before)
    two["responseGraph"]["nodes"][0]["type"] = "input.telepathy"
    two["responseGraph"]["connections"][0]["to"] = "nowhere"
    for words in ("'tool'", "input.telepathy", "nowhere"):
        test.expect_error(words)
    assert graph.load_json(json.dumps(two)) == Error.ERR_PARSE_ERROR
    assert graph.to_json() == before
    graph.json = "[]"
    assert len(graph.problems()) == 1
    assert graph.document() == {}


def test_templates(test: EngineTest) -> None:
    graph = NpcResponseGraph()
    assert graph.template == "none"
    assert "template" in graph.problems()[0]
    for name in TEMPLATES:
        graph.template = name
        assert graph.template == name
        assert graph.to_json() == template_text(name)
        assert graph.problems() == []
    graph.template = "none"
    assert graph.to_json() == ""


def test_a_template_does_not_take_the_place_of_one_s_own_graph(test: EngineTest) -> None:
    graph = NpcResponseGraph()
    graph.load_json(ODD)
    assert graph.template == "own"
    graph.template = "pet"
    assert graph.to_json() == ODD


def test_editing_the_text_leaves_the_inspector_as_it_is(test: EngineTest) -> None:
    graph, rebuilt = NpcResponseGraph(), []
    graph.property_list_changed.connect(lambda: rebuilt.append(1))
    graph.json = "{"
    graph.json = "{}"
    assert rebuilt == [], "the cursor would leave the text at every letter"


def test_an_unknown_template_is_an_error(test: EngineTest) -> None:
    test.expect_error("template: 'dance' is unknown; use one of")
    assert ClassDB.class_call_static("NpcResponseGraph", "from_template", "dance") is None
    graph = NpcResponseGraph.from_template("guard")
    assert graph is not None
    for value in ("afinity", ""):
        test.expect_error(f"template: {value!r} is unknown; use one of")
        graph.template = value
        test.expect_error(f"template: {value!r} is unknown; use one of")
        graph.set("template", value)
    assert graph.template == "guard"


def test_everything_public_has_documentation(test: EngineTest) -> None:
    ours = [c for c in registered.values() if c.__module__.startswith("npc_video_player")]
    assert {NpcProfile, NpcResponseGraph} <= {*ours}
    bare = [
        f"{cls.__name__}.{label}"
        for cls in ours
        for label, member in [*members(cls), ("", cls)]
        if not (member.doc if isinstance(member, export | signal) else member.__doc__)
    ]
    assert bare == []
