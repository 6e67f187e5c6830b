"""Finds the NPCs of a project's scenes and files, for baking."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

from godot import DirAccess, FileAccess, Node, PackedScene, Resource, ResourceLoader
from npc_video import Profile
from npc_video.baking.script_text import call_in
from npc_video.errors import InvalidDataError

from ..player.player import NpcVideoPlayer
from ..resources.backend_resources import NpcBackend
from ..resources.profile import NpcProfile, record_of

__all__ = ["BAKED_FOLDER", "Part", "cast_of", "scripts_with_generators"]

R = TypeVar("R", bound=Resource)

BAKED_FOLDER = "res://baked"
"""Where clips go unless a player says otherwise."""

_PRESET = "fast"
_SCRIPTS = (".gd", ".cs", ".py")
_ADDONS, _IGNORED = "res://addons", ".gdignore"


@dataclass(frozen=True, slots=True)
class Part:
    """One NPC.

    Attributes:
        profile: the file of its profile, "" for none.
        backend: of the player that shows it, None for the embedded generator.
        folder: the folder for its clips.
    """

    npc: Profile
    profile: str = ""
    backend: NpcBackend | None = None
    preset: str = _PRESET
    folder: str = BAKED_FOLDER

    @property
    def name(self) -> str:
        return self.npc.name or self.npc.id or self.profile or "an NPC without a name"

    def is_called(self, name: str) -> bool:
        """Returns whether this is its name, its id, or the file of its profile."""
        return name in (self.npc.name, self.npc.id, self.profile, self.profile[len("res://") :])


def cast_of(names: list[str]) -> list[Part]:
    """Returns the NPCs of the project with one of these names, all if there are none; each once.

    Raises:
        InvalidDataError: one has none of the names, or there is nobody.
    """
    parts: list[Part] = []
    for part in _parts():
        if all(part.npc != other.npc for other in parts):
            parts.append(part)
    if not parts:
        raise InvalidDataError(
            "No NPC is in the project: put an NpcVideoPlayer into a scene, or save an NpcProfile."
        )
    for name in names:
        if not any(part.is_called(name) for part in parts):
            known = ", ".join(part.name for part in parts)
            raise InvalidDataError(f"profile: {name!r} is no NPC of the project: it has {known}.")
    return [part for part in parts if not names or any(map(part.is_called, names))]


def scripts_with_generators() -> dict[str, str]:
    """Returns the scripts of the project that set a generator of a player, and how they do."""
    scripts = [path for path in _files("res://") if path.endswith(_SCRIPTS)]
    calls = {path: call_in(str(FileAccess.get_file_as_string(path)), path) for path in scripts}
    return {path: call for path, call in calls.items() if call}


def _parts() -> Iterator[Part]:
    """Yields those in scenes first, because their players define more."""
    files = list(_files("res://"))
    for path in files:
        if path.endswith((".tscn", ".scn")) and (scene := _loaded(path, PackedScene)) is not None:
            root = scene.instantiate()
            if root is not None:
                yield from map(_part_of, _players(root))
                root.free()
    for path in files:
        if path.endswith(".tres") and "NpcProfile" in _first_line(path):
            profile = _loaded(path, NpcProfile)
            if profile is not None:
                yield Part(record_of(profile), path)


def _players(root: Node) -> Iterator[NpcVideoPlayer]:
    found = root.find_children("*", "NpcVideoPlayer", True, False)
    yield from (node for node in (root, *found) if isinstance(node, NpcVideoPlayer))


def _part_of(player: NpcVideoPlayer) -> Part:
    profile = player.profile
    return Part(
        player._npc.profile,
        "" if profile is None else str(profile.resource_path),
        player.backend,
        player.preset.word,
        player.baked_folder or BAKED_FOLDER,
    )


def _files(folder: str) -> Iterator[str]:
    """Yields all files below a folder that the engine reads, without those of addons."""
    there = DirAccess.open(folder)
    if there is None or there.file_exists(_IGNORED):
        return
    base = folder if folder.endswith("/") else f"{folder}/"
    yield from (f"{base}{name}" for name in sorted(map(str, there.get_files())))
    for name in sorted(map(str, there.get_directories())):
        if not name.startswith(".") and f"{base}{name}" != _ADDONS:
            yield from _files(f"{base}{name}")


def _loaded(path: str, kind: type[R]) -> R | None:
    """Returns the resource; None if it is of another kind or broken, which the engine reports."""
    found = ResourceLoader.load(path)
    return found if isinstance(found, kind) else None


def _first_line(path: str) -> str:
    file = FileAccess.open(path, FileAccess.READ)
    return "" if file is None else str(file.get_line())
