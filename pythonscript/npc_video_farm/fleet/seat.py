"""A process of the farm that lives and dies with a Ray actor."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence

__all__ = ["Seat"]

_STEADY_SECONDS, _PAUSE_SECONDS = 10.0, 3.0
# A worker gives back within 25 seconds what it does not finish.
_LEAVE_SECONDS = 30.0


class Seat:
    """The actor: its process begins with it, and it ends with its process, to be made anew.

    Ray makes an actor anew by `__init__` alone, so all begins there.

    Args:
        command: of `npc-video farm`, with its options.
        environment: variables of the process; a password of the store is on no list of processes.
    """

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]):
        program = (sys.executable, "-m", "npc_video_farm", *command, "--parent", str(os.getpid()))
        self._process = subprocess.Popen(
            program, stdin=subprocess.DEVNULL, env={**os.environ, **environment}
        )
        self._is_leaving = False
        threading.Thread(target=self._watch, daemon=True).start()

    def process(self) -> int:
        """The process's id."""
        return self._process.pid

    def leave(self) -> None:
        """Lets the process finish what it can, and waits for its end."""
        self._is_leaving = True
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(_LEAVE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()

    def _watch(self) -> None:
        began = time.perf_counter()
        self._process.wait()
        if self._is_leaving:
            return
        if time.perf_counter() - began < _STEADY_SECONDS:
            time.sleep(_PAUSE_SECONDS)  # so that one that cannot start is not tried all the time
        os._exit(1)  # to Ray this is a crash, after which it makes the actor anew
