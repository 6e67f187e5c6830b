"""The pictures that `run.py shots` takes show every scene of the demo."""

import re

from tools.paths import DEMO


def keys_of(constant, file):
    (table,) = re.findall(
        rf"^const {constant}: Dictionary\[.*?\] = {{(.*?)}}",
        (DEMO / file).read_text("utf-8"),
        re.DOTALL | re.MULTILINE,
    )
    return re.findall(r'"([^"]*)": ', table)


def test_the_gallery_has_a_tool_for_each_scene():
    assert keys_of("TOOLS", "gallery.gd") == keys_of("SCENES", "main.gd")
