import shutil

import pytest
from npc_video.doctor import bridge, load_library
from npc_video.doctor.finding import State
from npc_video.shipping.addon import NAME
from npc_video.shipping.interpreter import MINOR_VERSION, SETTINGS

from ..shipping.projects import LIBRARIES, make_addon


@pytest.fixture(params=[False, True], ids=["wheel", "checkout"])
def addon(request, tmp_path, monkeypatch):
    made = make_addon(tmp_path / NAME, is_checkout=request.param)
    monkeypatch.setattr(bridge, "our_addon", lambda: made)
    return made


def opened_by(monkeypatch, tmp_path, text):
    """Has the program that opens the libraries be another one."""
    program = tmp_path / "load_library.py"
    program.write_text(text, "utf-8")
    monkeypatch.setattr(bridge, "_OPENING", program)


def mend(addon):
    return "run.py install PROJECT`" if addon.is_checkout else "pip install --force-reinstall npc"


def test_one_that_opens_for_this_python(addon, monkeypatch, tmp_path):
    opened_by(monkeypatch, tmp_path, f"print('{MINOR_VERSION}')")
    found = bridge.examine()
    assert found.state is State.FINE
    assert found.facts["made for"] == f"Python {MINOR_VERSION}"
    assert found.facts["addon"] == f"{addon.version} in {addon.folder}"


def test_one_that_is_missing(addon):
    shutil.rmtree(addon.folder / "bin")
    found = bridge.examine()
    assert f"bin lacks {LIBRARIES[0]} and {LIBRARIES[1]}: " in found.problems[0]
    assert mend(addon) in found.problems[0]


def test_one_that_is_no_library(addon):
    found = bridge.examine()
    assert found.problems[0].startswith("It does not open (")
    assert LIBRARIES[0] in found.problems[0]
    assert mend(addon) in found.problems[0]


def test_one_for_another_python(addon, monkeypatch, tmp_path):
    opened_by(monkeypatch, tmp_path, "print('3.99')")
    found = bridge.examine()
    assert found.problems[0].startswith(f"It is for Python 3.99 and this is {MINOR_VERSION}: ")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("import os; os._exit(66)", "Python ended with code 66"),
        ("import time; time.sleep(600)", "it takes longer than 1 s"),
        ("import sys; sys.exit('no such symbol')", "no such symbol"),
    ],
)
def test_one_that_breaks_or_hangs_what_opens_it(addon, monkeypatch, tmp_path, text, reason):
    monkeypatch.setattr(bridge, "_OPENING_S", 1.0)
    opened_by(monkeypatch, tmp_path, text)
    assert f"It does not open ({reason}): " in bridge.examine().problems[0]


def test_the_settings_of_an_addon_that_is_run_as_it_is(addon, monkeypatch, tmp_path):
    opened_by(monkeypatch, tmp_path, f"print('{MINOR_VERSION}')")
    (addon.folder / "bin" / SETTINGS).write_text("bridge=gone.so\n", "utf-8")
    assert "gone.so, which was moved or deleted" in bridge.examine().problems[0]


def test_what_opens_them_says_what_is_wrong(tmp_path, capsys):
    absent = str(tmp_path / "absent")
    assert load_library.main(absent, absent, absent) == 1
    assert "absent" in capsys.readouterr().out
