"""The game's end of Live, in which the graph editor watches the NPCs of a running game.

Only games that the editor runs have it. It speaks once for each NPC with a graph, and after that
only of the one that is watched.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

from godot import Engine, EngineDebugger, SceneTree, at_exit
from npc_video.live.messages import PREFIX, FromEditor, FromGame, LiveNpc, digest_of, turn_text
from npc_video.live.watch import Watch

from ..resources.response_graph import problems_of

if TYPE_CHECKING:
    from godot import NodePath
    from npc_video import NpcResponseEvaluator, ToolInteraction, VideoParams
    from npc_video.graph import TracedTurn

    from ..resources.profile import NpcProfile
    from ..resources.response_graph import NpcResponseGraph

__all__ = ["LiveEnd", "live_end"]


class LivePlayer(Protocol):
    """A player whose NPC can be watched."""

    @property
    def profile(self) -> NpcProfile | None: ...
    def get_instance_id(self) -> int: ...
    def get_path(self) -> NodePath: ...


_ends: dict[str, LiveEnd] = {}


def live_end(player: LivePlayer) -> LiveEnd:
    """Makes the end of a player that has come into a scene; it lasts until its `close`."""
    if not EngineDebugger.has_capture(PREFIX):
        EngineDebugger.register_message_capture(PREFIX, _hear)
    end = LiveEnd(player)
    _ends[end.key] = end
    return end


def _hear(message: str, strings: Sequence[str]) -> bool:
    """Takes a message of the editor; one about a player that has gone comes too late."""
    end = _ends.get(str(strings[0])) if strings else None
    if end is not None:
        end.hear(str(message), *(str(each) for each in strings[1:]))
    return True


@at_exit
def _close() -> None:
    if EngineDebugger.has_capture(PREFIX):
        EngineDebugger.unregister_message_capture(PREFIX)
    _ends.clear()


class LiveEnd:
    """Tells the editor of one player and its NPC.

    Attributes:
        key: identifies the player.
    """

    def __init__(self, player: LivePlayer):
        self.key = str(player.get_instance_id())
        self._player = player
        self._told: LiveNpc | None = None
        self._watch: Watch | None = None

    @property
    def is_watched(self) -> bool:
        """Whether the editor gets the turns of the NPC."""
        return self._watch is not None

    def introduce(self) -> None:
        """Tells of the NPC, if its name or its graph is new."""
        profile, graph = self._player.profile, self._graph
        npc = None
        if profile is not None and graph is not None:
            npc = LiveNpc(
                self.key,
                str(profile.npc_name),
                str(self._player.get_path()),
                str(graph.resource_path),
                digest_of(str(graph.json)),
            )
        if npc == self._told:
            return
        self._told = npc
        if npc is None:
            self._leave()
        else:
            EngineDebugger.send_message(FromGame.HELLO, npc.strings())

    def close(self) -> None:
        """Tells that the player has left its scene."""
        if self._told is not None:
            self._told = None
            self._leave()
        _ends.pop(self.key, None)

    def evaluated(
        self, evaluator: NpcResponseEvaluator, event: ToolInteraction, now: float
    ) -> VideoParams | None:
        """Evaluates an interaction as the evaluator does, and tells the editor, which watches."""
        watch = self._watch
        assert watch is not None
        before = {} if watch.pause_at is None else _memory_of(evaluator)
        turn = evaluator.traced_at(event, now)
        if turn is None:
            return None
        wait = watch.add(turn, now)
        if watch.pause_at is not None and watch.enters(before.get(watch.pause_at[0]), turn):
            self._pause(*watch.pause_at)
        elif wait == 0.0:
            self._send()
        elif wait is not None:
            _tree().create_timer(wait, True, False, True).timeout.connect(self._send)
        return turn.answer

    def hear(self, message: str, *strings: str) -> None:
        """Does what a message of the editor asks for."""
        if message == FromEditor.WATCH:
            self._watch = Watch()
        elif message == FromEditor.LEAVE:
            self._watch = None
        elif message == FromEditor.RESUME:
            _tree().paused = False
        elif message == FromEditor.GRAPH:
            self._replace_graph(*strings)
        elif message == FromEditor.PAUSE_WHEN and self._watch is not None:
            node, state = strings
            self._watch.pause_at = (node, state) if node else None

    @property
    def _graph(self) -> NpcResponseGraph | None:
        profile = self._player.profile
        graph = None if profile is None else profile.graph
        return graph if graph is not None and graph.json else None

    def _replace_graph(self, text: str) -> None:
        """Gives the NPC another graph, as a script of the game could; its memory stays."""
        graph = self._graph
        if graph is None:
            return
        if wrong := problems_of(text):
            EngineDebugger.send_message(FromGame.REFUSED, [self.key, " ".join(wrong)])
            return
        graph.json = text
        self.introduce()

    def _leave(self) -> None:
        self._watch = None
        EngineDebugger.send_message(FromGame.GONE, [self.key])

    def _pause(self, node: str, state: str) -> None:
        self._send()
        _tree().paused = True
        EngineDebugger.send_message(FromGame.PAUSED, [self.key, node, state])

    def _send(self) -> None:
        turn: TracedTurn | None = None
        if self._watch is not None:
            turn = self._watch.take(time.perf_counter())
        if turn is not None:
            EngineDebugger.send_message(FromGame.TURN, [self.key, turn_text(turn)])


def _memory_of(evaluator: NpcResponseEvaluator) -> dict[str, Any]:
    """Returns the memory of each node that has one, by id."""
    return {node["id"]: node["cell"] for node in evaluator.to_dict()["nodes"]}


def _tree() -> SceneTree:
    tree = Engine.get_main_loop()
    assert isinstance(tree, SceneTree)
    return tree
