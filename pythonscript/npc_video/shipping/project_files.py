"""What stands in a Godot project's own files of an addon: a line in a list, an entry in a setting.

Everything else in these files stays as it is, byte for byte.
"""

import re
import shutil
from pathlib import Path

_IGNORED = ".gitignore"
_EXTENSIONS = Path(".godot", "extension_list.cfg")
# What Godot and we keep beside a project for the addon alone, and what can be made anew.
_CACHES = (Path(".godot", "npc_python"), Path(".godot", "imported_by"))
_PLUGINS = re.compile(r"^\[editor_plugins\].*?(?=^\[|\Z)", re.MULTILINE | re.DOTALL)


def extension_of(addon: str) -> str:
    """The engine's path of an addon's extension."""
    return f"res://addons/{addon}/{addon}.gdextension"


def list_extension(project: Path, line: str) -> None:
    """Has the engine load an extension, which its path names, from the first start on.

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
    """Keeps an addon out of the project's repository: it leads to this machine alone."""
    _add_line(project / _IGNORED, _ignored(addon))


def forget_addon(project: Path, addon: str) -> None:
    """Removes the lines that were added for it, the enabled plugin, and what was cached for it."""
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
    """The text of a project.godot with the addon's plugin disabled, as Godot does it."""
    entry = re.escape(f'"res://addons/{addon}/plugin.cfg"')
    of_list = re.compile(rf",\s*{entry}|{entry}\s*,\s*|{entry}")
    return _PLUGINS.sub(lambda section: of_list.sub("", section[0]), settings)


def _ignored(addon: str) -> str:
    """Without a slash at the end, as a link is no folder to Git."""
    return f"/addons/{addon}"


def _add_line(path: Path, line: str) -> None:
    text = _read(path) if path.exists() else ""
    if line not in text.splitlines():
        _write(path, f"{text}{'' if text.endswith(chr(10)) or not text else chr(10)}{line}\n")


def _remove_line(path: Path, line: str) -> None:
    """And the file, if nothing else is in it."""
    if path.exists() and (text := _read(path)):
        kept = [each for each in text.splitlines(keepends=True) if each.rstrip("\r\n") != line]
        _change(path, text, "".join(kept))
        if not kept:
            path.unlink()


def _change(path: Path, text: str, changed: str) -> None:
    if changed != text:
        _write(path, changed)


# Bytes that are no UTF-8, and line ends of every kind, come out as they went in.
def _read(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "surrogateescape")


def _write(path: Path, text: str) -> None:
    temporary = path.with_name(path.name + ".new")
    temporary.write_bytes(text.encode("utf-8", "surrogateescape"))
    if path.exists():
        shutil.copymode(path, temporary)
    temporary.replace(path)
