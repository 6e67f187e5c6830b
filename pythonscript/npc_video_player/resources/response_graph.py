"""`NpcResponseGraph`, the resource that stores an NPC's response graph.

It stores the text of the file unchanged, so that entries of other tools are kept. `npc_video.graph`
checks it.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import npc_video
from godot import Error, FileAccess, Resource, exposed, push_error, push_warning
from npc_video import GraphError
from npc_video.errors import InvalidDataError
from npc_video.templates import TEMPLATES, template_text

from ..properties.calling_threads import Property, main_thread_only
from ..properties.notifying_export import is_word_of

__all__ = ["NpcResponseGraph", "problems_of"]

_NONE, _OWN = "none", "own"
_MULTILINE = 18  # a PropertyHint
_SHOWN_ONLY = 4  # PropertyUsageFlags: in the inspector, not in files


@exposed(tool=True)
class NpcResponseGraph(Resource):
    """An NPC's answers to interactions, as a small graph in JSON.

    Begin with a `template`, import a `.npcgraph.json` file by putting it into the project, or load
    text with `load_json`. An NpcProfile uses it.
    """

    template = Property(
        str,
        _NONE,
        enum=(_NONE, *TEMPLATES, _OWN),
        usage=_SHOWN_ONLY,
        doc="Fills the graph with a template. `own` once it has been changed: empty `json` before"
        " you choose another, so that nothing gets lost.",
    )
    json = Property(
        str,
        "",
        hint=_MULTILINE,
        hint_string="monospace,no_wrap",
        doc="The unchanged file. Unknown parts of it are kept.",
    )

    @json.changed
    def _tell_change(self) -> None:
        self.emit_changed()

    @template.getter
    def _recognise_template(self) -> str:
        if not self.json:
            return _NONE
        return next((name for name in TEMPLATES if _text_of(name) == self.json), _OWN)

    @template.setter
    def _fill_from_template(self, value: str) -> None:
        if not is_word_of(NpcResponseGraph.template, value) or value in (self.template, _OWN):
            return
        if self.template == _OWN:
            push_warning("The graph has been changed: empty its json before choosing a template.")
            return
        self.json = "" if value == _NONE else _text_of(value)

    @staticmethod
    def from_template(name: str) -> NpcResponseGraph | None:
        """Returns a new graph from a template: `mood_meter`, `tickle_game`, `affinity`, `guard`, …

        An unknown name is an error, and returns null.
        """
        try:
            text = _text_of(name)
        except InvalidDataError as error:
            push_error(str(error))
            return None
        graph = NpcResponseGraph()
        graph.json = text
        return graph

    @main_thread_only(Error.ERR_BUSY)
    def load_json(self, text: str) -> Error:
        """Takes the content of a file, unchanged.

        Returns `OK`, or `ERR_PARSE_ERROR` if something is wrong with it. Then the graph stays as it
        was, and the log lists all errors. `problems` lists those of a graph whose `json` is set to
        the text. On another thread it returns `ERR_BUSY`.
        """
        if wrong := problems_of(text):
            push_error(f"The graph was not loaded: {' '.join(wrong)}")
            return Error.ERR_PARSE_ERROR
        self.json = text
        return Error.OK

    def to_json(self) -> str:
        """Returns the content for a `.npcgraph.json` file."""
        return str(self.json)

    def save_json(self, path: str) -> Error:
        """Writes the graph to a `.npcgraph.json` file.

        Returns `OK`, or the error of `FileAccess`, which the log explains.
        """
        file = FileAccess.open(path, FileAccess.WRITE)
        error = FileAccess.get_open_error() if file is None else Error.OK
        if file is not None:
            if not file.store_string(self.json):
                error = Error.ERR_FILE_CANT_WRITE
            file.close()
        if error != Error.OK:
            push_error(
                f"{path} cannot be written: choose another folder, or make room on the disk."
            )
        return Error(error)

    def problems(self) -> list[str]:
        """Lists all errors of the graph, by node and field; empty if there are none."""
        return problems_of(self.json)

    def document(self) -> dict[str, Any]:
        """Returns the file as a Dictionary; empty if the text is no JSON."""
        try:
            found = json.loads(self.json)
        except (ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}


def problems_of(text: str) -> list[str]:
    """Lists all errors in the content of a file; empty if there are none."""
    try:
        npc_video.load_metadata(text)
    except GraphError as error:
        return [f"{problem}." for problem in error.problems]
    return []


# Called again and again by the inspector.
_text_of = cache(template_text)
