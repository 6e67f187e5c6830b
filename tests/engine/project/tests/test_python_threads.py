"""What threads of Python are told that call what the main thread alone may."""

from __future__ import annotations

import threading
from typing import Any

from engine_tests import EngineTest, Steps, until
from extended import TamePlayer
from godot import run_on_main_thread


def tame_player(test: EngineTest) -> TamePlayer:
    player = TamePlayer()
    test.add_child(player)
    return player


def in_a_thread(function: Any) -> None:
    thread = threading.Thread(target=function)
    thread.start()
    thread.join()


def test_the_line_and_what_works_in_python_are_told(test: EngineTest) -> None:
    player, answers = tame_player(test), []

    def call() -> None:
        answers.append(player.react({"tool": "hand"}))
        player.mute = True

    first = call.__code__.co_firstlineno
    test.expect_error(
        f"TamePlayer.react was called from another thread ({__file__}, line {first + 1}): call it"
        " from the main thread (`run_on_main_thread(obj.react, …)`)."
    )
    test.expect_error(
        f"TamePlayer.mute was set from another thread ({__file__}, line {first + 2}): set it from"
        ' the main thread (`obj.set_deferred("mute", …)`).'
    )
    in_a_thread(call)
    assert answers == [False]


def test_what_it_says_works(test: EngineTest) -> Steps:
    player, reactions = tame_player(test), []
    player.reaction_started.connect(reactions.append)
    in_a_thread(lambda: run_on_main_thread(player.react, {"tool": "hand"}))
    yield from until(lambda: reactions)
    in_a_thread(lambda: player.set_deferred("mute", True))
    yield from until(lambda: player.mute)
