"""Runs measurements that are generators, one step in each frame of the engine."""

from __future__ import annotations

import json
from collections.abc import Generator
from typing import Any

from godot import OS
from godot import print as print_line


class Measurement:
    """Makes a node the scene of a measurement, and ends the engine after the last step."""

    _work: Generator[None]

    def _steps(self, **options: Any) -> Generator[None]:
        """Yields once in each frame; gets the options of the command line."""
        raise NotImplementedError

    def _ready(self) -> None:
        self._work = self._steps(**json.loads(OS.get_cmdline_user_args()[0]))

    def _process(self: Any, delta: float) -> None:
        try:
            next(self._work)
        except StopIteration:
            print_line(json.dumps({}))
            self._end(0)
        except BaseException:
            self._end(1)
            raise

    def _end(self: Any, code: int) -> None:
        self._work.close()
        self.set_process(False)
        self.get_tree().quit(code)
