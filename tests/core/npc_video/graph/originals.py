"""Graph files as the original tools write them."""

import json
from pathlib import Path

from tests.core.npc_video.graph.graphs import Data

FOLDER = Path(__file__).parents[3] / "data" / "graphs"
ORIGINALS = tuple(sorted(path.name.partition(".")[0] for path in FOLDER.glob("*.npcgraph.json")))


def original_text(name: str) -> str:
    return (FOLDER / f"{name}.npcgraph.json").read_text("utf-8")


def original(name: str) -> Data:
    found: Data = json.loads(original_text(name))
    return found
