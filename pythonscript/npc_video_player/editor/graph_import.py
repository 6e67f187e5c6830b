"""Imports `.npcgraph.json` files as graphs, and exports graphs as such files.

The inspector of a graph lists its errors above its properties.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from godot import (
    Button,
    EditorFileDialog,
    EditorFileSystemDirectory,
    EditorImportPlugin,
    EditorInspectorPlugin,
    EditorInterface,
    Error,
    Label,
    Object,
    ResourceSaver,
    TextServer,
    Timer,
    exposed,
    push_error,
    push_warning,
)
from npc_video.errors import InvalidDataError
from npc_video.graph.checking import check

from ..resources.game_files import read_file
from ..resources.response_graph import NpcResponseGraph
from . import look

__all__ = [
    "CHECK_SECONDS",
    "NpcGraphImport",
    "NpcGraphInspector",
    "choose_file",
    "export_graph",
    "read_graph",
    "write_graph",
]

CHECK_SECONDS = 0.15
"""The pause after an edit before a graph is checked: a large one takes a while."""

_SUFFIX = "npcgraph.json"
_LONG = 30_000  # letters; about 70 nodes


@exposed(hidden=True)
class NpcGraphImport(EditorImportPlugin):
    """Imports `.npcgraph.json` files, unchanged, as NpcResponseGraph resources.

    A graph with mistakes is imported too, so that it can be opened and mended.
    """

    def _get_importer_name(self) -> str:
        return "npc_video_player.response_graph"

    def _get_visible_name(self) -> str:
        return "NPC Response Graph"

    def _get_recognized_extensions(self) -> list[str]:
        return [_SUFFIX]

    def _get_save_extension(self) -> str:
        return "res"

    def _get_resource_type(self) -> str:
        return "NpcResponseGraph"

    def _get_priority(self) -> float:
        return 1.0

    def _get_import_order(self) -> int:
        return 0

    def _get_preset_count(self) -> int:
        return 0

    def _get_import_options(self, path: str, preset: int) -> list[dict[str, Any]]:
        return []

    def _get_option_visibility(self, path: str, option: str, options: dict[str, Any]) -> bool:
        return True

    def _can_import_threaded(self) -> bool:
        return False

    def _import(self, source: str, target: str, *_: Any) -> int:
        graph = NpcResponseGraph()
        try:
            graph.json = read_graph(source)
        except InvalidDataError as error:
            push_error(f"{source} was not imported:\n{error}")
            return int(Error.ERR_PARSE_ERROR)
        wrong = graph.problems()
        if wrong and not graph.document():
            push_error(f"{source} was not imported:\n" + "\n".join(wrong))
            return int(Error.ERR_PARSE_ERROR)
        if wrong:
            push_warning(f"{source} has mistakes, so no NPC can use it yet:\n" + "\n".join(wrong))
        return int(ResourceSaver.save(graph, f"{target}.{self._get_save_extension()}"))


def import_missed() -> None:
    """Imports files that the editor saw before this importer, and took for plain JSON."""
    files = EditorInterface.get_resource_filesystem()
    missed = [*_missed(files.get_filesystem())]
    if missed:
        files.reimport_files(missed)


def _missed(folder: EditorFileSystemDirectory) -> Iterator[str]:
    for index in range(folder.get_subdir_count()):
        yield from _missed(folder.get_subdir(index))
    for index in range(folder.get_file_count()):
        path = folder.get_file_path(index)
        if path.endswith(f".{_SUFFIX}") and folder.get_file_type(index) == "JSON":
            yield path


def read_graph(source: str) -> str:
    """Returns the content of a graph's file.

    Raises:
        InvalidDataError: the file cannot be read.
    """
    try:
        return read_file(source).decode("utf-8-sig")
    except FileNotFoundError as error:
        raise InvalidDataError("file: is not there any more.") from error
    except UnicodeError as error:
        raise InvalidDataError("file: is not UTF-8 text; save it as such.") from error


@exposed(hidden=True)
class NpcGraphInspector(EditorInspectorPlugin):
    """Shows the errors of a graph, writes it to a file, and shows a long text only when asked."""

    def __init__(self) -> None:
        self._as_text: NpcResponseGraph | None = None

    def _can_handle(self, edited: Any) -> bool:
        return isinstance(edited, NpcResponseGraph)

    def _parse_begin(self, edited: Any) -> None:
        # The editor says of imported files that they are read-only.
        self.add_custom_control(look.text("Edit the graph in the dock NPC Graph."))
        self.add_custom_control(_problems_of(edited))
        button = Button()
        button.text = "Export as JSON…"
        button.tooltip_text = "Writes the graph, unchanged, to a file for other tools."
        button.pressed.connect(lambda: export_graph(edited))
        self.add_custom_control(button)

    def _parse_property(self, edited: Any, _type: int, name: str, *_: object) -> bool:
        """Leaves a long text out, which would be laid out anew after each edit of the graph."""
        if name != "json" or len(edited.json) < _LONG or edited == self._as_text:
            return False
        button = Button()
        button.text = "Show as Text"
        button.tooltip_text = "Shows the JSON. Its length makes edits of the graph slower then."
        button.pressed.connect(lambda: self._show_text(edited))
        self.add_custom_control(button)
        return True

    def _show_text(self, edited: NpcResponseGraph) -> None:
        self._as_text = edited
        edited.notify_property_list_changed()


def _problems_of(graph: NpcResponseGraph) -> Label:
    label = Label()
    label.autowrap_mode = TextServer.AUTOWRAP_WORD_SMART
    warning = EditorInterface.get_editor_theme().get_color("warning_color", "Editor")
    label.add_theme_color_override("font_color", warning)

    pause = Timer()
    pause.wait_time = CHECK_SECONDS
    pause.one_shot = True
    pause.autostart = True
    label.add_child(pause)
    label.hide()

    def show() -> None:
        errors = check(graph.json.encode("utf-8", "surrogatepass")).errors
        label.text = "\n".join(f"{problem}." for problem in errors)
        label.visible = bool(errors)

    def wait() -> None:
        pause.start()

    pause.timeout.connect(show)
    graph.changed.connect(wait)
    label.tree_exiting.connect(lambda: graph.changed.disconnect(wait))
    return label


def write_graph(graph: NpcResponseGraph, path: str) -> bool:
    """Writes a graph to a file of the project and imports it; the log says why it cannot."""
    if graph.save_json(path) != Error.OK:
        return False
    files = EditorInterface.get_resource_filesystem()
    files.update_file(path)
    files.reimport_files([path])
    return True


def export_graph(graph: NpcResponseGraph) -> None:
    """Asks for a file and writes a graph to it, unchanged."""
    choose_file(EditorFileDialog.FILE_MODE_SAVE_FILE, graph.save_json)


def choose_file(
    mode: int,
    done: Callable[[str], object],
    suffix: str = _SUFFIX,
    kind: str = "NPC response graph",
    *,
    in_project: bool = False,
) -> None:
    """Asks for a file, anywhere on the disk or in the project; `done` gets its path."""
    dialog = EditorFileDialog()
    dialog.file_mode = mode
    if not in_project:
        dialog.access = EditorFileDialog.ACCESS_FILESYSTEM
    dialog.add_filter(f"*.{suffix}", kind)

    def choose(path: str) -> None:
        # A frame later: the import of a file frees the dialog, which still tells of its choice.
        tree = dialog.get_tree()
        assert tree is not None
        tree.process_frame.connect(partial(done, path), Object.CONNECT_ONE_SHOT)

    dialog.file_selected.connect(choose)
    dialog.visibility_changed.connect(lambda: None if dialog.visible else dialog.queue_free())
    EditorInterface.popup_dialog_centered_ratio(dialog, 0.5)
