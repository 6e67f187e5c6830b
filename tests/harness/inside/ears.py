"""Captures sound, for tests that listen."""

from __future__ import annotations

import time
from collections import deque

import numpy as np
from engine_tests import Steps, until
from godot import AudioEffectCapture, AudioServer
from npc_video_player import NpcVideoPlayer
from numpy.typing import NDArray

BLOCK_SECONDS = 0.01
APART_SECONDS = 0.04  # people notice 45 ms


class Ears:
    """Hear what goes to an audio bus of their own, which is there until `close`."""

    def __init__(self) -> None:
        self.rate = AudioServer.get_mix_rate()
        self._effect = AudioEffectCapture()
        self._effect.buffer_length = 5.0
        index = AudioServer.bus_count
        AudioServer.add_bus()
        AudioServer.set_bus_name(index, "Ears")
        self.bus = str(AudioServer.get_bus_name(index))  # another, if there are others
        AudioServer.add_bus_effect(index, self._effect)

    def close(self) -> None:
        AudioServer.remove_bus(AudioServer.get_bus_index(self.bus))

    def listen(self, seconds: float, heard: list[NDArray[np.float32]]) -> Steps:
        """Adds to `heard` what is heard from now on: rows of left and right, -1 to 1."""
        self._effect.clear_buffer()
        left = round(seconds * self.rate)
        while left > 0:
            yield
            there = min(left, self._effect.get_frames_available())
            if there:
                part = self._effect.get_buffer(there)
                heard.append(np.asarray(part, np.float32).reshape(-1, 2).copy())
                left -= there


def loudness(samples: NDArray[np.float32], rate: float) -> NDArray[np.float32]:
    """The largest of each hundredth of a second."""
    block = round(BLOCK_SECONDS * rate)
    whole = len(samples) // block * block
    blocks = np.abs(samples[:whole]).reshape(-1, block * samples.shape[1])
    return np.asarray(blocks.max(axis=1), np.float32)


def pitch(samples: NDArray[np.float32], rate: float) -> float:
    """The frequency of what is loudest, in hertz."""
    window = samples[:, 0] * np.hanning(len(samples))
    return float(np.abs(np.fft.rfft(window)).argmax() * rate / len(samples))


def in_step(player: NpcVideoPlayer, frames: int = 1) -> Steps:
    """Waits until sound and picture were together in five of six of the last `frames`.

    A frame that itself takes long cannot be made up for within it.
    """
    layer = player._director.screen.clip if player._director is not None else None
    assert layer is not None
    together: deque[bool] = deque(maxlen=frames)
    last = time.perf_counter()

    def are_together() -> bool:
        nonlocal last
        now = time.perf_counter()
        lasted, last = now - last, now
        assert layer.sound is not None
        apart = abs(layer.sound.ahead(layer.reel.position))
        together.append(apart < max(APART_SECONDS, 2.0 * lasted))
        return len(together) == frames and 6 * sum(together) >= 5 * frames

    yield from until(are_together)
