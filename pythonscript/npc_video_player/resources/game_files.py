"""Reads files of the game, which an exported game has in its package, not in a folder."""

from __future__ import annotations

import hashlib
import os
from concurrent.futures import CancelledError

from godot import FileAccess, Image, ProjectSettings, ResourceLoader, Texture2D, run_on_main_thread

__all__ = ["is_writable_for_players", "picture_name", "read_file", "read_picture"]

# The types of pictures that generators accept.
_PICTURE_FILES = (".png", ".jpg", ".jpeg", ".webp")

# Prefix for textures without a file, as games make them while they run.
_MADE = "texture:"
_MAX_MADE = 32
_made: dict[str, Image] = {}
_names_of_made: dict[int, str] = {}


def is_writable_for_players(folder: str) -> bool:
    """Returns whether a folder is `user://` or below it, by any of its names."""
    home, wanted = (
        os.path.normpath(ProjectSettings.globalize_path(each)) for each in ("user://", folder)
    )
    return wanted == home or wanted.startswith(home + os.sep)


def read_file(path: str) -> bytes:
    """Returns the content of a file; callable on any thread.

    Raises:
        FileNotFoundError: there is none.
    """
    if not FileAccess.file_exists(path):
        raise FileNotFoundError(path)
    return bytes(FileAccess.get_file_as_bytes(path))


def picture_name(texture: Texture2D | None) -> str:
    """Returns a texture's key for `read_picture`: its path, or a hash of its content; "" for none.

    Equal pictures have equal names, in another run of the game too.
    """
    if texture is None or texture.resource_path:
        return "" if texture is None else str(texture.resource_path)
    name = _names_of_made.get(texture.get_instance_id())
    if name is None or name not in _made:
        image = _plain(texture.get_image())
        if image is None or image.is_empty():
            return ""
        digest = hashlib.blake2b(bytes(image.get_data()), digest_size=16)
        digest.update(f"{image.get_width()} {image.get_format()}".encode())
        name = _MADE + digest.hexdigest()
        _made[name] = image
        _names_of_made[texture.get_instance_id()] = name
        if len(_made) > _MAX_MADE:
            del _made[next(iter(_made))]
    return name


def read_picture(path: str) -> bytes:
    """Returns a generator's first picture: a file, or a texture as PNG; not on the main thread.

    Raises:
        FileNotFoundError: there is neither.
    """
    if path.startswith(_MADE):
        if path not in _made:
            raise FileNotFoundError(path)
        return bytes(_made[path].save_png_to_buffer())
    if path.lower().endswith(_PICTURE_FILES) and FileAccess.file_exists(path):
        return read_file(path)
    # In an exported game an imported texture is no longer a file of its own.
    try:
        image = run_on_main_thread(_image_of, path).result()
    except CancelledError:
        image = None
    if image is None:
        raise FileNotFoundError(path)
    return bytes(image.save_png_to_buffer())


def _image_of(path: str) -> Image | None:
    texture = ResourceLoader.load(path) if ResourceLoader.exists(path) else None
    return _plain(texture.get_image() if isinstance(texture, Texture2D) else None)


def _plain(image: Image | None) -> Image | None:
    if image is not None and image.is_compressed():
        image.decompress()
    return image
