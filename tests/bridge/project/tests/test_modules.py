"""Python modules of the game itself, below `res://`."""

import importlib
import inspect
import json
import py_compile
import traceback
from pathlib import Path

import pytest
from godot import FileAccess, PCKPacker, ProjectSettings


def test_packages_and_modules_of_the_project(test):
    import parts
    import parts.wheel

    assert parts.SPOKES == 6
    assert parts.wheel.AXLE == "steel"
    assert parts.__doc__ == "A package of the game."
    assert parts.__file__ == ProjectSettings.globalize_path("res://parts/__init__.py")
    assert parts.wheel.__spec__.name == "parts.wheel"


def test_a_folder_is_a_package_without_a_file_that_says_so(test):
    from tests import test_modules  # this folder has none

    assert test_modules.__name__ == "tests.test_modules"


def test_a_module_is_loaded_once(test):
    import parts.hub

    assert importlib.import_module("parts.hub") is parts.hub


def test_python_s_own_modules_come_first(test):
    assert not hasattr(json, "IS_THE_GAME_S")


def test_a_module_that_is_not_there(test):
    with pytest.raises(ModuleNotFoundError, match=r"No module named 'parts\.gear'"):
        importlib.import_module("parts.gear")
    with pytest.raises(ModuleNotFoundError, match="No module named 'nowhere'"):
        importlib.import_module("nowhere")


def test_tracebacks_and_source(test):
    from parts import wheel

    with pytest.raises(ZeroDivisionError) as caught:
        wheel.turn(0)
    (frame,) = traceback.extract_tb(caught.value.__traceback__)[1:]
    assert frame.filename == ProjectSettings.globalize_path("res://parts/wheel.py")
    assert frame.line == "return 1 / times"
    assert "return 1 / times" in inspect.getsource(wheel.turn)


def test_modules_of_a_packed_game(test):
    packer = PCKPacker()
    assert packer.pck_start("user://game.pck") == 0
    for name, text in {
        "packed_game.py": "import packed_part\nANSWER = packed_part.HALF * 2\nhalf = lambda: 0.5\n",
        "packed_part.py": "HALF = 21\n",
    }.items():
        file = FileAccess.open(f"user://{name}", FileAccess.WRITE)
        file.store_string(text)
        file.close()
        assert packer.add_file(f"res://{name}", f"user://{name}") == 0
    assert packer.flush() == 0
    assert ProjectSettings.load_resource_pack("user://game.pck")
    module = importlib.import_module("packed_game")
    assert module.ANSWER == 42
    assert module.__file__.endswith("packed_game.py")
    assert inspect.getsource(module.half) == "half = lambda: 0.5\n"


def test_no_bytecode_is_left_in_the_project(test):
    import parts.wheel

    assert not Path(parts.wheel.__file__).with_name("__pycache__").exists()


def test_a_module_that_was_compiled_for_a_finished_game(test):
    compiled = Path(ProjectSettings.globalize_path("res://parts/compiled_axle.pyc"))
    source = Path(ProjectSettings.globalize_path("user://axle.py"))
    source.write_text("WOOD = 'ash'\ndef turn(times):\n    return 1 / times\n", "utf-8")
    try:
        py_compile.compile(str(source), str(compiled), dfile="res://parts/compiled_axle.py")
        from parts import compiled_axle

        assert compiled_axle.WOOD == "ash"
        with pytest.raises(ZeroDivisionError) as caught:
            compiled_axle.turn(0)
        (frame,) = traceback.extract_tb(caught.value.__traceback__)[1:]
        assert frame.filename == "res://parts/compiled_axle.py"
    finally:
        compiled.unlink(missing_ok=True)
        source.unlink()
