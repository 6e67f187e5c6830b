import sys
from importlib import import_module

import pytest
from npc_video.cli import main

from tests.harness.layers import loaded_by


def can_load(name):
    try:
        import_module(name)
    except ImportError:
        return False
    return True


NEEDS_CLIPS = pytest.mark.skipif(
    not can_load("obstore"), reason="an old Wine lacks a function that its library needs"
)


def said_by(capsys, *arguments):
    code = main(["farm", *arguments])
    told = capsys.readouterr()
    return code, told.out + told.err


def test_every_npc_video_reads_it_without_the_farms_packages():
    loaded = loaded_by("from npc_video.cli import main; import npc_video_farm.cli")
    assert not loaded & {"valkey", "obstore", "starlette", "uvicorn", "httpx", "numpy"}


def test_without_its_packages_it_says_how_to_install_them(capsys, monkeypatch):
    for name in [name for name in sys.modules if name.startswith(("npc_video_farm.", "valkey"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "valkey", None)
    monkeypatch.setitem(sys.modules, "valkey.asyncio", None)
    code, told = said_by(capsys, "doctor")
    assert code == 1
    assert 'pip install "npc-video-player[farm]"' in told


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["doctor"], "start one with `npc-video farm up`"),
        (["token", "list"], "start one with `npc-video farm up`"),
        (["token", "new"], "Name the tenant"),
        (["token", "new", "studio", "--scope", "all"], "choose from generate"),
        (["doctor", "--store", "nonsense"], "valkey://"),
        (["doctor", "--store", "valkey://127.0.0.1:1"], "cannot be reached"),
        pytest.param(["brain"], "--store", marks=NEEDS_CLIPS),
        pytest.param(["worker", "--config", "none.toml"], "none.toml", marks=NEEDS_CLIPS),
        pytest.param(
            ["worker", "--generator", "other"], "choose from procedural", marks=NEEDS_CLIPS
        ),
        (["up", "--config", "none.toml"], "none.toml"),
        (["up", "--port", "99999"], "Port 99999"),
        (["up", "--port", "0", "--valkey", "valkey://127.0.0.1:1"], "cannot be reached"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(capsys, tmp_path, monkeypatch, arguments, said):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("NPC_VIDEO_FARM_STORE", raising=False)
    code, told = said_by(capsys, *arguments)
    assert code == 1
    assert said in told
    assert "Traceback" not in told
