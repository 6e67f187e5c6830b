"""Captures the window, for tests that look at it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from engine_tests import EngineTest, Steps
from godot import Engine, Image
from numpy.typing import NDArray


def picture(test: EngineTest) -> NDArray[np.int_]:
    """The window as it was drawn last: (height, width, 3), 0 to 255."""
    viewport = test.get_viewport()
    assert viewport is not None
    return pixels_of(viewport.get_texture().get_image())


def pixels_of(image: Image | None) -> NDArray[np.int_]:
    """An image of the engine, of 8 bits for each of at least three channels, likewise."""
    assert image is not None
    values = np.frombuffer(image.get_data(), np.uint8)
    channels = len(values) // (image.get_width() * image.get_height())
    return values.reshape(image.get_height(), image.get_width(), channels)[:, :, :3].astype(int)


def drawn(frames: int = 2) -> Steps:
    """Lets what was asked for be drawn."""
    for _ in range(frames):
        yield


@contextmanager
def time_scale(scale: float) -> Iterator[None]:
    """Lets the game's time pass `scale` times as fast, as for renderers that are slow."""
    Engine.time_scale = scale
    try:
        yield
    finally:
        Engine.time_scale = 1.0
