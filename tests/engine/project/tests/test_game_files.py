"""Pictures that generators start from, where they are no files of their own."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from engine_tests import EngineTest, Steps, until
from godot import (
    OS,
    Image,
    ImageTexture,
    PortableCompressedTexture2D,
    ProjectSettings,
    ResourceSaver,
)
from npc_video_player.resources.game_files import read_picture


def red() -> Image:
    image = Image.create_empty(8, 8, False, Image.FORMAT_RGB8)
    image.fill((1.0, 0.0, 0.0, 1.0))
    return image


@contextmanager
def saved_texture() -> Iterator[str]:
    """The path of a texture that holds its picture in the engine's own form."""
    texture = PortableCompressedTexture2D()
    texture.keep_compressed_buffer = True
    texture.create_from_image(red(), PortableCompressedTexture2D.COMPRESSION_MODE_LOSSLESS)
    path = f"user://portrait_{OS.get_process_id()}.res"
    assert ResourceSaver.save(texture, path) == 0
    try:
        yield path
    finally:
        Path(ProjectSettings.globalize_path(path)).unlink()


def test_a_portrait_that_is_no_file_is_read_from_its_texture(test: EngineTest) -> Steps:
    kept = ImageTexture.create_from_image(red())
    kept.take_over_path("res://portrait_that_is_packed.png")
    with saved_texture() as path, ThreadPoolExecutor(1) as pool:
        for name in (path, "res://portrait_that_is_packed.png"):
            read = pool.submit(read_picture, name)
            yield from until(read.done)
            assert read.result().startswith(b"\x89PNG"), name
            back = Image()
            assert back.load_png_from_buffer(read.result()) == 0
            assert tuple(back.get_pixel(3, 3))[:3] == (1.0, 0.0, 0.0)
        gone = pool.submit(read_picture, "res://nowhere.png")
        yield from until(gone.done)
        assert isinstance(gone.exception(), FileNotFoundError)
