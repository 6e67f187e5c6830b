"""Places a player's sound: the node or bus, the volume and the speed."""

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
    PropertyUsageFlags,
    db_to_linear,
)

SPEAKERS = (AudioStreamPlayer2D, AudioStreamPlayer3D, AudioStreamPlayer)

_MAX_DB = 24.0  # the range of the engine's own players in the inspector
# Properties that belong to the clip or change with it. Doppler would separate sound and picture.
_OWN = {
    "stream", "playing", "autoplay", "stream_paused", "pitch_scale", "volume_db", "volume_linear",
    "doppler_tracking",
}  # fmt: skip


class Speaker:
    """Plays the sound of `player` from a node of the game if `path` names one, else by `bus`.

    The game's node plays nothing itself. Each clip gets a voice of its own below it, so that two
    are heard during a cross-fade, and the game's own sound on the node goes on.

    Attributes:
        bus: the audio bus for sound without a node.
        path: to a node of one of the classes `SPEAKERS`; it need not exist.
        volume_db: of all clips.
        is_mute: silences all clips.
        speed: the speed of clips; 0.0 stops them.
    """

    def __init__(self, player: Node):
        self.bus, self.path = "Master", ""
        self.volume_db, self.is_mute, self.speed = 0.0, False, 1.0
        self._player = player

    @property
    def place(self) -> Any | None:
        """Returns the game's node, if there is one now."""
        if not self.path:
            return None
        node = self._player.get_node_or_null(self.path)
        return node if isinstance(node, SPEAKERS) and node.is_inside_tree() else None

    @property
    def rate(self) -> float:
        """Returns the seconds of a clip per real second."""
        return self.speed * float(Engine.time_scale)

    def pitch(self, rate: float) -> float:
        """Returns the pitch at which the engine plays a sound at this rate."""
        scale = float(AudioServer.playback_speed_scale)  # the engine multiplies by it
        return rate / scale if scale > 0.0 else rate

    def new_voice(self, place: Any | None) -> Any:
        """Makes a node that plays at `place`, or everywhere."""
        voice = AudioStreamPlayer() if place is None else ClassDB.instantiate(place.get_class())
        (self._player if place is None else place).add_child(voice, False, Node.INTERNAL_MODE_BACK)
        return voice

    def set_up(self, voice: Any, place: Any | None, loudness: float) -> None:
        """Applies the settings of the player and the game's node to a voice.

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
    """Returns the names of such a node's settable properties that do not belong to the clip."""
    found = ClassDB.class_get_property_list(class_name, True)
    names = (
        str(info["name"])
        for info in found
        if info["usage"] & PropertyUsageFlags.PROPERTY_USAGE_STORAGE
    )
    return tuple(name for name in names if name not in _OWN)
