import os
import sys
import threading

import pytest
from npc_video.background import background_threads


@pytest.mark.skipif(sys.platform != "linux", reason="threads have no priorities of their own here")
def test_threads_give_way_and_the_game_does_not():
    def niceness():
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    before = niceness()
    with background_threads(1, "test") as threads:
        assert threads.submit(niceness).result() > before
    assert niceness() == before
