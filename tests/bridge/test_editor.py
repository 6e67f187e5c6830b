"""Exposed classes in the editor: placeholders and tools, help pages, warnings, plugins."""

from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from npc_video.shipping.engine import Engine
from npc_video.shipping.godot import EngineRun, find_errors, run_project

from tests.harness.projects import make_project

LAMPS = '''
from enum import IntEnum
from godot import Color, EditorPlugin, Engine, Node, PackedVector2Array, StringName, Vector2
from godot import export, exposed, signal

@exposed
class Lamp(Node):
    """It shines & glows.

    Its `power` is above <zero>."""

    class Bulb(IntEnum):
        BULB_PLAIN = 0, "Burns & glows."
        BULB_LED = 1, "Stays `cold`."

        def __new__(cls, number, doc):
            made = int.__new__(cls, number)
            made._value_, made.__doc__ = number, doc
            return made

    power = export(int, 3, doc="How `bright` & warm.")
    place = export(Vector2, Vector2(1, 2))
    names = export(list[str], [])
    hue = export(str, "warm", enum=("warm", "cold"), doc="Its light.")
    bulb = export(Bulb, Bulb.BULB_LED, doc="What burns.")
    lit = signal(by=Node, doc="Now it <is>.")
    MOST = 9

    def __init__(self):
        if Engine.is_editor_hint():
            print("a Lamp runs in the editor")

    def shine(self, hours: int, at: Vector2 = Vector2()) -> float:
        """Shines for some `hours`."""
        return hours * 2.0

    @staticmethod
    def blend(
        first: Color,
        second: Color = Color(1, 0, 0),
        *others,
    ) -> Color:
        """Blends two colours.

        Args:
            first: Whose `alpha` counts,
                and no other.
            second: The other one.

        Returns:
            Their middle."""
        return first

    def remember(
        self,
        word: str = "a \\"b\\" <c>",
        much: float = 0.5,
        often: bool = True,
        bulb: Bulb = Bulb.BULB_LED,
        names: list[str] = ["x"],
        more: dict = {"a": 1},
        whom: Node | None = None,
        places: PackedVector2Array = PackedVector2Array([(1, 2)]),
        label: StringName = StringName("s"),
        anything=3,
        odd: int = None,
    ) -> None:
        """Remembers."""

@exposed(tool=True, icon="res://lamp.svg")
class ToolLamp(Node):
    """Runs in the editor too."""
    power = export(int, 4)

    def shine(self) -> str:
        return "it shines in the editor"

    def _get_configuration_warnings(self):
        return ["it is too bright"]

@exposed
class Torch(ToolLamp):
    """Extends a tool, and does not say that it is one."""

@exposed(hidden=True)
class Fuse(Node):
    """Inside a lamp."""

@exposed
class LampPlugin(EditorPlugin):
    def _enter_tree(self):
        fuse = Fuse()
        print("the plugin entered the tree with a", fuse.get_class())
        fuse.free()

    def _exit_tree(self):
        print("the plugin left the tree")
'''
PROBE = """
@tool
extends EditorPlugin

const RUNNING := preload("res://addons/probe/probe.gd")

func _enter_tree() -> void:
	_run.call_deferred()

func _run() -> void:
	var system := EditorInterface.get_resource_filesystem()
	while system.is_scanning():
		await get_tree().process_frame
	print("@found " + JSON.stringify(await RUNNING.new().found(self)))
	get_tree().quit(0)
"""
PROBES = """
@tool
extends RefCounted

func found(_plugin: EditorPlugin) -> Dictionary:
	var seen := {}
	var lamp: Object = ClassDB.instantiate("Lamp")
	seen.placeholder = {"power": lamp.get("power"), "place": str(lamp.get("place"))}
	lamp.set("power", 7)
	seen.placeholder.kept = lamp.get("power")
	lamp.free()
	var tool: Object = ClassDB.instantiate("ToolLamp")
	seen.tool = {"power": tool.get("power"), "shine": tool.call("shine")}
	tool.free()
	var torch: Object = ClassDB.instantiate("Torch")
	seen.torch = {"power": torch.get("power"), "shine": torch.call("shine")}
	torch.free()
	seen.warning = await _warning()
	seen.help = await _help("Lamp")
	seen.listed = await _listed()
	return seen

func _warning() -> String:
	EditorInterface.open_scene_from_path("res://lamps.tscn")
	for frame in 30:
		await Engine.get_main_loop().process_frame
	for tree: Tree in EditorInterface.get_base_control().find_children("*", "Tree", true, false):
		var item := tree.get_root()
		while item:
			if item.get_text(0) == "TooBright":
				for index in item.get_button_count(0):
					if "bright" in item.get_button_tooltip_text(0, index):
						return item.get_button_tooltip_text(0, index)
			item = item.get_next_in_tree()
	return ""

func _listed() -> Array[String]:
	EditorInterface.popup_create_dialog(func(_type: StringName) -> void: pass, "Node", "", "Make")
	for frame in 30:
		await Engine.get_main_loop().process_frame
	var found: Array[String] = []
	for dialog: ConfirmationDialog in Engine.get_main_loop().root.find_children(
		"*", "ConfirmationDialog", true, false
	):
		if dialog.title == "Make":
			for tree: Tree in dialog.find_children("*", "Tree", true, false):
				var item := tree.get_root()
				while item:
					found.append(item.get_text(0))
					item = item.get_next_in_tree()
			dialog.hide()
	return found

func _help(name: String) -> String:
	EditorInterface.get_script_editor().goto_help("class_name:" + name)
	for frame in 30:
		await Engine.get_main_loop().process_frame
	var text := ""
	for label: RichTextLabel in EditorInterface.get_script_editor().find_children(
		"*", "RichTextLabel", true, false
	):
		text += label.get_parsed_text()
	return text
"""
FILES = {
    "lamps.py": LAMPS,
    "lamps.tscn": (
        '[gd_scene format=3]\n[node name="Lamps" type="Node"]\n'
        '[node name="TooBright" type="ToolLamp" parent="."]\n'
        '[node name="Lamp" type="Lamp" parent="."]\npower = 5\n'
    ),
    "lamp.svg": '<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16"/>',
    "project.godot": (
        'config_version=5\n[pythonscript]\nmodules=["lamps"]\n[editor_plugins]\n'
        'enabled=PackedStringArray("res://addons/probe/plugin.cfg")\n'
    ),
    "addons/probe/plugin.cfg": (
        '[plugin]\nname="Probe"\ndescription=""\nauthor=""\nversion="1"\nscript="plugin.gd"\n'
    ),
    "addons/probe/plugin.gd": PROBE,
    "addons/probe/probe.gd": PROBES,
}


