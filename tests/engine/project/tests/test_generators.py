"""Functions of GDScript as generators: what they may return, and what if they return it never."""

from __future__ import annotations

import gc
import logging
import threading
from concurrent.futures import Future
from typing import Any

import numpy as np
import pytest
from clips import grey, make_clip
from engine_tests import EngineTest, Steps, until
from godot import (
    Callable,
    FileAccess,
    GDScript,
    Node,
    ResourceLoader,
    ResourceSaver,
    run_on_main_thread,
)
from npc_video.errors import InvalidDataError
from npc_video_player import NpcBackendPool, NpcScriptBackend, NpcVideoPlayer
from npc_video_player.resources import game_function
from npc_video_player.resources.backend_resources import make_backend
from npc_video_player.resources.game_function import function_backend
from npc_video_player.sharing import sources
from players import BARE, made_player
from window import drawn, picture

GENERATOR = """
extends Node
signal go
signal said
var heard := []
var data := PackedByteArray()
var calls := 0
var most := 0
var running := 0

func images(sizes: Array, format := Image.FORMAT_RGB8) -> Array:
	return sizes.map(func(side): return Image.create_empty(side, side, false, format))

func own_lambda(): return func(_request): return data
func bare_lambda():
	var kept := data
	return func(_request): return kept
static func fixed(_request): return []
func as_bytes(_request): return data
func as_path(_request): return "user://generated.webm"
func as_floats(_request): return images([64, 64], Image.FORMAT_RGBAF)
func strokes(request):
	var made = images([64], Image.FORMAT_RGBA8)
	made[0].fill(Color(1.0, 1.0, 1.0, 0.0))
	made[0].fill_rect(Rect2i(31, 0, 3, 64), Color.RED)
	return range(request.frame_count).map(func(_frame): return made[0])
func nothing(_request): pass
func a_number(_request): return 5
func no_file(_request): return "user://nowhere.webm"
func no_video(_request): return "res://project.godot"
func no_bytes(_request): return PackedByteArray()
func no_images(_request): return []
func an_odd_array(_request): return [Image.create_empty(8, 8, false, Image.FORMAT_RGB8), 5]
func no_pixels(_request): return [Image.new()]
func other_sizes(_request): return images([64, 32])
func breaks(_request):
	var absent = null
	return absent.size()
func takes_nothing(): return data
func takes_text(_request: String): return data
func awaits(_request):
	calls += 1
	running += 1
	most = maxi(most, running)
	await go
	running -= 1
	return data
func holding(wait: Callable):
	var held := Image.create_empty(8, 8, false, Image.FORMAT_RGB8)
	get_parent().set_meta("held", weakref(held))
	for round in 3:
		await wait.call()
	calls += 1
	await wait.call()
	return data if held else null
func own_signal(): await go
func a_frame(): await get_tree().process_frame
func no_time(): await get_tree().create_timer(0.001).timeout
func in_own_signals(_request):
	var held := Image.create_empty(8, 8, false, Image.FORMAT_RGB8)
	get_parent().set_meta("held", weakref(held))
	for round in 3:
		await go
	calls += 1
	await go
	return data if held else null
func in_functions(_request): return await holding(own_signal)
func in_frames(_request): return await holding(a_frame)
func in_timers(_request): return await holding(no_time)
func hears(_request):
	for round in 3:
		heard.append(await said)
	return data
func breaks_late(_request):
	await go
	return breaks(0)
"""
LIMIT = 20.0


def node(test: EngineTest) -> Any:
    script = GDScript()
    script.source_code = GENERATOR
    assert script.reload() == 0
    made = script.new()
    made.data = make_clip(grey(lambda index: index * 8), codec="libvpx-vp9").data
    test.add_child(made)
    return made


class Watched:
    """A player in the tree, and what it tells."""

    def __init__(self, test: EngineTest, function: Any = None, **properties: Any):
        self.player = made_player(predictive=False, **properties)
        self.started: list[Any] = []
        self.reasons: list[str] = []
        self.player.clip_started.connect(self.started.append)
        self.player.generation_failed.connect(self.reasons.append)
        if function is not None:
            self.player.set_generator(function)
        test.add_child(self.player)

    def over(self) -> Steps:
        yield from until(lambda: self.started or self.reasons, LIMIT)


