"""Games that end while a generator of Python does not: soon, in silence, with exit code 0."""

from pathlib import Path

import pytest

from tests.harness.games import play

MAIN = """
extends SceneTree

func _initialize() -> void:
	var maker := Maker.new()
	for index in maker.COUNT:
		var player := NpcVideoPlayer.new()
		player.preset = NpcVideoPlayer.QUALITY_REALTIME
		player.npc_name = "Moss %d" % index
		maker.give_to(player)
		root.add_child(player)
	while not maker.have_begun():
		await process_frame
	print("@end")
	quit(0)
"""
MAKER = """
import asyncio, ctypes, threading, time
from concurrent.futures import ThreadPoolExecutor
from godot import Image, Object, RefCounted, exposed, run_on_main_thread
from npc_video import Backend, CallableBackend, GeneratedClip

begun = []
def begins():
    begun.append(1)

{text}

@exposed
class Maker(RefCounted):
    COUNT = {count}
    def give_to(self, player: Object) -> None:
        player.set_backend(Made() if "Made" in globals() else CallableBackend(work))
    def have_begun(self) -> bool:
        return len(begun) >= self.COUNT
"""
WORK = "def work(request):\n    begins()\n    "
ASYNC = f"async {WORK}"
CASES = {
    "sleeps": f"{WORK}time.sleep(600.0)",
    "waits for a lock": f"{WORK}threading.Event().wait()",
    "computes": f"{WORK}while True: pass",
    "is in a call of C": f"{WORK}ctypes.CDLL(None).sleep(600)",
    "calls the engine": f"""{WORK}
    while True:
        Image.create_empty(8, 8, False, Image.FORMAT_RGBA8).fill((1, 0, 0, 1))
""",
    "catches whatever ends it": f"""{WORK}
    while True:
        try:
            while True: sum(range(1000))
        except BaseException: pass
""",
    "catches whatever ends it, while files are closed": f"""{WORK}
    while True:
        try:
            while True: sum(range(1000))
        except BaseException: pass
class Litter:
    def __init__(self):
        self.me, self.file = self, open(__file__)
import atexit
atexit.register(lambda: [Litter() for index in range(50)])
""",
    "waits for the main thread": f"{WORK}run_on_main_thread(time.sleep, 0.0).result()\n"
    "    time.sleep(600.0)",
    "waits for a pool of its own": f"{WORK}pool = ThreadPoolExecutor(1)\n"
    "    pool.submit(time.sleep, 600.0).result()",
    "gives pictures that never come": """
class Pictures(list):
    def __iter__(self):
        begins()
        time.sleep(600.0)
def work(request):
    return Pictures()
""",
    "blocks the loop": f"{ASYNC}time.sleep(600.0)",
    "computes on the loop": f"{ASYNC}while True: pass",
    "awaits a thread": f"{ASYNC}await asyncio.to_thread(time.sleep, 600.0)",
    "awaits on when it is cancelled": f"""{ASYNC}
    while True:
        try: await asyncio.sleep(600.0)
        except asyncio.CancelledError: pass
""",
    "does not let itself be closed": """
class Made(Backend):
    async def generate(self, request, on_progress, on_early=None):
        begins()
        await asyncio.sleep(600.0)
    async def close(self):
        await asyncio.sleep(600.0)
""",
}


@pytest.mark.parametrize("case", CASES)
def test_the_game_ends_while_a_generator(tmp_path: Path, case: str) -> None:
    _ends(tmp_path, CASES[case])


@pytest.mark.parametrize("case", ["sleeps", "blocks the loop", "awaits a thread"])
def test_the_game_ends_while_each_of_many_generators(tmp_path: Path, case: str) -> None:
    _ends(tmp_path, CASES[case], count=8)


def _ends(folder: Path, text: str, count: int = 1) -> None:
    """Nothing at all is told of it: no thread that was waited for in vain, and no error."""
    (folder / "maker.py").write_text(MAKER.format(text=text, count=count), "utf-8")
    may_leak = "Image." in text  # half a second is short for it on a machine that is busy
    run = play(folder, MAIN, settings='[pythonscript]\nmodules=["maker"]\n', may_leak=may_leak)
    assert run.log.partition("@end")[2].strip() == "" or may_leak
