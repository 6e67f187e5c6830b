"""Files of the game, which in an exported one are in no folder but in its package."""

from __future__ import annotations

import os
from concurrent.futures import CancelledError

from godot import FileAccess, Image, ProjectSettings, ResourceLoader, Texture2D, run_on_main_thread

__all__ = ["is_writable_for_players", "read_file", "read_picture"]

# As generators take them.
_PICTURE_FILES = (".png", ".jpg", ".jpeg", ".webp")


def is_writable_for_players(folder: str) -> bool:
    """Whether a folder is `user://` or below it, by whichever name."""
    home, wanted = (
        os.path.normpath(ProjectSettings.globalize_path(each)) for each in ("user://", folder)
    )
    return wanted == home or wanted.startswith(home + os.sep)


def read_file(path: str) -> bytes:
    """The content of a file; on any thread.

    Raises:
        FileNotFoundError: there is none.
    """
    if not FileAccess.file_exists(path):
        raise FileNotFoundError(path)
    return bytes(FileAccess.get_file_as_bytes(path))


def read_picture(path: str) -> bytes:
    """What generators start from: a picture's file, or a texture as PNG; not on the main thread.

    Raises:
        FileNotFoundError: there is neither.
    """
    if path.lower().endswith(_PICTURE_FILES) and FileAccess.file_exists(path):
        return read_file(path)
    # In an exported game an imported texture is no file of its own any more.
    try:
        image = run_on_main_thread(_image_of, path).result()
    except CancelledError:
        image = None
    if image is None:
        raise FileNotFoundError(path)
    return bytes(image.save_png_to_buffer())


def _image_of(path: str) -> Image | None:
    texture = ResourceLoader.load(path) if ResourceLoader.exists(path) else None
    image = texture.get_image() if isinstance(texture, Texture2D) else None
    if image is not None and image.is_compressed():
        image.decompress()
    return image