def test_what_a_function_may_return(test: EngineTest) -> Steps:
    keeper = node(test)
    file = FileAccess.open("user://generated.webm", FileAccess.WRITE)
    file.store_buffer(keeper.data)
    file.close()
    for name, size in (("as_bytes", (256, 192)), ("as_path", (256, 192)), ("as_floats", (64, 64))):
        seen = Watched(test, Callable(keeper, name))
        yield from seen.over()
        assert not seen.reasons, (name, seen.reasons)
        assert (seen.started[0]["width"], seen.started[0]["height"]) == size, name
        assert seen.started[0]["fps"] == 8.0, name


def test_what_is_behind_shows_through_images_with_alpha(test: EngineTest) -> Steps:
    behind = picture(test)[:64, :64]
    keeper = node(test)
    seen = Watched(test, Callable(keeper, "strokes"), **BARE)
    yield from seen.over()
    yield from until(lambda: len(seen.player._director.screen.layers) == 1)
    yield from drawn()
    pixels = picture(test)[:64, :64]
    assert np.abs(pixels - behind)[:, :24].max() < 8
    assert np.abs(pixels - behind)[:, 42:].max() < 8
    assert pixels[4:60, 32, 0].min() > 200
    # Nothing of the white that nobody is to see is at the edges.
    assert pixels[..., 1].max() < 60


def test_anything_else_is_told_with_what_to_do(test: EngineTest) -> Steps:
    keeper = node(test)
    test.expect_error("Nonexistent function 'size'")
    for name, words in (
        ("nothing", "returned nothing"),
        ("breaks", "the log has an error"),
        ("a_number", "returned int: it must return the bytes"),
        ("no_file", "'user://nowhere.webm', where no file can be read"),
        ("no_video", "neither MP4 nor WebM"),
        ("no_bytes", "no bytes"),
        ("no_images", "one Image for each"),
        ("an_odd_array", "one Image for each"),
        ("no_pixels", "small"),
        ("other_sizes", "(32×32, 64×64)"),
        ("takes_nothing", "must take one Dictionary"),
        ("takes_text", "must take one Dictionary"),
    ):
        seen = Watched(test, Callable(keeper, name))
        yield from seen.over()
        assert not seen.started, name
        assert words in seen.reasons[0], (name, seen.reasons)
        assert seen.reasons[0].endswith("."), seen.reasons


def test_a_function_that_breaks_after_awaiting(test: EngineTest) -> Steps:
    keeper = node(test)
    test.expect_error("Nonexistent function 'size'")
    seen = Watched(test, Callable(keeper, "breaks_late"))
    yield from until(lambda: keeper.get_signal_connection_list("go"))
    keeper.go.emit()
    yield from seen.over()
    assert "the log has an error" in seen.reasons[0]


def test_a_wait_for_the_main_thread_that_the_end_breaks_off_is_no_fault(test: EngineTest) -> Steps:
    keeper = node(test)
    refused: Future[bool] = Future()
    refused.cancel()
    refused.set_running_or_notify_cancel()

    def hand_over(work: Any, *arguments: Any) -> Future[Any]:
        is_look = work.__name__ == "_is_there"
        return refused if is_look else run_on_main_thread(work, *arguments)

    game_function.run_on_main_thread = hand_over
    try:
        seen = Watched(test, Callable(keeper, "awaits"))
        yield from seen.over()
    finally:
        game_function.run_on_main_thread = run_on_main_thread
    assert seen.reasons == ["The game has ended."]
    keeper.go.emit()


def test_what_a_function_holds_goes_with_its_object_wherever_it_awaits(test: EngineTest) -> Steps:
    for name in ("in_own_signals", "in_functions", "in_frames", "in_timers"):
        keeper = node(test)
        seen = Watched(test, Callable(keeper, name))
        while not keeper.calls:
            keeper.go.emit()
            yield
        held = test.get_meta("held")
        assert held.get_ref() is not None
        seen.player.free()
        keeper.free()
        yield from until(lambda held=held: held.get_ref() is None)


