import sys
from pathlib import Path

import pytest
from npc_video.doctor import python
from npc_video.doctor.finding import State
from npc_video.shipping.console import Failure
from npc_video.shipping.engine import Engine

HERE, THERE = str(Path("/envs/here").absolute()), str(Path("/envs/an other").absolute())


def test_this_one_is_fine():
    found = python.examine(None)
    assert found.state is State.FINE
    assert found.facts["program"] == sys.executable
    assert Path(found.facts["library"]).is_file()
    assert found.facts["version"] == sys.version.split()[0]


@pytest.mark.parametrize(
    ("text", "folder"),
    [
        (f"home = /usr/bin\ncommand = /usr/bin/python3 -m venv {HERE}\n", HERE),
        (f"command = /usr/bin/python3 -m venv --copies --clear {THERE}\n", THERE),
        ("home = /usr/bin\nuv = 0.9\n", None),
        ("command = /usr/bin/python3 -m venv .venv\n", None),
        ("", None),
    ],
)
def test_the_folder_that_an_environment_was_made_as(text, folder):
    assert python.made_as(text) == (folder and Path(folder))


@pytest.mark.parametrize("is_moved", [True, False])
def test_one_that_moved(monkeypatch, tmp_path, is_moved):
    here = tmp_path / "here"
    here.mkdir()
    made = tmp_path / "there" if is_moved else here
    (here / "pyvenv.cfg").write_text(f"command = /usr/bin/python3 -m venv {made}\n", "utf-8")
    monkeypatch.setattr(sys, "prefix", str(here))
    found = python.examine(None)
    assert found.state is (State.ADVICE if is_moved else State.FINE)
    if is_moved:
        assert f"made as {made} and moved" in found.advice[0]


def test_all_that_keeps_the_engine_from_loading_it_is_told(monkeypatch, tmp_path):
    other = {"x86_64": 183, "arm64": 62}[python.this_platform().machine]
    godot = tmp_path / "godot"
    godot.write_bytes(b"\x7fELF\x02\x01" + bytes(12) + other.to_bytes(2, "little") + bytes(40))

    def refuse(*_):
        raise Failure("No: do this.")

    monkeypatch.setattr(python, "check_store", refuse)
    monkeypatch.setattr(python, "libpython", refuse)
    found = python.examine(Engine(godot, "4.6.stable", "named"))
    assert found.problems[:2] == ("No: do this.", "No: do this.")
    assert "cannot load the Python" in found.problems[2]
    assert "library" not in found.facts
