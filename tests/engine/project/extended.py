"""What a game makes of the addon's player in Python, with what any node may have."""

from typing import Any

from godot import exposed
from npc_video_player import NpcVideoPlayer


@exposed
class TamePlayer(NpcVideoPlayer):
    """Has what every node may have, and calls no `super()`."""

    heard: tuple[Any, ...] = ()

    def _ready(self) -> None:
        self.heard = (*self.heard, "ready")

    def _process(self, delta: float) -> None:
        if "process" not in self.heard:
            self.heard = (*self.heard, "process")

    def _notification(self, what: int) -> None:
        self.heard = (*self.heard, what)

    def _validate_property(self, info: dict[str, Any]) -> None:
        if info["name"] == "mute":
            info["usage"] = 0
