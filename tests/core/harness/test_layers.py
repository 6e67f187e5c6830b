import pytest

from tests.harness.layers import faults_of, unexplained_imports

ROOMS = ("low", "high")
GOOD = {
    "__init__.py": "from .high.roof import Roof\n",
    "low/__init__.py": "",
    "low/ground.py": "import sys\nfrom os import path\n",
    "low/floor.py": "from .ground import Ground\nfrom . import ground\n",
    "high/__init__.py": "",
    "high/roof.py": "from ..low.floor import Floor\nfrom house.low import ground\n",
}


@pytest.fixture
def house(tmp_path):
    def build(**files):
        changes = {name.replace("__", "/") + ".py": text for name, text in files.items()}
        for name, text in {**GOOD, **changes}.items():
            file = tmp_path / "house" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, "utf-8")
        return tmp_path / "house"

    return build


def test_imports_downward_and_sideways_are_fine(house):
    assert faults_of(house(), ROOMS) == []


@pytest.mark.parametrize(
    "text",
    [
        "from ..high.roof import Roof\n",
        "from ..high import roof\n",
        "from house.high import roof\n",
        "import house.high.roof\n",
        "def f():\n    from ..high import roof\n",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from ..high import roof\n",
    ],
)
def test_an_import_upward_is_found_wherever_it_stands(house, text):
    (fault,) = faults_of(house(low__ground=text, high__roof=""), ROOMS)
    assert fault == "house.low.ground imports house.high.roof from a room above"


def test_a_room_itself_can_be_above(house):
    (fault,) = faults_of(house(low__ground="from ..high import something\n"), ROOMS)
    assert fault == "house.low.ground imports house.high from a room above"


@pytest.mark.parametrize("text", ["from .. import Roof\n", "from house import Roof\n"])
def test_what_stands_beside_the_rooms_is_above_them(house, text):
    faults = faults_of(house(low__ground=text), ROOMS)
    assert faults[0] == "house.low.ground imports house from a room above"


def test_a_module_beside_the_rooms_can_have_a_place_in_the_order(house):
    shared = {"stone": "", "low__ground": "from ..stone import Stone\n"}
    assert faults_of(house(**shared), ("stone", *ROOMS)) == []
    shared["stone"] = "from .low import floor\n"
    fault = "house.stone imports house.low.floor from a room above"
    assert fault in faults_of(house(**shared), ("stone", *ROOMS))


def test_a_circle_within_a_room_is_found(house):
    (fault,) = faults_of(house(low__ground="def f():\n    from .floor import Floor\n"), ROOMS)
    assert fault.startswith("a circle: ")
    assert {"house.low.ground", "house.low.floor"} <= {*fault.split()}


def test_a_room_that_nobody_named_is_found(house):
    assert faults_of(house(cellar__wine=""), ROOMS) == ["the room cellar has no place in the order"]


def test_an_import_in_a_function_needs_a_comment(house):
    text = """
import sys
def explained():
    import dis  # hardly anybody needs it
    # It takes 20 ms.
    import ast
class Roof:
    def hidden(self):
        import json
        try:
            # They take long to load.
            import ast
            import json

            from . import tile
        finally:
            import json
"""
    unexplained = ["house/high/roof.py:9", "house/high/roof.py:17"]
    assert unexplained_imports(house(high__roof=text)) == unexplained
