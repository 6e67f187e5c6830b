import os
import sys
import threading

import pytest
from npc_video.background import background_threads


def urgency():
    """Of this thread, as its system tells it: the larger the more urgent."""
    if sys.platform == "win32":
        import ctypes

        kernel = ctypes.WinDLL("kernel32")
        kernel.GetCurrentThread.restype = ctypes.c_void_p
        kernel.GetThreadPriority.argtypes = [ctypes.c_void_p]
        return kernel.GetThreadPriority(kernel.GetCurrentThread())
    if sys.platform == "darwin":
        import ctypes

        return ctypes.CDLL(None).qos_class_self() or 0x15  # unspecified counts as the default
    return -os.getpriority(os.PRIO_PROCESS, threading.get_native_id())


@pytest.mark.skipif(
    sys.platform not in ("linux", "win32", "darwin"), reason="threads have no urgency of their own"
)
def test_threads_give_way_and_the_game_does_not():
    before = urgency()
    with background_threads(1, "test") as threads:
        assert threads.submit(urgency).result() < before
    assert urgency() == before
