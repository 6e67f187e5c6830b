import re
from pathlib import Path

from npc_video.records import QUALITY_PRESETS

DOC = (Path(__file__).parents[3] / "docs" / "generators.md").read_text("utf-8")


def test_the_table_of_presets_is_that_of_the_code():
    rows = re.findall(r"^\| `(\w+)` \| (\d+ × .*) \|$", DOC, re.MULTILINE)
    assert rows == [
        (
            name,
            f"{each.width} × {each.height} | {each.fps} | {each.steps} | {each.cfg:g}"
            f" | {each.min_seconds:g} to {each.max_seconds:g} s",
        )
        for name, each in QUALITY_PRESETS.items()
    ]
