"""Runs measurements that are generators, one step in each frame of the engine."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator
from typing import Any

from godot import OS, python_only
from godot import print as print_line


class Measurement:
    """Makes a node the scene of a measurement, and ends the engine after the last step."""

    _work: Generator[None, None, Any]

    @python_only
    def begin(self, steps: Callable[..., Generator[None, None, Any]]) -> None:
        """Begins a measurement that yields once in each frame, and returns figures or nothing.

        Args:
            steps: called with the node and the options of the command line.
        """
        self._work = steps(self, **json.loads(OS.get_cmdline_user_args()[0]))

    def _process(self: Any, delta: float) -> None:
        try:
            next(self._work)
        except StopIteration as end:
            print_line(json.dumps(end.value or {}))
            self._end(0)
        except BaseException:
            self._end(1)
            raise

    def _end(self: Any, code: int) -> None:
        self._work.close()
        self.set_process(False)
        self.get_tree().quit(code)
