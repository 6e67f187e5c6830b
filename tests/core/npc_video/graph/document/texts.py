"""Texts of graphs in many formats, for tests of the document."""

import json
from typing import Any

from hypothesis import strategies as st
from npc_video.templates import TEMPLATES, template_text

from tests.core.npc_video.graph.originals import ORIGINALS, original_text

LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
)
PLAIN = st.recursive(
    LEAVES,
    lambda each: (
        st.lists(each, max_size=4) | st.dictionaries(st.text(max_size=6), each, max_size=4)
    ),
    max_leaves=16,
)
FILES = [*map(template_text, TEMPLATES), *map(original_text, ORIGINALS)]


@st.composite
def formatted(draw: st.DrawFn, data: st.SearchStrategy[Any]) -> str:
    """The text of some data, on one line or on many, with any line ends and indentation."""
    indent = draw(st.sampled_from([None, 0, 1, 2, 4, "\t"]))
    colon = draw(st.sampled_from([":", ": ", " : "]))
    comma = draw(st.sampled_from([",", ", "])) if indent is None else ","
    text = json.dumps(
        draw(data), indent=indent, separators=(comma, colon), ensure_ascii=draw(st.booleans())
    )
    if draw(st.booleans()):
        text = text.replace("\n", "\r\n")
    return text + draw(st.sampled_from(["", "\n", "\r\n", " \t\n\n"]))


NODE_IDS = st.sampled_from(["a", "b", "c", "d", "é", "nodes[1]"])
TYPES = st.sampled_from(
    ["input.pressure", "math.add", "state.machine", "util.merge", "video.output", "no.such"]
)
NODES = st.fixed_dictionaries(
    {},
    optional={
        "id": NODE_IDS | PLAIN,
        "type": TYPES | PLAIN,
        "label": st.text(max_size=5),
        "position": st.fixed_dictionaries({"x": st.integers(-999, 999), "y": LEAVES}) | PLAIN,
        "data": st.dictionaries(st.sampled_from(["value", "threshold", "x"]), PLAIN) | PLAIN,
        "other": PLAIN,
    },
)
PORTS = st.sampled_from(["value", "result", "a", "b", "input"])
WIRES = st.fixed_dictionaries(
    {"from": NODE_IDS, "fromPort": PORTS, "to": NODE_IDS, "toPort": PORTS},
    optional={"id": st.sampled_from(["c1", "c2", "c3"]), "note": PLAIN},
)
FRAME = st.fixed_dictionaries(
    {},
    optional={
        "id": st.sampled_from(["f1", "f2"]),
        "title": LEAVES,
        "nodes": st.lists(NODE_IDS | PLAIN),
    },
)
FRAMES = st.lists(FRAME, max_size=3) | st.dictionaries(
    st.sampled_from(["f1", "f2", ""]), FRAME, max_size=3
)
GRAPHS = st.fixed_dictionaries(
    {
        "responseGraph": st.fixed_dictionaries(
            {
                "nodes": st.lists(NODES, max_size=6),
                "connections": st.lists(WIRES | PLAIN, max_size=6),
            },
            optional={"frames": FRAMES | PLAIN, "version": PLAIN},
        )
    },
    optional={"npc": PLAIN, "before": PLAIN},
)
GRAPH_TEXTS = st.sampled_from(FILES) | formatted(GRAPHS)
