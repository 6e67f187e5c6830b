"""Adds nodes to the canvas: from the palette, by search, and at the end of a wire."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from godot import Rect2, Vector2
from npc_video.graph.document.describing import NODE_DESCRIPTIONS
from npc_video.graph.document.offering import (
    Fitting,
    NewWire,
    fitting_inputs,
    fitting_outputs,
    fitting_sources,
    fitting_wires,
    free_port,
    matching,
    new_node,
    takes_more,
    through,
)
from npc_video.graph.document.operations import Connect, InsertOnWire, Operation

from .canvas import GraphCanvas
from .node_view import colour_of
from .palette import dragged_type
from .search import Entry, SearchPopup

__all__ = ["NodeAdder"]

Offers = Callable[[str], Sequence[Entry]]
"""The choices for the words that were typed."""

Wiring = Callable[[str, str], Operation]
"""The wire to a new node: made from its id and the port of its type that fits."""


class NodeAdder:
    """Adds nodes where the pointer is, and connects those that are to end a wire."""

    def __init__(self, canvas: GraphCanvas, search: SearchPopup) -> None:
        self._canvas, self._search = canvas, search
        root = canvas.root
        root.popup_request.connect(self._offer_all)
        root.connection_to_empty.connect(self._lead_on)
        root.connection_from_empty.connect(self._lead_from)
        root.set_drag_forwarding(
            lambda _at: None,
            lambda _at, data: bool(dragged_type(data)),
            lambda at, data: self.add(dragged_type(data), at),
        )

    def add(self, type_name: str, at: Vector2 | None = None) -> None:
        """Adds a node, on the wire at that place if there is one.

        Args:
            at: its corner on the control; without it, a free place from the middle of the view on
                downward, and no wire.
        """
        if at is None:
            self._add(type_name, self._canvas.free_place(self._canvas.root.size / 2.0))
            self._canvas.reveal()
            return
        wire, ends = self._canvas.wire_at(at), through(type_name)
        if wire and ends:
            self._add(type_name, at, lambda node: InsertOnWire(wire, node, *ends))
        else:
            self._add(type_name, at)

    def _add(
        self, type_name: str, at: Vector2, wiring: Callable[[str], Operation] | None = None
    ) -> None:
        session = self._canvas.session
        node = new_node(session.document, type_name, self._canvas.place_at(at))
        wires = () if wiring is None else (wiring(node.id),)
        session.edit(f"Add {type_name}", node, *wires)
        self._canvas.select(node.id)
        self._canvas.root.grab_focus()

    # ---- By search ----

    def search(self) -> None:
        """Offers all node types, for the wire at the pointer or a free place below it."""
        at = self._pointed()
        self._offer_all(at if self._canvas.wire_at(at) else self._canvas.free_place(at))

    def _pointed(self) -> Vector2:
        """The place of the pointer, or the middle while it is elsewhere."""
        root = self._canvas.root
        at = root.get_local_mouse_position()
        return at if Rect2(Vector2(), root.size).has_point(at) else root.size / 2.0

    def _offer_all(self, at: Vector2) -> None:
        def entry(type_name: str) -> Entry:
            return _entry(type_name, lambda: self.add(type_name, at))

        self._offer(at, lambda words: [entry(each.type) for each in matching(words)])

    def _offer_fitting(self, at: Vector2, fitting: Sequence[Fitting], wiring: Wiring) -> None:
        self._offer(at, self._entries(at, fitting, wiring))

    def _entries(self, at: Vector2, fitting: Sequence[Fitting], wiring: Wiring) -> Offers:
        """The types that fit, each of which adds a node with a wire."""
        ports = {each.type: each.port for each in fitting}

        def entry(type_name: str) -> Entry:
            def act() -> None:
                self._add(type_name, at, lambda node: wiring(node, ports[type_name]))

            return _entry(type_name, act)

        def offers(words: str) -> list[Entry]:
            return [entry(each.type) for each in matching(words) if each.type in ports]

        return offers

    def _offer(self, at: Vector2, offers: Offers) -> None:
        self._search.open(self._canvas.root.get_screen_position() + at, offers)

    # ---- At the end of a wire ----

    def connect_selected(self) -> None:
        """Offers the wires that may lead from the selected node to others."""
        canvas = self._canvas
        chosen = canvas.selection
        if not chosen:
            return
        source, document = chosen[0], canvas.session.document

        def entry(wire: NewWire) -> Entry:
            title = f"{wire.source_port} → {self._name(wire.target)}: {wire.target_port}"
            return self._connecting(wire, title, wire.target)

        entries = [entry(wire) for wire in fitting_wires(document, source)]
        element = canvas.element(source)
        at = element.position + Vector2(element.size.x * canvas.root.zoom, 0.0)
        self._offer(at, lambda words: _closest(entries, words))

    def connect_input(self, target: str, port: str) -> None:
        """Offers the outputs that may lead to an input, and node types that have one."""
        canvas, session = self._canvas, self._canvas.session
        document = session.document
        wires = [
            self._connecting(wire, f"{self._name(wire.source)}: {wire.source_port}", wire.source)
            for wire in fitting_sources(document, target, port)
        ]
        element = canvas.element(target)
        at = canvas.free_place(element.position - Vector2(element.size.x, 0.0) * canvas.root.zoom)
        fitting = fitting_outputs(document.nodes[target].type, port)
        types = self._entries(at, fitting, lambda node, its: Connect(node, its, target, port))
        self._offer(element.position, lambda words: [*_closest(wires, words), *types(words)])

    def _name(self, key: str) -> str:
        return self._canvas.session.document.nodes[key].label or key

    def _connecting(self, wire: NewWire, title: str, other: str) -> Entry:
        """The choice of a wire, in the colour of the node at its other end."""
        session = self._canvas.session
        type_name = session.document.nodes[other].type
        edit = Connect(wire.source, wire.source_port, wire.target, wire.target_port)
        act = partial(session.edit, "Connect", edit)
        return Entry(title, type_name, colour_of(type_name), act)

    def _lead_on(self, element: str, output: int, at: Vector2) -> None:
        """Leads a wire that was dropped beside all ports to a further port or a new node."""
        canvas = self._canvas
        source, target = canvas.key_of(str(element)), canvas.node_at(at)
        document = canvas.session.document
        port = canvas.ports(source).outputs[output].name
        if not target:
            fitting = fitting_inputs(document.nodes[source].type, port)
            self._offer_fitting(at, fitting, lambda node, its: Connect(source, port, node, its))
        elif target != source and takes_more(document.nodes[target].type):
            further = free_port([each.name for each in canvas.ports(target).inputs])
            canvas.edit("Connect", Connect(source, port, target, further))

    def _lead_from(self, element: str, input_: int, at: Vector2) -> None:
        """Leads a wire to an input from a new node."""
        canvas = self._canvas
        target = canvas.key_of(str(element))
        port = canvas.ports(target).inputs[input_].name
        if not canvas.node_at(at):
            fitting = fitting_outputs(canvas.session.document.nodes[target].type, port)
            self._offer_fitting(at, fitting, lambda node, its: Connect(node, its, target, port))


def _closest(entries: Sequence[Entry], words: str) -> list[Entry]:
    """The entries with all words, those first that begin as was typed."""
    typed = words.casefold().strip()
    found = [e for e in entries if all(w in e.title.casefold() for w in typed.split())]
    return sorted(found, key=lambda each: not each.title.casefold().startswith(typed))


def _entry(type_name: str, act: Callable[[], None]) -> Entry:
    described = NODE_DESCRIPTIONS[type_name]
    return Entry(type_name, described.help, colour_of(type_name), act)
