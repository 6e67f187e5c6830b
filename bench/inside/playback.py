"""Runs one part of the measurements of playback, inside the engine; `bench/playback.py` starts it.

A part is a generator that yields once for every frame of the engine, and returns its figures.
"""

from __future__ import annotations

import json
from collections.abc import Callable

import playback_crowd
import playback_frames
import playback_hits
import playback_main_thread
import playback_switching
from godot import OS, Node, exposed
from godot import print as print_line
from playback_stage import Stage, Steps

_PARTS: dict[str, Callable[..., Steps]] = {
    "crowd": playback_crowd.measure,
    "main": playback_main_thread.measure,
    "hits": playback_hits.measure,
    "frames": playback_frames.measure,
    "switching": playback_switching.measure,
}


@exposed
class PlaybackBench(Node):
    """The scene of the measurement."""

    def _ready(self) -> None:
        # The last in every frame, so that a request has to wait for the players' next turn.
        self.process_priority = 1
        options = json.loads(OS.get_cmdline_user_args()[0])
        self._stage = Stage(self)
        self._part = _PARTS[options.pop("part")](self._stage, **options)

    def _process(self, delta: float) -> None:
        self._stage.meter.tick()
        try:
            next(self._part)
        except StopIteration as end:
            print_line(json.dumps(end.value))
            self._end(0)
        except BaseException:
            self._end(1)
            raise

    def _end(self, code: int) -> None:
        self._stage.clear()
        self.set_process(False)
        if (tree := self.get_tree()) is not None:
            tree.quit(code)
