"""Plays the sound of a clip, in step with its picture.

The engine plays it from memory, in a loop of the clip's own length, as fast as the picture. Its
clock is the sound card's and never waits, while a picture may have to. If the two part, the sound
jumps back to the picture.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from godot import AudioServer, AudioStreamWAV, is_instance_valid

from .speaker import Speaker

if TYPE_CHECKING:
    from npc_video.media.sound import Sound

# People notice sound that is 45 ms early or 125 ms late (ITU-R BT.1359).
_DRIFT_SECONDS = 0.04
# A jump is more noticeable. The engine reports the position only in the blocks that it mixes, late
# on a busy machine. So the sound must be off for a while before it jumps.
_PATIENCE_SECONDS = 0.2
# Limits of the rate, beyond which it is no sound any more and the engine does not play it.
_SLOWEST, _FASTEST = 0.01, 16.0
_SILENT_SECONDS = 0.5
_BYTES_PER_SAMPLE = 2


class ClipSound:
    """Plays `sound` through `speaker`, once or as often as the clip.

    Attributes:
        jumps: the number of jumps back to the picture.
    """

    def __init__(self, speaker: Speaker, sound: Sound, *, loops: bool):
        self.jumps = 0
        self._speaker = speaker
        self._seconds = sound.length
        self._stream = _stream(sound, loops=loops)
        self._place: Any = None
        self._voice: Any = None
        self._rate = 1.0  # seconds of the clip per real second
        self._well_at = 0.0  # the last time at which it was in step

    def follow(self, position: float, loudness: float) -> None:
        """Keeps in step with the picture, which is `position` seconds into the clip.

        Args:
            loudness: 0 to 1.
        """
        self._rate = self._speaker.rate
        if not _SLOWEST <= self._rate <= _FASTEST:
            self.pause()
            return
        place = self._speaker.place
        if self._voice is None or not is_instance_valid(self._voice) or place != self._place:
            self._move(place)
        voice, pitch = self._voice, self._speaker.pitch(self._rate)
        self._speaker.set_up(voice, place, loudness)
        if voice.pitch_scale != pitch:
            voice.pitch_scale = pitch
        voice.stream_paused = False
        if not voice.playing:
            voice.play(position)
            self._well_at = time.perf_counter()
        elif self._is_off(position):
            voice.seek(position)
            self.jumps += 1

    def ahead(self, position: float) -> float:
        """Returns by how many seconds it is ahead of a picture at `position` seconds of the clip.

        They are real seconds, however fast the clip plays.
        """
        rate = self._rate
        since = AudioServer.get_time_since_last_mix() - AudioServer.get_output_latency()
        heard = self._voice.get_playback_position() + since * rate
        half = self._seconds / 2.0
        ahead: float = (heard - position + half) % self._seconds - half
        return ahead / rate

    def _is_off(self, position: float) -> bool:
        """Tells whether it has been out of step for too long."""
        now = time.perf_counter()
        if abs(self.ahead(position)) <= _DRIFT_SECONDS:
            self._well_at = now
        if now - self._well_at <= _PATIENCE_SECONDS:
            return False
        self._well_at = now
        return True

    def pause(self) -> None:
        if self._voice is not None and is_instance_valid(self._voice):
            self._voice.stream_paused = True

    def close(self) -> None:
        if self._voice is not None and is_instance_valid(self._voice):
            self._voice.queue_free()
        self._voice = self._place = None

    def _move(self, place: Any | None) -> None:
        """Moves the sound to another node, also after that of the game was freed."""
        self.close()
        self._place = place
        self._voice = self._speaker.new_voice(place)
        self._voice.stream = self._stream


def _stream(sound: Sound, *, loops: bool) -> AudioStreamWAV:
    """Makes a stream as long as the picture: longer sound is cut, shorter is filled with silence.

    A sound that plays once gets more silence, in which the picture ends.
    """
    sample = sound.channels * _BYTES_PER_SAMPLE
    clip = round(sound.length * sound.rate)
    whole = clip + (0 if loops else round(_SILENT_SECONDS * sound.rate))
    stream = AudioStreamWAV()
    stream.format = AudioStreamWAV.FORMAT_16_BITS
    stream.stereo = sound.channels == 2
    stream.mix_rate = sound.rate
    stream.data = sound.samples[: clip * sample].ljust(whole * sample, b"\0")
    stream.loop_mode = AudioStreamWAV.LOOP_FORWARD
    stream.loop_end = whole
    return stream
