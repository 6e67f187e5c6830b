import sys

import pytest
from npc_video.doctor.engine import examine
from npc_video.doctor.finding import State
from npc_video.shipping import engine as shipped
from npc_video.shipping.engine import installed

from .programs import godot_answering, godot_hanging, make_bare


@pytest.fixture(autouse=True)
def _bare(monkeypatch, tmp_path):
    make_bare(monkeypatch, tmp_path)


def test_one_that_serves(monkeypatch, tmp_path):
    program = godot_answering(tmp_path, "4.6.3.stable.official.7d41c59c4")
    monkeypatch.setenv("GODOT", str(program))
    engine, found = examine(installed)
    assert engine.path == program
    assert found.state is State.FINE
    assert found.facts == {
        "program": str(program),
        "version": "4.6.3.stable.official.7d41c59c4",
        "chosen": "named by the variable GODOT",
    }


def test_none():
    engine, found = examine(installed)
    assert engine is None
    assert "Godot was not found on PATH: get 4.5 or newer" in found.problems[0]


@pytest.mark.parametrize("answer", ["4.4.1.stable.official", "hello"])
def test_one_that_does_not_serve(monkeypatch, tmp_path, answer):
    monkeypatch.setenv("GODOT", str(godot_answering(tmp_path, answer)))
    engine, found = examine(installed)
    assert engine is None
    assert "needs Godot 4.5 or newer" in found.problems[0]


@pytest.mark.skipif(sys.platform == "win32", reason="it is a script for a POSIX shell")
def test_one_that_hangs_is_given_up(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    monkeypatch.setenv("GODOT", str(godot_hanging(tmp_path)))
    monkeypatch.setattr(shipped, "_ANSWER_S", 0.5)
    engine, found = examine(installed)
    assert engine is None
    assert "which does not answer" in found.problems[0]
