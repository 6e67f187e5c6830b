"""The playtest goes on making clips when it is exported: there an empty backend makes none."""

import re
from pathlib import Path

DEMO = Path(__file__).parents[3] / "demo_project"
PLAYER = re.compile(
    r'^\[node name="\w+" type="NpcVideoPlayer".*?(?=^\[|\Z)', re.MULTILINE | re.DOTALL
)


def test_every_player_names_its_backend():
    texts = [path.read_text(encoding="utf-8") for path in DEMO.glob("*.tscn")]
    players = [player for text in texts for player in PLAYER.findall(text)]
    assert len(players) == 4
    assert all('backend = SubResource("drawn")' in player for player in players)
    drawn = '[sub_resource type="NpcProceduralBackend" id="drawn"]'
    assert sum(drawn in text for text in texts) == 4
