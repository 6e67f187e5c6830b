import os
import sys
from pathlib import Path

import pytest
from npc_video.shipping.interpreter import (
    SETTINGS,
    is_this_python,
    read_settings,
    settings_for_this_machine,
    settings_of_runtime,
)


def test_what_was_written_is_read(tmp_path):
    (tmp_path / SETTINGS).write_text(settings_for_this_machine("bridge.so"), "utf-8")
    settings = read_settings(tmp_path)
    assert settings["executable"] == sys.executable
    assert settings["bridge"] == str(tmp_path / "bridge.so")
    assert Path(settings["libpython"]).is_absolute()
    assert settings["modules"] == "npc_video_player"


def test_paths_of_a_runtime_begin_in_its_folder(tmp_path):
    (tmp_path / SETTINGS).write_text(settings_of_runtime("3.11", "lib/x.so", "b.so"), "utf-8")
    settings = read_settings(tmp_path)
    assert settings["python"] == "3.11"
    assert Path(settings["home"]) == tmp_path
    assert Path(settings["libpython"]) == tmp_path / "lib" / "x.so"


@pytest.mark.parametrize("text", ["", "nothing", "=\n\n", "libpython=\n"])
def test_what_says_nothing_is_no_error(tmp_path, text):
    (tmp_path / SETTINGS).write_text(text, "utf-8")
    assert "libpython" not in {key for key, value in read_settings(tmp_path).items() if value}


def test_an_environment_is_told_from_others_with_the_same_python(tmp_path):
    assert is_this_python(sys.executable)
    folder, name = Path(sys.executable).parent, Path(sys.executable).name
    assert is_this_python(f"{folder}{os.sep}x{os.sep}..{os.sep}{name}")
    assert not is_this_python(str(tmp_path / "bin" / "python"))
    assert not is_this_python("")
