"""The sound of a clip, in step with its picture.

The engine plays it from memory, in a loop of the clip's own length. Its clock is that of the sound
card and never waits, while a picture may have to: where the two part, the sound goes back to the
picture.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from godot import AudioServer, AudioStreamPlayer, AudioStreamWAV, Node

if TYPE_CHECKING:
    from npc_video.media.sound import Sound

# People notice sound that is 45 ms early or 125 ms late (ITU-R BT.1359).
_DRIFT_SECONDS = 0.04
_BYTES_PER_SAMPLE = 2


class ClipSound:
    """Plays `sound` for `player` as often as the clip, which is `seconds` long, does."""

    def __init__(self, player: Any, bus: str, sound: Sound, seconds: float):
        self._seconds = seconds
        stream = AudioStreamWAV()
        stream.format = AudioStreamWAV.FORMAT_16_BITS
        stream.stereo = sound.channels == 2
        stream.mix_rate = sound.rate
        stream.data = _fitted(sound, seconds)
        stream.loop_mode = AudioStreamWAV.LOOP_FORWARD
        stream.loop_end = round(seconds * sound.rate)
        self._node = AudioStreamPlayer()
        self._node.stream = stream
        self._node.bus = bus
        player.add_child(self._node, False, Node.INTERNAL_MODE_BACK)

    def follow(self, position: float, loudness: float) -> None:
        """Keeps to the picture, which is `position` seconds into the clip.

        Args:
            loudness: 0 to 1.
        """
        node = self._node
        node.volume_linear = loudness
        node.stream_paused = False
        if not node.playing:
            node.play(position)
        elif abs(self.ahead(position)) > _DRIFT_SECONDS:
            node.seek(position)

    def ahead(self, position: float) -> float:
        """Seconds by which it is ahead of a picture that is `position` seconds into the clip."""
        heard = self._node.get_playback_position() + AudioServer.get_time_since_last_mix()
        half = self._seconds / 2.0
        ahead: float = (heard - AudioServer.get_output_latency() - position + half) % self._seconds
        return ahead - half

    def send_to(self, bus: str) -> None:
        self._node.bus = bus

    def pause(self) -> None:
        self._node.stream_paused = True

    def close(self) -> None:
        self._node.queue_free()


def _fitted(sound: Sound, seconds: float) -> bytes:
    """Exactly as many samples as the picture lasts: what is too long is cut, silence follows."""
    sample = sound.channels * _BYTES_PER_SAMPLE
    before = round(max(0.0, sound.start) * sound.rate) * sample
    cut = round(max(0.0, -sound.start) * sound.rate) * sample
    size = round(seconds * sound.rate) * sample
    return (bytes(before) + sound.samples[cut:])[:size].ljust(size, b"\0")
