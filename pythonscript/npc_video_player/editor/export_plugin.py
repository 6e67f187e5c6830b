"""Completes an exported game: its Python, its own modules, its baked clips, our shaders.

The engine copies the loader beside the game, because it is an extension's library. The loader then
finds the folder `python` beside itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from godot import (
    EditorExportPlatform,
    EditorExportPlugin,
    ProjectSettings,
    PropertyHint,
    exposed,
)
from npc_video.shipping.byte_code import compile_python
from npc_video.shipping.choices import Choices
from npc_video.shipping.console import Failure
from npc_video.shipping.interpreter import MINOR_VERSION
from npc_video.shipping.packs import minor_of

from .packed_files import baked_clips, opening_clips, python_modules, shaders
from .runtime_for_export import clear_old_runtime, platform_of_export, runtime_for_export

__all__ = ["NpcExport"]

_MODULES = "pythonscript/modules"
_CACHE = ".godot/npc_python"
_BAKING = "res://addons/npc_video_player/bake.tscn"
_WHO = "NPC Video Player"
# The engine fails an export for a missing library; a message alone does not.
_MISSING = "res://.godot/npc_python/this export has failed"

_BOOL, _STRING, _STRINGS = 1, 4, 34  # of the engine's Variant.Type
_OPTIONS: tuple[tuple[str, int, object], ...] = (
    ("python/runtime", _STRING, ""),
    ("python/extra_packages", _STRINGS, []),
    ("python/keep_sources", _BOOL, False),
    ("python/gpl_encoders", _BOOL, False),
    ("npc_video/baked_clips", _BOOL, True),
)


@exposed(hidden=True)
class NpcExport(EditorExportPlugin):
    """Adds to an export the files that the engine would leave out."""

    def _get_name(self) -> str:
        return "NpcExport"

    def _supports_platform(self, platform: EditorExportPlatform) -> bool:
        return platform.get_os_name() in ("Linux", "Windows", "macOS")

    def _get_export_options(self, platform: EditorExportPlatform) -> list[dict[str, Any]]:
        return [
            {
                "option": {
                    "name": name,
                    "type": kind,
                    "hint": PropertyHint.PROPERTY_HINT_GLOBAL_DIR
                    if name == "python/runtime"
                    else 0,
                },
                "default_value": default,
            }
            for name, kind, default in _OPTIONS
        ]

    def _get_export_option_warning(self, platform: EditorExportPlatform, option: str) -> str:
        named = str(self.get_option("python/runtime") or "")
        if option == "python/runtime" and named and not Path(named).exists():
            return f"There is no runtime {named}: name a runtime pack, or leave it empty."
        return ""

    def _export_begin(self, features: list[str], is_debug: bool, path: str, flags: int) -> None:
        self._added: set[str] = set()
        try:
            minor = MINOR_VERSION
            if not path.endswith(".pck"):  # which is for a game that has its Python already
                minor = self._add_runtime(features, Path(path))
            self._pack_files(compiles=minor == MINOR_VERSION)
        except (Failure, OSError) as error:
            self._fail(str(error))

    def _export_file(self, path: str, kind: str, features: list[str]) -> None:
        # The preset includes the first already; the other is of no use in a game.
        if path in self._added or path == _BAKING:
            self.skip()

    def _pack_files(self, *, compiles: bool) -> None:
        project = Path(ProjectSettings.globalize_path("res://"))
        compiles = compiles and not self.get_option("python/keep_sources")
        for file in self._files(project):
            inside = f"res://{file.relative_to(project).as_posix()}"
            if inside not in self._added:
                self._added.add(inside)
                if file.suffix == ".py" and compiles:
                    self.add_file(f"{inside}c", self._compiled(file, inside), False)
                else:
                    self.add_file(inside, file.read_bytes(), False)

    def _compiled(self, file: Path, inside: str) -> bytes:
        with TemporaryDirectory() as folder:
            target = Path(folder, "compiled")
            compile_python(file, target, inside)
            return target.read_bytes()

    def _files(self, project: Path) -> Iterator[Path]:
        excluded = [
            each.strip() for each in self.get_export_preset().get_exclude_filter().split(",")
        ]
        modules = texts(ProjectSettings.get_setting(_MODULES, []))
        yield from shaders(project)
        yield from python_modules(project, modules, excluded)
        yield from opening_clips(project, excluded)
        if self.get_option("npc_video/baked_clips"):
            yield from baked_clips(project, excluded)

    def _add_runtime(self, features: list[str], game: Path) -> str:
        """Adds the game's Python, and returns its minor version."""
        platform = platform_of_export(features)
        choices = Choices(
            extra_packages=tuple(texts(self.get_option("python/extra_packages"))),
            keep_sources=bool(self.get_option("python/keep_sources")),
            gpl_encoders=bool(self.get_option("python/gpl_encoders")),
        )
        cache = Path(ProjectSettings.globalize_path("res://"), _CACHE)
        pack = str(self.get_option("python/runtime") or "")
        runtime = runtime_for_export(platform, pack, choices, cache)
        # On macOS the runtime is inside of the application, which is made anew.
        if platform.system != "macos":
            clear_old_runtime(game.parent)
        self.add_shared_object(str(runtime), [], "")
        return minor_of(runtime)

    def _fail(self, reason: str) -> None:
        self.get_export_platform().add_message(
            EditorExportPlatform.EXPORT_MESSAGE_ERROR, _WHO, reason
        )
        self.add_shared_object(_MISSING, [], "")


def texts(setting: Any) -> list[str]:
    """Returns an array of texts; a file written by hand may have a single text."""
    return [setting] if isinstance(setting, str) and setting else [*(setting or ())]
