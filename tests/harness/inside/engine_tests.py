"""Runs tests inside the engine, one after the other, and prints when each begins and how it ended.

The names follow `--` on the command line: `tests/test_x.py::test_y` or `tests/test_x.gd::test_y`.
What the printed lines and the engine's own mean for a test is decided outside, in `suite.py`.
"""

from __future__ import annotations

import faulthandler
import gc
import importlib.util
import json
import reprlib
import sys
import time
import traceback
from collections.abc import Callable, Generator, Iterator
from functools import cache
from types import ModuleType
from typing import Any

from godot import OS, Node, Performance, ProjectSettings, ResourceLoader, Script, exposed
from godot import print as print_line

BEGIN, END = "@begin ", "@end "
TEST_S = 30.0  # for a test, in frames that go on
WATCHDOG_S = 45.0  # for a test in which they do not: the engine then ends
SETTLED_S = 2.0  # for nodes that are freed after it
_STDERR = 2

sys.dont_write_bytecode = True  # a changed file would have the project imported again

Steps = Generator[None, None, None]


def until(condition: Callable[[], Any], seconds: float = 10.0) -> Steps:
    """Lets frames pass until `condition` holds: `yield from until(lambda: node.is_ready())`.

    Raises:
        TimeoutError: it does not within `seconds`.
    """
    deadline = time.perf_counter() + seconds
    while not condition():
        if time.perf_counter() > deadline:
            raise TimeoutError(f"not true within {seconds:g} s")
        yield


@exposed
class EngineTest(Node):
    """The argument of a test: a node in the tree, freed with its children after the test."""

    def __init__(self) -> None:
        self._expected: list[str] = []

    def expect_error(self, text: str) -> None:
        """The test fails unless an error with this text is logged, and passes in spite of it."""
        self._expected.append(text)


@exposed
class EngineTestRunner(Node):
    def _ready(self) -> None:
        self._steps = _run_all(self, list(OS.get_cmdline_user_args()))

    def _process(self, delta: float) -> None:
        next(self._steps, None)


def _run_all(runner: EngineTestRunner, names: list[str]) -> Steps:
    for name in names:
        yield  # no test sees the queued frees and calls of the one before
        print_line(BEGIN + name)
        faulthandler.dump_traceback_later(WATCHDOG_S, exit=True, file=_STDERR)
        orphans = _orphans()
        test = EngineTest()
        runner.add_child(test)
        error = None
        try:
            yield from _within_limit(_start(name, test))
        except BaseException as raised:
            error = _explained(raised)
        expected = test._expected
        test.free()
        if error is None:
            yield from _settled(orphans)
        if error is None and (left := _orphans() - orphans) > 0:
            error = f"the test left {left} node(s) outside the tree; free them"
        print_line(END + json.dumps({"name": name, "error": error, "expected": expected}))
    _script.cache_clear()
    gc.collect()
    faulthandler.cancel_dump_traceback_later()
    if (tree := runner.get_tree()) is not None:
        tree.quit(0)


def _settled(orphans: int) -> Steps:
    """Waits for nodes that go soon by themselves, as the texture of a player that was freed."""
    deadline = time.perf_counter() + SETTLED_S
    while _orphans() > orphans and time.perf_counter() < deadline:
        yield


def _start(name: str, test: EngineTest) -> Steps:
    file, _, function = name.partition("::")
    if file.endswith(".gd"):
        return _run_script(file, function, test)
    return getattr(_module(file), function)(test) or _nothing()


def _nothing() -> Steps:
    """The steps of a test that has none."""
    yield from ()


def _run_script(file: str, function: str, test: EngineTest) -> Steps:
    made = _script(file).new()
    state = made.call(function, test)
    if state is None:
        return
    # A coroutine. Its state is valid until the first `await` only; the signal comes at the end.
    ended: list[bool] = []
    state.completed.connect(lambda *_: ended.append(True))
    while not ended:
        yield


def _within_limit(steps: Iterator[None]) -> Steps:
    deadline = time.perf_counter() + TEST_S
    for _ in steps:
        if time.perf_counter() > deadline:
            raise TimeoutError(f"the test did not end within {TEST_S:g} s")
        yield


@cache
def _module(file: str) -> ModuleType:
    path = ProjectSettings.globalize_path(f"res://{file}")
    name = path.rpartition("/")[2].removesuffix(".py")
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def _script(file: str) -> Any:
    script = ResourceLoader.load(f"res://{file}")
    if not isinstance(script, Script) or not script.can_instantiate():
        raise ImportError(f"{file} does not load: see the error above")
    return script


def _orphans() -> int:
    return int(Performance.get_monitor(Performance.OBJECT_ORPHAN_NODE_COUNT))


def _explained(error: BaseException) -> str:
    """The traceback without the runner's own frames, and the variables of the last one."""
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename == __file__:
        trace = trace.tb_next
    lines = traceback.format_exception(type(error), error, trace)
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is not None:
        shown = {k: reprlib.repr(v) for k, v in trace.tb_frame.f_locals.items()}
        lines += [f"  {variable} = {value}\n" for variable, value in shown.items()]
    return "".join(lines)
