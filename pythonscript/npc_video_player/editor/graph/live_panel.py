"""Watches an NPC of a running game: its turns, and the graph that it goes by."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from godot import (
    EditorInterface,
    HBoxContainer,
    ItemList,
    OptionButton,
    ResourceLoader,
    ScrollContainer,
    VBoxContainer,
    Vector2,
)
from npc_video.errors import InvalidDataError
from npc_video.graph import TracedTurn
from npc_video.graph.document.document import GraphDocument
from npc_video.live.games import LiveGames
from npc_video.live.messages import FromGame, LiveNpc, digest_of, turn_of

from ...resources.response_graph import NpcResponseGraph
from .. import look
from ..answer import line_of
from .live_link import LiveLink
from .session import GraphSession

__all__ = ["LivePanel"]

_LIST_HEIGHT = 90.0
_IDLE = "Play the game: NPCs with a graph that are in it appear here, and can be watched."
_NOBODY = "Nobody"
_NEVER = "Never"


class LivePanel:
    """The panel; `root` is its control.

    Args:
        show: called with each turn that is of the open graph; with none when another NPC is chosen.
    """

    def __init__(self, show: Callable[[TracedTurn | None], None]):
        self._show = show
        self._session: GraphSession | None = None
        self._games = LiveGames()
        self._link = LiveLink(self._heard, self._ended)
        self.plugin = self._link.plugin
        self._places: list[tuple[int, str]] = []  # of the rows below the first one
        self._states: list[tuple[str, str]] = []  # of the choices below the first one
        self._idle = look.text(_IDLE)
        self._npcs = ItemList()
        self._npcs.tooltip_text = "The NPCs of running games. The chosen one is watched."
        self._npcs.custom_minimum_size = Vector2(0.0, look.scaled(_LIST_HEIGHT))
        self._npcs.item_selected.connect(self._choose)
        self._version = look.text()
        self._open = look.button(
            "Open", "Load", "Opens the graph that this NPC goes by.", self._open_graph
        )
        self._send = look.button(
            "Send",
            "Reload",
            "Gives the NPC the graph as it is here, while the game runs. It keeps its memory.",
            self._send_graph,
        )
        banner = HBoxContainer()
        banner.add_child(self._version)
        banner.add_child(self._open)
        banner.add_child(self._send)
        self._pause_at = OptionButton()
        self._pause_at.item_selected.connect(self._choose_pause)
        self._resume = look.button("Continue", "Play", "Lets the game go on.", self._go_on)
        self._fault = look.text()
        self._told = look.text()
        self._watching = VBoxContainer()
        pause = ("Pause when", "The state whose beginning pauses the game.", self._pause_at)
        self._watching.add_child(banner)
        self._watching.add_child(look.form((pause,)))
        self._watching.add_child(look.flow(self._resume))
        self._watching.add_child(self._fault)
        self._watching.add_child(self._told)
        rows = VBoxContainer()
        rows.size_flags_horizontal = VBoxContainer.SIZE_EXPAND_FILL
        rows.add_child(self._idle)
        rows.add_child(self._npcs)
        rows.add_child(self._watching)
        self.root = ScrollContainer()
        self.root.name = "Live"
        self.root.visibility_changed.connect(self._choose_fitting)
        self.root.horizontal_scroll_mode = ScrollContainer.SCROLL_MODE_DISABLED
        self.root.add_child(rows)
        self._list()

    def follow(self, session: GraphSession | None) -> None:
        """Takes the graph that is open, as it is now; None for none."""
        self._session = session
        self._list_states()
        self._compare()
        self._choose_fitting()

    # ---- From the games ----

    def _heard(self, game: int, name: str, strings: Sequence[str]) -> None:
        try:
            self._take(game, name, strings)
        except (InvalidDataError, ValueError) as error:
            look.tell(self._fault, str(error), look.FAULT)

    def _take(self, game: int, name: str, strings: Sequence[str]) -> None:
        if name == FromGame.HELLO:
            self._link.send(self._games.came(game, LiveNpc.from_strings(strings)))
            self._list()
            self._choose_fitting()
        elif name == FromGame.GONE:
            self._games.went(game, strings[0])
            self._list()
        elif (game, strings[0]) != self._games.watched:
            return  # of one that was chosen before
        elif name == FromGame.TURN:
            self._turn(turn_of(strings[1]))
        elif name == FromGame.REFUSED:
            look.tell(self._fault, f"The NPC keeps its graph: {strings[1]}", look.FAULT)
        elif name == FromGame.PAUSED:
            _, node, state = strings
            self._resume.visible = True
            look.tell(self._told, f"Paused: {node} is in {state} now.", look.WARNING)

    def _ended(self, game: int) -> None:
        self._games.ended(game)
        self._list()

    def _turn(self, turn: TracedTurn) -> None:
        self._resume.visible = False
        look.tell(self._told, line_of(turn.at, turn.touch, turn.answer))
        if self._is_open:
            self._show(turn)

    # ---- The list ----

    def _list(self) -> None:
        titles = self._games.titles()
        self._places = [*titles]
        self._idle.visible = not self._places
        self._npcs.visible = bool(self._places)
        self._npcs.clear()
        self._npcs.add_item(_NOBODY)
        for place, title in titles.items():
            row = self._npcs.add_item(title)
            self._npcs.set_item_tooltip(row, self._games.npcs[place].path)
        watched = self._games.watched
        self._npcs.select(self._places.index(watched) + 1 if watched in self._places else 0)
        self._watching.visible = watched is not None
        self._compare()

    def _choose(self, row: int) -> None:
        place = self._places[row - 1] if row else (0, "")
        before = self._games.watched
        self._link.send(self._games.choose(*place))
        if self._games.watched != before:
            look.tell(self._fault, "")
            look.tell(self._told, "")
            self._resume.visible = False
            self._list_states()
            self._show(None)
        self._list()

    def _choose_fitting(self) -> None:
        """Chooses an NPC with the open graph, while the panel is seen and nobody was chosen."""
        if self._games.has_choice or not self.root.is_visible_in_tree():
            return
        for row, place in enumerate(self._places, 1):
            if self._has_graph(self._games.npcs[place]):
                self._choose(row)
                return

    # ---- The graph ----

    def _has_graph(self, npc: LiveNpc) -> bool:
        """Whether an NPC goes by the open graph, in whatever version."""
        if self._session is None:
            return False
        graph = self._session.graph
        return digest_of(graph.json) == npc.digest or npc.graph == graph.resource_path != ""

    @property
    def _is_open(self) -> bool:
        """Whether the graph of the watched NPC is open."""
        npc = self._games.npc
        return npc is not None and self._has_graph(npc)

    def _compare(self) -> None:
        """Tells where the watched NPC goes by another graph than the one that is open."""
        npc = self._games.npc
        told, can_open, can_send = "", False, False
        if npc is not None and not self._is_open:
            told = f"This NPC goes by {npc.graph or 'a graph without a file'}."
            can_open = bool(npc.graph)
        elif npc is not None and self._session is not None:
            can_send = digest_of(self._session.graph.json) != npc.digest
            told = "The game has another version of this graph." if can_send else ""
        look.tell(self._version, told, look.WARNING)
        self._open.visible, self._send.visible = can_open, can_send

    def _open_graph(self) -> None:
        npc = self._games.npc
        graph = None if npc is None else ResourceLoader.load(npc.graph)
        if isinstance(graph, NpcResponseGraph):
            EditorInterface.edit_resource(graph)

    def _send_graph(self) -> None:
        if self._session is not None:
            look.tell(self._fault, "")
            self._link.send(self._games.replace_graph(self._session.graph.json))

    # ---- Pausing ----

    def _list_states(self) -> None:
        """Offers the states of the open graph; the choice stays, if it is still there."""
        document = None if self._session is None else self._session.document
        states = [] if document is None else _states_of(document)
        if states == self._states and self._pause_at.item_count:
            return
        self._states = states
        self._pause_at.clear()
        self._pause_at.add_item(_NEVER)
        for node, state in states:
            self._pause_at.add_item(f"{node}: {state}")
        chosen = self._games.pause_at
        self._pause_at.select(states.index(chosen) + 1 if chosen in states else 0)

    def _choose_pause(self, index: int) -> None:
        node, state = self._states[index - 1] if index else ("", "")
        self._link.send(self._games.pause_when(node, state))

    def _go_on(self) -> None:
        self._resume.visible = False
        look.tell(self._told, "")
        self._link.send(self._games.resume())


def _states_of(document: GraphDocument) -> list[tuple[str, str]]:
    """The states of all machines: node and state."""
    return [
        (node.id, str(state["id"]))
        for node in document.nodes.values()
        if node.type == "state.machine" and isinstance(node.fields.get("states"), list)
        for state in node.fields["states"]
        if isinstance(state, dict) and state.get("id")
    ]
