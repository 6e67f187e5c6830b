import json
import shutil
import sys

import pytest
from npc_video.doctor import project
from npc_video.doctor.finding import State
from npc_video.shipping.addon import NAME, install
from npc_video.shipping.console import Failure
from npc_video.shipping.interpreter import MINOR_VERSION, SETTINGS
from npc_video.shipping.manifest import write_manifest

from ..shipping.projects import LIBRARIES, make_addon, make_game


@pytest.fixture
def ours(tmp_path, monkeypatch):
    made = make_addon(tmp_path / "packages" / NAME)
    monkeypatch.setattr(project, "our_addon", lambda: made)
    return made


@pytest.fixture
def game(tmp_path, ours):
    made = make_game(tmp_path / "Spiele für Ünï 遊戲")
    install(made, ours)
    return made


def place(game):
    return game / "addons" / NAME


def change_settings(game, old, new):
    file = place(game) / "bin" / SETTINGS
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


def test_one_with_the_addon(game, ours):
    found = project.examine(game)
    assert found.state is State.FINE
    assert found.facts == {
        "folder": str(game),
        "addon": ours.version,
        "leads to": sys.executable,
    }


def test_none(tmp_path):
    with pytest.raises(Failure, match=r"no project\.godot"):
        project.examine(tmp_path)


def test_one_without_the_addon(tmp_path, ours):
    game = make_game(tmp_path / "game")
    with pytest.raises(Failure, match=r"is not in .*: run `npc-video install "):
        project.examine(game)
    place(game).mkdir()
    (place(game) / "plugin.cfg").write_text('[plugin]\nname="Mine"\n', "utf-8")
    with pytest.raises(Failure, match="is not this addon: move it away, then run"):
        project.examine(game)


def test_another_version(game):
    file = place(game) / "plugin.cfg"
    file.write_text(file.read_text("utf-8").replace('version="', 'version="0.0.'), "utf-8")
    assert "Its addon is 0.0." in project.examine(game).problems[0]


@pytest.mark.parametrize("name", LIBRARIES)
def test_a_library_that_is_missing(game, name):
    (place(game) / "bin" / name).unlink()
    assert f"bin lacks {name}: run `npc-video install" in project.examine(game).problems[-1]


def test_an_environment_that_moved(game):
    gone = game / "gone" / "python"
    change_settings(game, f"executable={sys.executable}", f"executable={gone}")
    found = project.examine(game)
    assert f"{gone}, which was moved or deleted: run `npc-vid" in found.problems[0]
    assert found.advice == ()


def test_another_environment_is_advice(game, tmp_path):
    other = tmp_path / "other" / "python"
    other.parent.mkdir()
    other.touch()
    change_settings(game, f"executable={sys.executable}", f"executable={other}")
    found = project.examine(game)
    assert found.state is State.ADVICE
    assert found.facts["leads to"] == str(other)
    assert "another environment" in found.advice[0]


def test_another_minor_version_in_the_same_environment(game):
    change_settings(game, f"python={MINOR_VERSION}", "python=3.99")
    assert f"is for Python 3.99, and this is {MINOR_VERSION}" in project.examine(game).problems[0]


def test_settings_that_are_gone_or_say_nothing(game):
    file = place(game) / "bin" / SETTINGS
    file.write_text("nothing", "utf-8")
    assert "does not name the bridge" in project.examine(game).problems[0]
    file.unlink()
    assert f"There is no {file}: run `npc-video install" in project.examine(game).problems[0]


def test_one_that_the_engine_has_yet_to_notice(game):
    (game / ".godot" / "extension_list.cfg").unlink()
    found = project.examine(game)
    assert found.state is State.ADVICE
    assert "start the editor twice" in found.advice[0]


def test_an_addon_that_carries_its_python(game):
    runtime = place(game) / "bin" / "python"
    (runtime / "lib").mkdir(parents=True)
    (runtime / "lib" / "libpython.so").touch()
    shutil.move(place(game) / "bin" / LIBRARIES[1], runtime)
    text = f"python=3.99\nlibpython=lib/libpython.so\nbridge={LIBRARIES[1]}\nhome=.\n"
    (runtime / SETTINGS).write_text(text, "utf-8")
    write_manifest(runtime, "linux-x86_64", "3.99.0")
    (place(game) / "bin" / SETTINGS).unlink()
    found = project.examine(game)
    assert found.state is State.FINE
    assert found.facts["leads to"] == str(runtime)
    manifest = json.loads((runtime / "manifest.json").read_text("utf-8"))
    manifest["sha256"][SETTINGS] = "another"
    (runtime / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    assert "was changed after the runtime was built" in project.examine(game).problems[0]
    (runtime / "lib" / "libpython.so").unlink()
    assert "libpython.so, which was moved or deleted" in project.examine(game).problems[0]