def test_a_function_gets_what_the_signals_that_it_awaits_say(test: EngineTest) -> Steps:
    keeper = node(test)
    seen = Watched(test, Callable(keeper, "hears"))
    for arguments in ((), (5,), (5, "six")):
        yield from until(lambda: keeper.get_signal_connection_list("said"))
        keeper.said.emit(*arguments)
    yield from seen.over()
    assert not seen.reasons
    assert keeper.heard == [None, 5, [5, "six"]]


def test_an_object_that_is_freed_while_its_function_awaits(test: EngineTest) -> Steps:
    keeper = node(test)
    seen = Watched(test, Callable(keeper, "awaits"))
    yield from until(lambda: keeper.calls)
    keeper.free()
    yield from seen.over()
    assert "was freed" in seen.reasons[0]
    seen.reasons.clear()
    seen.player.request({"expression": "happy"})
    yield from seen.over()
    assert "was freed" in seen.reasons[0]
    seen.player.set_generator(Callable(node(test), "as_bytes"))
    seen.player.request({"expression": "happy"})
    yield from until(lambda: seen.started, LIMIT)


def test_a_call_that_was_given_up_ends_before_the_next_begins(test: EngineTest) -> Steps:
    keeper = node(test)
    seen = Watched(test, Callable(keeper, "awaits"))
    yield from until(lambda: keeper.calls == 1)
    seen.player.cancel()
    seen.player.request({"expression": "happy"})
    seen.player.cancel()
    seen.player.request({"expression": "sad"})
    for _ in range(20):
        yield
    assert keeper.calls == 1
    keeper.go.emit()
    yield from until(lambda: keeper.calls == 2)
    keeper.go.emit()
    yield from until(lambda: seen.started, LIMIT)
    assert seen.started[0]["expression"] == "sad"
    assert keeper.most == 1
    assert not seen.reasons


def test_a_player_that_is_freed_in_the_middle_of_a_call(test: EngineTest) -> Steps:
    keeper = node(test)
    seen = Watched(test, Callable(keeper, "awaits"))
    yield from until(lambda: keeper.calls)
    seen.player.free()
    yield
    keeper.go.emit()
    for _ in range(10):
        yield
    assert keeper.running == 0


def test_a_function_that_frees_the_player(test: EngineTest) -> Steps:
    keeper = node(test)
    called: list[Any] = []

    def generate(request: dict[str, Any]) -> bytes:
        called.append(request)
        seen.player.free()
        return bytes(keeper.data)

    seen = Watched(test, generate)
    yield from until(lambda: called)
    for _ in range(10):
        yield
    assert not seen.reasons


def test_a_scene_s_function_takes_its_source_along(test: EngineTest) -> Steps:
    for number, name in enumerate(("as_bytes", "own_lambda", "bare_lambda")):
        keeper = node(test)
        function = Callable(keeper, name) if name == "as_bytes" else keeper.call(name)
        seen = Watched(test, function)
        yield from seen.over()
        assert not seen.reasons
        settings = seen.player._settings()
        Watched(test, max_wait=7.5 + number).player.free()
        assert settings in sources._sources, "it is in use"
        seen.player.free()
        del function
        keeper.free()
        Watched(test, max_wait=17.5 + number)
        assert settings not in sources._sources
        assert settings.origin not in sources._caches
    closing = "npc_video closing"
    yield from until(lambda: closing not in {thread.name for thread in threading.enumerate()})


def test_a_source_whose_work_cannot_be_interrupted_is_left_without_a_word(
    test: EngineTest,
) -> Steps:
    goes_on, released = threading.Event(), threading.Event()
    said: list[threading.ExceptHookArgs] = []

    async def work() -> None:
        goes_on.set()
        released.wait(30)

    before, threading.excepthook = threading.excepthook, said.append
    try:
        seen = Watched(test, node(test).as_bytes)
        settings = seen.player._settings()
        sources._sources[settings].manager._worker.submit(work())
        yield from until(goes_on.is_set)
        seen.player.free()
        sources._close(settings)
        closing = "npc_video closing"
        yield from until(lambda: closing not in {thread.name for thread in threading.enumerate()})
    finally:
        released.set()
        threading.excepthook = before
    assert not said