def test_the_editor_opens_without_an_error(edited: EngineRun) -> None:
    assert edited.faults == ()
    assert list(find_errors(edited.log.splitlines())) == []
    assert edited.exit_code == 0


def test_a_class_for_games_is_a_placeholder_with_its_properties(
    edited: EngineRun, found: dict[str, Any]
) -> None:
    assert found["placeholder"] == {"power": 3, "place": "(1.0, 2.0)", "kept": 7}


def test_a_tool_runs_in_the_editor(found: dict[str, Any]) -> None:
    assert found["tool"] == {"power": 4, "shine": "it shines in the editor"}


def test_what_extends_a_tool_runs_in_the_editor(found: dict[str, Any]) -> None:
    assert found["torch"] == {"power": 4, "shine": "it shines in the editor"}


def test_configuration_warnings_are_shown(found: dict[str, Any]) -> None:
    assert "it is too bright" in found["warning"]


def test_a_hidden_class_is_not_listed(found: dict[str, Any]) -> None:
    assert "Lamp" in found["listed"]
    assert "Fuse" not in found["listed"]


def test_docstrings_are_the_editor_s_help(found: dict[str, Any]) -> None:
    text = found["help"].replace("\N{NO-BREAK SPACE}", " ")
    for part in (
        "It shines & glows.",
        "Its power is above <zero>.",
        "How bright & warm.",
        "Now it <is>.",
        "Shines for some hours.",
        "shine(hours: int, at: Vector2 = Vector2(0, 0))",
        "blend(first: Color, second: Color = Color(1, 0, 0, 1), ...args: Array) vararg static",
        "Blends two colours.",
        "\nfirst: Whose alpha counts, and no other.\n",
        "\nsecond: The other one.\n",
        "\nReturns:\n",
        "\nTheir middle.\n",
        'remember(word: String = "a \\"b\\" <c>", much: float = 0.5, often: bool = true',
        "lit(by: Node)",
        "MOST = 9",
        "Bulbbulb[default: 1]",
        "BULB_LED = 1",
        "Stays cold.",
        "power",
    ):
        assert part in text, part


