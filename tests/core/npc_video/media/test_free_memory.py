"""Only what can be told on every system: how much there is to give back is the C library's."""

import threading

import pytest
from npc_video.media import free_memory


@pytest.fixture
def given(monkeypatch):
    """When it was given back, by a clock that stands at what `at` holds."""
    times, at = [], [100.0]
    monkeypatch.setattr(free_memory, "_trim", lambda _: times.append(at[0]))
    monkeypatch.setattr(free_memory, "_last", 0.0)
    monkeypatch.setattr(free_memory.time, "perf_counter", lambda: at[0])
    return times, at


def test_it_is_given_back_now_and_then(given):
    times, at = given
    for at[0] in (100.0, 100.5, 101.9, 102.0, 103.0):
        free_memory.give_back_free_memory()
    assert times == [100.0, 102.0]


def test_who_comes_while_another_gives_back_does_not_wait(given, monkeypatch):
    begun, ended = threading.Event(), threading.Event()

    def trim(_):
        begun.set()
        assert ended.wait(10.0)

    monkeypatch.setattr(free_memory, "_trim", trim)
    other = threading.Thread(target=free_memory.give_back_free_memory)
    other.start()
    assert begun.wait(10.0)
    free_memory.give_back_free_memory()
    ended.set()
    other.join()


def test_where_it_cannot_be_given_back_nothing_happens(monkeypatch):
    monkeypatch.setattr(free_memory, "_trim", None)
    free_memory.give_back_free_memory()


def test_the_c_library_takes_the_call():
    free_memory.give_back_free_memory()
