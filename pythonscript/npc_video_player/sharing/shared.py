"""Shares one pool of decoders and its reels among all players of a game.

They are made when the first player needs them, and end with the game. Slow imports happen on a
thread meanwhile, so that the engine starts no later for them.
"""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import npc_video
from godot import at_exit
from npc_video.background import background_threads
from npc_video.media.cost import CostCounter
from npc_video.media.first_pictures import FirstPictures

from ..canvas.renderer import max_texture_side
from ..clips.reel import EnginePictures
from ..clips.reels import Reels

# Decoding is C code that releases the interpreter lock, and two threads of it keep up with any
# game. One processor stays free for the engine: if both decode, its frames wait for them.
_DECODE_THREADS = max(1, min(2, (os.cpu_count() or 1) - 1))
# Threads that wait for clips to arrive: one each, for as many as are made at once.
_WAITING_THREADS = 16
# With 50 clips of 512², which take about half as much, this stays below 25 MB.
_FIRST_PICTURES_BYTES = 12 * 1024 * 1024
# All other names of the brain take twice as long to import, NumPy and FFmpeg among what they load.
_NEEDED_SOON = (
    "BackendPool",
    "CallableBackend",
    "ClipCache",
    "ComfyUiBackend",
    "FailoverBackend",
    "GestureDetector",
    "HttpBackend",
    "NpcResponseEvaluator",
    "ProceduralBackend",
    "Profile",
    "ProgressiveVideoLoader",
    "StillsBackend",
    "ToolInteraction",
    "VideoGenerationManager",
)


_is_closing = threading.Event()


def load() -> None:
    """Begins to import the modules that the first player will need."""
    threading.Thread(target=_load, name="npc_video loading").start()


def _load() -> None:
    for name in _NEEDED_SOON:
        # A game may end at once, and an import that is broken off fails in surprising ways.
        if _is_closing.is_set():
            return
        getattr(npc_video, name)


@cache
def decoders() -> ThreadPoolExecutor:
    """Returns the threads on which clips are decoded."""
    return background_threads(_DECODE_THREADS, "decode")


@cache
def waiting_decoders() -> ThreadPoolExecutor:
    """Returns the threads on which clips are decoded that still arrive."""
    return background_threads(_WAITING_THREADS, "decode_coming")


@cache
def first_pictures() -> FirstPictures:
    """Returns the first frames of recent clips."""
    return FirstPictures(decoders(), pictures(), _FIRST_PICTURES_BYTES)


@cache
def pictures() -> EnginePictures:
    """Returns the maker of the images into which clips are decoded."""
    return EnginePictures(max_texture_side())


@cache
def cost() -> CostCounter:
    """Returns the counter of playback costs."""
    return CostCounter()


@cache
def reels() -> Reels:
    """Returns the playing reels."""
    return Reels(decoders(), waiting_decoders(), pictures(), first_pictures(), cost())


@at_exit
def close() -> None:
    """Stops the threads at exit."""
    _is_closing.set()
    for threads in (waiting_decoders, decoders):
        if threads.cache_info().currsize:
            threads().shutdown(cancel_futures=True)
    for made in (reels, first_pictures, pictures, waiting_decoders, decoders):
        made.cache_clear()