def test_an_editor_plugin_in_python(edited: EngineRun) -> None:
    assert "the plugin entered the tree with a Fuse" in edited.log
    assert "the plugin left the tree" in edited.log


def test_help_pages_are_well_formed(engine: Engine, tmp_path: Path) -> None:
    text = """
from godot._object.registry import registered
from godot._register.help import page
def test_it(test):
    for cls in registered.values():
        print(page(cls).replace("\\n", ""))
"""
    project = make_project(
        tmp_path,
        {"lamps.py": LAMPS, "tests/test_it.py": text},
    )
    (project / "project.godot").write_text(
        'config_version=5\n[pythonscript]\nmodules=["suite", "lamps"]\n', "utf-8"
    )
    from tests.harness.projects import NAME
    from tests.harness.suite import run_suite

    run = run_suite(engine, project, [NAME], seconds=60.0)
    pages = [
        ElementTree.fromstring(line)
        for line in run.outcomes[NAME].log.splitlines()
        if line.startswith("<?xml")
    ]
    assert {page.get("name") for page in pages} >= {"Lamp", "ToolLamp", "LampPlugin"}
    lamp = next(page for page in pages if page.get("name") == "Lamp")
    assert lamp.get("inherits") == "Node"
    assert lamp.findtext("brief_description") == "It shines & glows."
    assert lamp.find("members/member[@name='power']").get("default") == "3"
    assert lamp.findtext("members/member[@name='hue']") == (
        "Its light. One of [code]warm[/code], [code]cold[/code]."
    )
    assert lamp.find("members/member[@name='bulb']").get("enum") == "Lamp.Bulb"
    bulbs = {one.get("name"): one.text for one in lamp.iterfind("constants/constant[@enum='Bulb']")}
    assert bulbs == {"BULB_PLAIN": "Burns & glows.", "BULB_LED": "Stays [code]cold[/code]."}
    shine = lamp.iterfind("methods/method[@name='shine']/param")
    assert [(p.get("type"), p.get("default")) for p in shine] == [
        ("int", None),
        ("Vector2", "Vector2(0, 0)"),
    ]
    assert lamp.find("methods/method[@name='blend']").get("qualifiers") == "static vararg"
    remember = lamp.iterfind("methods/method[@name='remember']/param")
    assert [p.get("default") for p in remember] == [
        '"a \\"b\\" <c>"',
        "0.5",
        "true",
        "1",
        'Array[String](["x"])',
        '{ "a": 1 }',
        "null",
        "PackedVector2Array(1, 2)",
        '&"s"',
        "3",
        "null",
    ]


def test_doctool_writes_docstrings_and_defaults(engine: Engine, tmp_path: Path) -> None:
    project = make_project(tmp_path / "project", FILES)
    run_project(engine, project, "--headless", "--import", seconds=120.0)
    out = tmp_path / "out"
    for _ in range(2):  # what an earlier run wrote is replaced
        run = run_project(
            engine, project, "--headless", "--doctool", str(out), "--gdextension-docs", seconds=60.0
        )
        assert run.exit_code == 0, run.log
    assert {file.stem for file in (out / "doc_classes").iterdir()} == {
        "Lamp", "LampPlugin", "ToolLamp", "Torch",
    }  # fmt: skip
    lamp = ElementTree.parse(out / "doc_classes" / "Lamp.xml").getroot()
    assert str(lamp.findtext("brief_description")).strip() == "It shines & glows."
    shine = lamp.find("methods/method[@name='shine']")
    assert shine is not None
    assert str(shine.findtext("description")).strip() == "Shines for some [code]hours[/code]."
    assert [p.get("default") for p in shine.iterfind("param")] == [None, "Vector2(0, 0)"]
    for path, text in (
        ("members/member[@name='power']", "How [code]bright[/code] & warm."),
        ("signals/signal[@name='lit']/description", "Now it <is>."),
        ("constants/constant[@name='BULB_PLAIN']", "Burns & glows."),
    ):
        assert str(lamp.findtext(path)).strip() == text
