"""The canvas: shows a document as nodes and wires, and turns what is done to them into edits."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from godot import Color, GraphEdit, GraphElement, GraphNode, InputEvent, Object, Rect2, Vector2
from npc_video.graph.document.checking import DocumentProblem, not_run
from npc_video.graph.document.document import GraphDocument, Point
from npc_video.graph.document.layering import clear_of
from npc_video.graph.document.offering import through
from npc_video.graph.document.operations import (
    Connect,
    Disconnect,
    InsertOnWire,
    MoveNodes,
    Operation,
    RemoveFrame,
    RemoveNodes,
    SetFrameField,
)
from npc_video.graph.document.ports import NodePorts, ShownPort, shown_ports
from npc_video.graph.tracing import Trace

from ..look import scaled, unscaled
from .frames import FRAME_COLOUR, GraphFrames
from .node_view import NodeView, Shown, colour_of
from .overview import GraphOverview, Place
from .session import GraphSession
from .tints import TitleTints
from .wire_values import Link, WireValues, link_of

__all__ = ["GraphCanvas"]

# Positions in files are those of an editor whose nodes are smaller; here they are farther apart.
_SPREAD = 1.3, 1.75

_MARGIN = 30.0
_NEW_SIZE = 200.0, 160.0  # about that of a node with some settings
_RUNS, _IDLE = Color(1.0, 1.0, 1.0), Color(1.0, 1.0, 1.0, 0.55)  # nodes that never run are dim

# How near a wire has to be to a place, to be meant by it.
_REACH = 16.0

_MOVE = "Move"


class GraphCanvas:
    """Nodes and wires of the graph that is open; `root` is the control."""

    def __init__(self) -> None:
        self.root = GraphEdit()
        self._session: GraphSession | None = None
        self._ports: Mapping[str, NodePorts] = {}
        self._views: dict[str, NodeView] = {}
        self._keys: dict[str, str] = {}  # by the names of the elements, which the engine restricts
        self._numbers = itertools.count(1)
        self._links: dict[Link, str] = {}
        self._problems: dict[str, list[DocumentProblem]] = {}
        self._is_new = self._is_laid_out = True
        self._drag = object()  # the last one, whose nodes the engine may put into a frame next
        self._trace: Trace = {}
        self.root.minimap_enabled = False
        self.root.show_minimap_button = False
        self.root.show_arrange_button = False
        self.root.right_disconnects = True
        # Positions of files are not on the grid, so each touched node would leave its column.
        self.root.snapping_enabled = False
        self._tints = TitleTints(self.root, self._follow_theme)
        self.frames = GraphFrames(self.root)
        self._wire_values = WireValues(self.root)
        self.overview = GraphOverview(self._look_at)
        self.root.scroll_offset_changed.connect(lambda _offset: self._show_view())
        self.root.resized.connect(self._follow_size)
        self.root.get_menu_hbox().add_child(self.overview.switch)
        self.root.connection_request.connect(self._connect)
        self.root.disconnection_request.connect(self._disconnect)
        self.root.delete_nodes_request.connect(self._delete)
        self.root.end_node_move.connect(self._end_move)
        self.root.graph_elements_linked_to_frame_request.connect(self._put_into)
        self.root.gui_input.connect(self.feel)

    @property
    def is_open(self) -> bool:
        """Whether a graph is shown."""
        return self._session is not None

    @property
    def session(self) -> GraphSession:
        """The session of the graph that is open; there has to be one."""
        assert self._session is not None
        return self._session

    # ---- From the document to the view ----

    def open(self, session: GraphSession) -> None:
        """Shows the graph of a session in place of another."""
        self.clear()
        self._session = session
        self._is_new = True
        self.reconcile()

    def clear(self) -> None:
        """Shows nothing."""
        self._session = None
        self.root.clear_connections()
        self._links, self._problems, self._trace = {}, {}, {}
        self._wire_values.show({})
        self.frames.show({}, {})
        for key in [*self._views]:
            self._remove_view(key)

    def reconcile(self) -> None:
        """Changes what differs from the document, and nothing else."""
        session = self.session
        document = session.document
        self._ports = shown_ports(document)
        self._keep_renamed(document)
        new = [key for key in document.nodes if key not in self._views]
        for key in new:
            self._make_view(key)
        links = self._links_of(document)
        # The engine draws wires by the number of their ports, so those that are gone go first.
        for link in self._links.keys() - links.keys():
            self.root.disconnect_node(*link)
        for key in self._views.keys() - document.nodes.keys():
            self._remove_view(key)
        places, idle = session.places(), not_run(document)
        for key in document.nodes:
            self._show_node(key)
            self._views[key].root.position_offset = _shown_at(places[key])
            self._views[key].root.modulate = _IDLE if key in idle else _RUNS
        for key in new:  # as a whole, which is quicker than to add its parts on the canvas
            self.root.add_child(self._views[key].root)
        for link in links.keys() - self._links.keys():
            self.root.connect_node(*link)
        self._links = links
        self._wire_values.show(self._carried())
        self.frames.show(document.frames, {key: view.name for key, view in self._views.items()})
        self._lay_out()

    def show_problems(self, problems: Iterable[DocumentProblem]) -> None:
        """Marks the nodes and the settings that have problems."""
        self._problems = {}
        for problem in problems:
            if problem.node and problem.severity == "error":
                self._problems.setdefault(problem.node, []).append(problem)
        for key in self._views:
            self._show_node(key)

    def show_trace(self, trace: Trace) -> None:
        """Shows the values at ports and wires after a turn; none if the trace is empty."""
        self._trace = trace
        for key, view in self._views.items():
            view.show_values(trace.get(key))
        self._wire_values.show(self._carried())
        self._wire_values.pulse()

    def _carried(self) -> dict[Link, object]:
        """The values of the wires that carried one."""
        if not self._trace:
            return {}
        carried: dict[Link, object] = {}
        for link, key in self._links.items():
            wire = self.session.document.wires[key]
            trace = self._trace.get(wire.source)
            value = None if trace is None else trace.outputs.get(wire.source_port)
            if value is not None:
                carried[link] = value
        return carried

    def _follow_theme(self) -> None:
        for view in self._views.values():
            view.follow_theme()

    def _show_node(self, key: str) -> None:
        problems = self._problems.get(key, ())
        faults = {problem.path: f"{problem.message}." for problem in reversed(problems)}
        fault = f"{problems[0].message}." if problems else ""
        node = self.session.document.nodes[key]
        self._views[key].show(Shown(node, self._ports[key], fault, faults))

    def _keep_renamed(self, document: GraphDocument) -> None:
        """Gives a node that is there by another key its view, with selection and keyboard."""
        gone = self._views.keys() - document.nodes.keys()
        new = document.nodes.keys() - self._views.keys()
        if len(gone) == len(new) == 1:
            (old,), (key,) = gone, new
            view = self._views[key] = self._views.pop(old)
            self._keys[view.name] = key

    def chosen(self) -> Shown | None:
        """The node that is selected; None if it is not just one."""
        found = [view.shown for view in self._views.values() if view.root.selected]
        return found[0] if len(found) == 1 else None

    def _make_view(self, key: str) -> None:
        name = f"n{next(self._numbers)}"
        self._views[key] = NodeView(name, self.edit, self.feel, self._tints)
        self._keys[name] = key

    def _remove_view(self, key: str) -> None:
        view = self._views.pop(key)
        del self._keys[view.name]
        self.root.remove_child(view.root)
        view.root.queue_free()

    def _links_of(self, document: GraphDocument) -> dict[Link, str]:
        """The wires whose nodes exist, by what the engine calls them."""
        return {
            (
                self._views[wire.source].name,
                _place_of(wire.key, self._ports[wire.source].outputs),
                self._views[wire.target].name,
                _place_of(wire.key, self._ports[wire.target].inputs),
            ): wire.key
            for wire in document.wires.values()
            if wire.source in document.nodes and wire.target in document.nodes
        }

    # ---- What is where ----

    @property
    def selection(self) -> tuple[str, ...]:
        """The keys of the nodes that are selected, in the order of the text."""
        chosen = {key for key, view in self._views.items() if view.root.selected}
        return tuple(key for key in self.session.document.nodes if key in chosen)

    def select(self, *keys: str) -> None:
        """Selects these nodes and nothing else."""
        for key, view in self._views.items():
            view.root.selected = key in keys

    def element(self, key: str) -> GraphNode:
        """The element of a node."""
        return self._views[key].root

    def key_of(self, element: str) -> str:
        """The key of a node by the name of its element."""
        return self._keys[element]

    def ports(self, key: str) -> NodePorts:
        """The ports of a node, as they are shown."""
        return self._ports[key]

    def place_at(self, at: Vector2) -> Point:
        """The position to write for a node whose corner is at a place of the control."""
        return _placed((at + self.root.scroll_offset) / self.root.zoom)

    def free_place(self, at: Vector2) -> Vector2:
        """A place of the control for a new node, there or below, at which no node is."""
        zoom = self.root.zoom
        taken = [
            (each.position.x, each.position.y, each.size.x * zoom, each.size.y * zoom)
            for each in (view.root for view in self._views.values())
        ]
        size = scaled(_NEW_SIZE[0]) * zoom, scaled(_NEW_SIZE[1]) * zoom
        return Vector2(*clear_of((at.x, at.y), size, taken, scaled(_MARGIN) * zoom))

    def node_at(self, at: Vector2) -> str:
        """The key of the node at a place of the control; "" if there is none."""
        for key, view in self._views.items():
            element = view.root
            if Rect2(element.position, element.size * self.root.zoom).has_point(at):
                return key
        return ""

    def wire_at(self, at: Vector2) -> str:
        """The key of the wire at a place of the control; "" if there is none."""
        return self._wire(self.root.get_closest_connection_at_point(at, scaled(_REACH)))

    def _wire(self, connection: Mapping[str, Any]) -> str:
        """The key of a wire that the engine describes; "" if it describes none."""
        link = link_of(connection)
        return "" if link is None else self._links.get(link, "")

    # ---- From the view to the document ----

    def edit(self, title: str, *operations: Operation, within: object = None) -> None:
        """Makes an edit of the open graph, as its session does."""
        self.session.edit(title, *operations, within=within)

    def _connect(self, source: str, output: int, target: str, input_: int) -> None:
        one, other = self._keys[source], self._keys[target]
        outputs, inputs = self._ports[one].outputs, self._ports[other].inputs
        edit = Connect(one, outputs[output].name, other, inputs[input_].name)
        self.session.edit("Connect", edit)

    def _disconnect(self, source: str, output: int, target: str, input_: int) -> None:
        wire = self._links.get((str(source), output, str(target), input_))
        if wire is not None:
            self.session.edit("Disconnect", Disconnect((wire,)))

    def _delete(self, names: Collection[str]) -> None:
        """Removes nodes, the frames that were only around these, and frames but not their nodes."""
        frames = self.session.document.frames
        nodes = tuple(self._keys[str(name)] for name in names if str(name) in self._keys)
        gone = {self.frames.key_of(str(name)) for name in names} - {""}
        gone |= {
            key for key, frame in frames.items() if {*frame.nodes} and {*frame.nodes} <= {*nodes}
        }
        if nodes or gone:
            edits = [RemoveFrame(key) for key in frames if key in gone]
            self.session.edit("Delete", RemoveNodes(nodes), *edits)

    def _put_into(self, names: Collection[str], element: str) -> None:
        """Puts nodes that were just moved into a frame, in one step with the move."""
        frame = self.session.document.frames[self.frames.key_of(str(element))]
        nodes = [self._keys[str(name)] for name in names if str(name) in self._keys]
        edit = SetFrameField(frame.key, "nodes", [*frame.nodes, *nodes])
        self.session.edit(_MOVE, edit, within=self._drag)

    def _end_move(self) -> None:
        places = self.session.places()
        moved: dict[str, Point] = {}
        for key, view in self._views.items():
            if view.root.position_offset != _shown_at(places[key]):
                moved[key] = _placed(view.root.position_offset)
        if moved:
            self._drag = object()
            edits = MoveNodes(moved), *self._dropped(moved)
            self.session.edit(_MOVE, *edits, within=self._drag)

    def _dropped(self, moved: Mapping[str, Point]) -> Iterator[Operation]:
        """The edit that leads a wire through a node that was moved onto it, and had no wires."""
        document = self.session.document
        for key in moved if len(moved) == 1 else ():
            ends = through(document.nodes[key].type)
            wired = {end for wire in document.wires.values() for end in (wire.source, wire.target)}
            element = self._views[key].root
            area = Rect2(element.position, element.size * self.root.zoom)
            crossing = self.root.get_connections_intersecting_with_rect(area)
            wire = next(filter(None, map(self._wire, crossing)), "")
            if ends and wire and key not in wired:
                yield InsertOnWire(wire, key, *ends)

    def feel(self, event: InputEvent) -> None:
        """Takes steps back by key, here and not in the scene."""
        if not self.is_open:
            return
        for name, act in (("ui_undo", self.session.undo), ("ui_redo", self.session.redo)):
            if event.is_action_pressed(name, False, True):
                act()
                self.root.accept_event()

    # ---- The part in view ----

    def _lay_out(self) -> None:
        """Waits for the next frame, in which nodes have their sizes, and the scroll bars ends."""
        tree = self.root.get_tree() if self.root.is_inside_tree() else None
        if self._is_laid_out and tree is not None:
            self._is_laid_out = False
            tree.process_frame.connect(self._follow_layout, Object.CONNECT_ONE_SHOT)

    def _follow_layout(self) -> None:
        self._is_laid_out = True
        if self.is_open:
            if self._is_new:
                self._fit()
            self._is_new = False
            self._show_map()

    def _follow_size(self) -> None:
        self.overview.fit_into(self.root.size)
        self._show_view()

    def _fit(self) -> None:
        """Shows the graph from its left upper corner."""
        if self._views:
            area = self._area(self._views)
            margin = scaled(_MARGIN)
            self.root.zoom = 1.0
            self.root.scroll_offset = area.position - Vector2(margin, 2.0 * margin)

    def lead_to(self, key: str) -> None:
        """Selects a node and shows it in the middle."""
        if key in self._views:
            self.select(key)
            middle = self._area((key,)).get_center()
            self._look_at(middle.x, middle.y)

    def show_all(self) -> None:
        """Shows all nodes, no larger than they are."""
        if self._views:
            area = self._area(self._views).grow(scaled(_MARGIN))
            room = self.root.size
            self.root.zoom = min(room.x / area.size.x, room.y / area.size.y, 1.0)
            middle = area.get_center()
            self._look_at(middle.x, middle.y)

    def reveal(self) -> None:
        """Shows the nodes that are selected, if one of them is out of view."""
        if self.selection:
            area, zoom = self._area(self.selection), self.root.zoom
            if not Rect2(self.root.scroll_offset / zoom, self.root.size / zoom).encloses(area):
                middle = area.get_center()
                self._look_at(middle.x, middle.y)

    def _area(self, keys: Iterable[str]) -> Rect2:
        """The part of the canvas with these nodes, of which there has to be one."""
        first, *others = (
            Rect2(view.root.position_offset, view.root.size)
            for view in (self._views[key] for key in keys)
        )
        for other in others:
            first = first.merge(other)
        return first

    def _look_at(self, x: float, y: float) -> None:
        """Centres a place of the canvas."""
        size, zoom = self.root.size, self.root.zoom
        self.root.scroll_offset = Vector2(x * zoom - size.x / 2.0, y * zoom - size.y / 2.0)

    def _show_map(self) -> None:
        document = self.session.document
        nodes = [
            _on_map(view.root, colour_of(document.nodes[key].type))
            for key, view in self._views.items()
        ]
        frames = [_on_map(each, FRAME_COLOUR) for each in self.frames.elements().values()]
        self.overview.show_nodes([*frames, *nodes])
        self._show_view()

    def _show_view(self) -> None:
        at, size, zoom = self.root.scroll_offset, self.root.size, self.root.zoom
        self.overview.show_view(at.x / zoom, at.y / zoom, size.x / zoom, size.y / zoom)


def _on_map(element: GraphElement, colour: Color) -> Place:
    at, size = element.position_offset, element.size
    return at.x, at.y, size.x, size.y, colour


def _place_of(wire: str, ports: Sequence[ShownPort]) -> int:
    return next(index for index, port in enumerate(ports) if wire in port.wires)


def _shown_at(place: Point) -> Vector2:
    x, y = place
    return Vector2(scaled(x * _SPREAD[0]), scaled(y * _SPREAD[1]))


def _placed(at: Vector2) -> Point:
    """The position to write for a place on the canvas, in whole pixels."""
    return float(round(unscaled(at.x) / _SPREAD[0])), float(round(unscaled(at.y) / _SPREAD[1]))
