"""The playtest's baked clips are those that its NPC is asked for today."""

from pathlib import Path

from npc_video import NpcResponseEvaluator, Profile
from npc_video.cache.baked import BakedFolder
from npc_video.prediction.forecast import Walk

DEMO = Path(__file__).parents[3] / "demo_project"


def test_they_are_what_ember_is_asked_for_most_often() -> None:
    ember = Profile(id="ember", name="Ember", portrait="res://ember.png")
    walk = Walk(
        NpcResponseEvaluator(ember.metadata(), apply_profile=ember.apply_profile), with_opening=True
    )
    forecast = walk.finish()
    clips = [params for params, _ in forecast.weighted[: forecast.count_for()]]
    baked = BakedFolder(DEMO / "baked")
    missing = [params.expression for params in clips if params.cache_key() not in baked]
    assert missing == [], "npc-video bake demo_project --profile Ember"
    assert len(baked) == len(clips)
