"""The shader that draws the same face: what of it can be held to the painter without a window."""

import re
from dataclasses import fields
from pathlib import Path

from npc_video.face import ember, features, signs
from npc_video.face.controls import FacePose

SHADERS = Path(__file__).parents[4] / "addons" / "npc_video_player" / "shaders"


def test_the_shader_names_the_numbers_of_a_pose_in_their_order() -> None:
    source = (SHADERS / "face.gdshader").read_text("utf-8")
    named = re.findall(r"#define (\w+) pose\[(\d+)\]", source)
    assert named == [(field.name.upper(), str(i)) for i, field in enumerate(fields(FacePose))]
    assert f"uniform float pose[{len(named)}];" in source


def test_the_shader_has_the_painters_colours() -> None:
    shader = "".join(path.read_text("utf-8") for path in SHADERS.glob("face*"))
    painter = "".join(
        Path(module.__file__).read_text("utf-8") for module in (ember, features, signs)
    )
    painted = re.findall(r'colour\("([0-9a-f]{6})"\)', painter)
    assert set(re.findall(r"HEX\(0x([0-9a-f]{6})\)", shader)) == set(painted)