def test_functions_are_told_apart_on_the_disk(test: EngineTest) -> None:
    first, again = node(test), node(test)
    again.set_script(first.get_script())
    static = Callable(first.get_script(), "fixed")

    def fingerprint(function: Any) -> str:
        return function_backend(function).fingerprint

    functions = [Callable(first, "as_bytes"), Callable(first, "as_path"), static, Callable(node)]
    assert len({fingerprint(function) for function in functions}) == 4
    assert fingerprint(Callable(again, "as_bytes")) == fingerprint(functions[0])


# ---- As a resource ----

SCRIPT = """
extends RefCounted
func generate(request: Dictionary) -> Array:
	await Engine.get_main_loop().process_frame
	var made := []
	for index in request.frame_count:
		made.append(Image.create_empty(48, 48, false, Image.FORMAT_L8))
	return made
"""


def script_of(text: str) -> Any:
    script = GDScript()
    script.source_code = text
    script.reload()
    return script


def backend_of(text: str) -> NpcScriptBackend:
    backend = NpcScriptBackend()
    backend.generator = script_of(text)
    return backend


def test_a_script_makes_the_clips(test: EngineTest) -> Steps:
    backend = backend_of(SCRIPT)
    assert backend.problems() == []
    assert ResourceSaver.save(backend, "user://script_backend.tres") == 0
    again = ResourceLoader.load("user://script_backend.tres", "", 0)
    pool = NpcBackendPool()
    pool.hosts = [again]
    seen = Watched(test, backend=pool)
    yield from seen.over()
    assert not seen.reasons, seen.reasons
    assert seen.started[0]["width"] == 48


def test_problems_of_a_script(test: EngineTest) -> None:
    assert NpcScriptBackend().problems() == ["generator: is empty: choose a script."]
    for text, words in (
        ("extends Node\nfunc generate(request): pass", "must extend RefCounted"),
        ("extends RefCounted", "func generate(request"),
        ("extends RefCounted\nfunc generate(): pass", "func generate(request"),
        ("extends RefCounted\nfunc generate(a, b): pass", "func generate(request"),
        ("func _init(a): pass\nfunc generate(a): pass", "_init must take nothing"),
    ):
        backend = backend_of(text)
        (problem,) = backend.problems()
        assert words in problem, problem
        with pytest.raises(InvalidDataError, match="backend: generator: "):
            make_backend(backend)
    assert backend_of("func generate(a, b := 1): pass").problems() == []


def test_equal_scripts_are_described_alike(test: EngineTest) -> None:
    backend = backend_of(SCRIPT)
    assert backend.duplicate().describe() == backend.describe()
    assert backend_of(SCRIPT).describe() != backend.describe()


def test_it_is_set_before_the_player_is_in_a_scene(test: EngineTest) -> None:
    keeper, player = Node(), NpcVideoPlayer()
    player.set_generator(keeper.get_path)
    assert player._settings().generator is not None
    player.set_generator(None)
    assert player._settings().generator is None
    keeper.free()
    player.free()


def test_what_becomes_of_a_clip_that_was_given_up_is_of_interest_to_nobody(
    test: EngineTest,
) -> Steps:
    log: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: log.append(record.getMessage())
    logging.getLogger("asyncio").addHandler(handler)
    try:
        keeper = node(test)
        seen = Watched(test, Callable(keeper, "awaits"))
        yield from until(lambda: keeper.calls == 1, LIMIT)
        source = seen.player._bound()
        seen.player.cancel()
        keeper.free()
        backend = source.manager._backends["backend"]
        yield from until(lambda: not backend._function._turn.locked(), LIMIT)
        gc.collect()
        yield
    finally:
        logging.getLogger("asyncio").removeHandler(handler)
    assert not log
    assert not seen.reasons
