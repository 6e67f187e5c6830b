"""Edits an addon's entries in a Godot project's files: a line in a list, an entry in a setting.

The rest of these files stays unchanged, byte for byte.
"""

import re
import shutil
from pathlib import Path

_IGNORED = ".gitignore"
_EXTENSIONS = Path(".godot", "extension_list.cfg")
# Files that Godot and we keep for the addon alone beside a project, and that can be made anew.
_CACHES = (Path(".godot", "npc_python"), Path(".godot", "imported_by"))
_PLUGINS = re.compile(r"^\[editor_plugins\].*?(?=^\[|\Z)", re.MULTILINE | re.DOTALL)


def extension_of(addon: str) -> str:
    """Returns the engine's path of an addon's extension."""
    return f"res://addons/{addon}/{addon}.gdextension"


def list_extension(project: Path, line: str) -> None:
    """Lists an extension, by its path, so that the engine loads it from the first start on.

    Without a line in its list the engine learns of an extension only after it has read the
    project's scripts, and those that name its classes are errors until the next start.
    """
    path = project / _EXTENSIONS
    path.parent.mkdir(exist_ok=True)
    _add_line(path, line)


def lists_extension(project: Path, line: str) -> bool:
    """Tells whether the engine loads an extension from its first start on."""
    path = project / _EXTENSIONS
    return path.is_file() and line in _read(path).splitlines()


def ignore_addon(project: Path, addon: str) -> None:
    """Keeps an addon out of the project's repository, because it leads to this machine alone."""
    _add_line(project / _IGNORED, _ignored(addon))


def forget_addon(project: Path, addon: str) -> None:
    """Removes the lines that were added for an addon, the enabled plugin, and its cache."""
    _remove_line(project / _EXTENSIONS, extension_of(addon))
    _remove_line(project / _IGNORED, _ignored(addon))
    settings = project / "project.godot"
    text = _read(settings)
    _change(settings, text, without_plugin(text, addon))
    for cache in _CACHES:
        if (project / cache).is_dir():
            shutil.rmtree(project / cache)
        else:
            (project / cache).unlink(missing_ok=True)


def without_plugin(settings: str, addon: str) -> str:
    """Returns the text of a project.godot with the addon's plugin disabled, as Godot does it."""
    entry = re.escape(f'"res://addons/{addon}/plugin.cfg"')
    of_list = re.compile(rf",\s*{entry}|{entry}\s*,\s*|{entry}")
    return _PLUGINS.sub(lambda section: of_list.sub("", section[0]), settings)


def _ignored(addon: str) -> str:
    """Returns the line for `.gitignore`, without a final slash: a link is no folder to Git."""
    return f"/addons/{addon}"


def _add_line(path: Path, line: str) -> None:
    text = _read(path) if path.exists() else ""
    if line not in text.splitlines():
        _write(path, f"{text}{'' if text.endswith(chr(10)) or not text else chr(10)}{line}\n")


def _remove_line(path: Path, line: str) -> None:
    """Removes a line, and the file if it is then empty."""
    if path.exists() and (text := _read(path)):
        kept = [each for each in text.splitlines(keepends=True) if each.rstrip("\r\n") != line]
        _change(path, text, "".join(kept))
        if not kept:
            path.unlink()


def _change(path: Path, text: str, changed: str) -> None:
    if changed != text:
        _write(path, changed)


# Bytes that are not UTF-8, and line ends of every kind, stay unchanged.
def _read(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "surrogateescape")


def _write(path: Path, text: str) -> None:
    temporary = path.with_name(path.name + ".new")
    temporary.write_bytes(text.encode("utf-8", "surrogateescape"))
    if path.exists():
        shutil.copymode(path, temporary)
    temporary.replace(path)
