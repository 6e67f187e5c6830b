"""Where a player's clips are heard from, how loudly, and how fast they play."""

from __future__ import annotations

from functools import cache
from typing import Any

from godot import (
    AudioServer,
    AudioStreamPlayer,
    AudioStreamPlayer2D,
    AudioStreamPlayer3D,
    ClassDB,
    Engine,
    Node,
    db_to_linear,
)

SPEAKERS = (AudioStreamPlayer2D, AudioStreamPlayer3D, AudioStreamPlayer)

_MAX_DB = 24.0  # as the engine's own players have it in the inspector
_STORED = 2  # of the engine's PropertyUsageFlags
# What is the clip's or changes with it. Doppler would take the sound away from its picture.
_OWN = {
    "stream", "playing", "autoplay", "stream_paused", "pitch_scale", "volume_db", "volume_linear",
    "doppler_tracking",
}  # fmt: skip


class Speaker:
    """Of `player`: plays by a node of the game's where `path` names one, else by `bus`.

    The game's node plays nothing itself: each clip gets a voice of its own below it, so that two
    are heard while one fades into the other, and what the game has it play goes on.

    Attributes:
        bus: the audio bus, for what is heard from nowhere.
        path: to a node of one of the classes `SPEAKERS`; it need not be there.
        volume_db: of all clips.
        is_mute: whether nothing is heard.
        speed: how fast clips play; 0.0 stops them.
    """

    def __init__(self, player: Node):
        self.bus, self.path = "Master", ""
        self.volume_db, self.is_mute, self.speed = 0.0, False, 1.0
        self._player = player

    @property
    def place(self) -> Any | None:
        """The game's node, if there is one now."""
        if not self.path:
            return None
        node = self._player.get_node_or_null(self.path)
        return node if isinstance(node, SPEAKERS) and node.is_inside_tree() else None

    @property
    def rate(self) -> float:
        """Seconds of a clip in one of the real world."""
        return self.speed * float(Engine.time_scale)

    def pitch(self, rate: float) -> float:
        """What has the engine play a sound at this rate."""
        scale = float(AudioServer.playback_speed_scale)  # the engine multiplies by it
        return rate / scale if scale > 0.0 else rate

    def new_voice(self, place: Any | None) -> Any:
        """A node that plays at `place`, or everywhere."""
        voice = AudioStreamPlayer() if place is None else ClassDB.instantiate(place.get_class())
        (self._player if place is None else place).add_child(voice, False, Node.INTERNAL_MODE_BACK)
        return voice

    def set_up(self, voice: Any, place: Any | None, loudness: float) -> None:
        """Has a voice sound as the player and the game's node are set now.

        Args:
            loudness: 0 to 1, of the clip.
        """
        loudness *= db_to_linear(min(self.volume_db, _MAX_DB))
        if place is None:
            if voice.bus != self.bus:
                voice.bus = self.bus
        else:
            loudness *= place.volume_linear
            for name in _settings_of(place.get_class()):
                value = place.get(name)
                if voice.get(name) != value:
                    voice.set(name, value)
        voice.volume_linear = loudness


@cache
def _settings_of(class_name: str) -> tuple[str, ...]:
    """The names of what can be set of such a node, and is not the clip's."""
    found = ClassDB.class_get_property_list(class_name, True)
    names = (str(info["name"]) for info in found if info["usage"] & _STORED)
    return tuple(name for name in names if name not in _OWN)
