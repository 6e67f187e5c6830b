"""3D worlds for tests: a camera, and what shows a gradient by which places can be told."""

from __future__ import annotations

from typing import Any

import numpy as np
from engine_tests import EngineTest
from godot import (
    BaseMaterial3D,
    Camera3D,
    Image,
    ImageTexture,
    MeshInstance3D,
    QuadMesh,
    Sprite3D,
    StandardMaterial3D,
    Vector2,
    Vector3,
)

SIDE = 128
DARK = 80.0  # below it the renderer's colours are not precise


def gradient() -> ImageTexture:
    """Red is how far to the right, green how far down; blue is where it is."""
    ramp = np.linspace(DARK, 255, SIDE).round()
    pixels = np.full((SIDE, SIDE, 3), 128, np.uint8)
    pixels[..., 0], pixels[..., 1] = ramp[None, :], ramp[:, None]
    image = Image.create_from_data(SIDE, SIDE, False, Image.FORMAT_RGB8, pixels.tobytes())
    return ImageTexture.create_from_image(image)


def unshaded(texture: Any) -> StandardMaterial3D:
    material = StandardMaterial3D()
    material.shading_mode = BaseMaterial3D.SHADING_MODE_UNSHADED
    material.albedo_texture = texture
    material.texture_filter = BaseMaterial3D.TEXTURE_FILTER_NEAREST
    material.cull_mode = BaseMaterial3D.CULL_DISABLED
    return material


def world(test: EngineTest, distance: float = 3.0) -> Camera3D:
    camera = Camera3D()
    camera.position = Vector3(0.0, 0.0, distance)
    test.add_child(camera)
    camera.make_current()
    return camera


def screen(test: EngineTest, mesh: Any = None, texture: Any = None) -> MeshInstance3D:
    made = MeshInstance3D()
    if mesh is None:
        mesh = QuadMesh()
        mesh.size = Vector2(2.0, 2.0)
    made.mesh = mesh
    made.material_override = unshaded(texture or gradient())
    test.add_child(made)
    return made


def sprite(test: EngineTest, **properties: Any) -> Sprite3D:
    made = Sprite3D()
    made.texture = gradient()
    made.pixel_size = 2.0 / SIDE
    made.texture_filter = BaseMaterial3D.TEXTURE_FILTER_NEAREST
    for name, value in properties.items():
        setattr(made, name, value)
    test.add_child(made)
    return made
