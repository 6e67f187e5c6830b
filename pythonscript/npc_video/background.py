"""Threads that work beside a game with a lower priority."""

import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

__all__ = ["background_threads"]

_NICER, _NICEST = 10, 19  # Linux: added to the game's own 0; 19 is the idle priority
_BELOW_NORMAL = -1  # Windows: THREAD_PRIORITY_BELOW_NORMAL, of 0 (as the game) to -15
_UTILITY = 0x11  # macOS: QOS_CLASS_UTILITY, for long work with visible progress


def background_threads(count: int, name: str) -> ThreadPoolExecutor:
    """A pool of `count` threads that get less processor time than the game's own."""
    return ThreadPoolExecutor(count, thread_name_prefix=name, initializer=_give_way)


def _give_way() -> None:
    """Lowers the priority of the calling thread; ignored if the system refuses."""
    if sys.platform == "linux":
        thread = threading.get_native_id()
        niceness = os.getpriority(os.PRIO_PROCESS, thread) + _NICER
        os.setpriority(os.PRIO_PROCESS, thread, min(niceness, _NICEST))
    elif sys.platform == "win32":
        import ctypes  # Linux does without

        kernel = ctypes.WinDLL("kernel32")
        kernel.GetCurrentThread.restype = ctypes.c_void_p
        kernel.SetThreadPriority.argtypes = [ctypes.c_void_p, ctypes.c_int]
        kernel.SetThreadPriority(kernel.GetCurrentThread(), _BELOW_NORMAL)
    elif sys.platform == "darwin":
        import ctypes  # Linux does without

        system = ctypes.CDLL(None)
        system.pthread_set_qos_class_self_np.argtypes = [ctypes.c_uint, ctypes.c_int]
        system.pthread_set_qos_class_self_np(_UTILITY, 0)
