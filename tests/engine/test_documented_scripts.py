"""The GDScript in the documentation can be parsed, and its Python classes are classes of Godot."""

import json
import re
from pathlib import Path

from tests.harness.documents import Block, blocks
from tests.harness.games import play

# The places that a block can name, with what a reader has there.
PLACES = {
    "": "{code}",
    "in a script of a scene": "extends Control\n{fields}\n{code}",
    "in a function": "extends Control\n{fields}\nfunc _place() -> void:\n{code}",
}
FIELDS = {
    "ember": "NpcVideoPlayer",
    "farm": "NpcFarmBackend",
    "save": "Dictionary",
}
MAIN = """
extends SceneTree

func _initialize() -> void:
	var told: Dictionary = JSON.parse_string(FileAccess.get_file_as_string("res://code.json"))
	for place: String in told.scripts:
		print("@script ", place)
		var script := GDScript.new()
		script.source_code = told.scripts[place]
		print("@parsed ", script.reload())
	for used: Array in told.members:
		var names := ClassDB.class_get_property_list(used[0]).map(
			func(each: Dictionary) -> String: return each.name
		)
		if not (
			ClassDB.class_has_method(used[0], used[1])
			or ClassDB.class_has_signal(used[0], used[1])
			or used[1] in names
		):
			print("@missing ", used)
	for name: String in told.classes:
		print("@class ", name, " ", ClassDB.class_exists(name))
	print("@end")
	quit()
"""


def whole_script(block: Block) -> str:
    code = block.text
    fields = [f"var {name}: {of}" for name, of in FIELDS.items() if f"var {name}" not in code]
    if block.note == "in a function":
        code = "".join(f"\t{line}" for line in code.splitlines(keepends=True))
    return PLACES[block.note].format(fields="\n".join(fields), code=code)


def members_used(text: str) -> set[tuple[str, str]]:
    """The members of the fields, which a parser lets pass: a subclass may have them."""
    found = re.findall(rf"(?<![\w/])({'|'.join(FIELDS)})\.(\w+)", text)
    return {(FIELDS[field], member) for field, member in found if field != "save"}


def test_the_code_of_games_is_understood(tmp_path: Path) -> None:
    scripts = {block.place: whole_script(block) for block in blocks("gdscript")}
    classes = {}
    for block in blocks("python"):
        if "from godot import" in block.text:
            (name,) = re.findall(r"^class (\w+)", block.text, re.MULTILINE)
            classes[name] = block.text
            (tmp_path / f"{name.lower()}.py").write_text(block.text, "utf-8")
    assert scripts
    assert classes
    code = {
        "scripts": scripts,
        "members": sorted(members_used("".join(scripts.values()))),
        "classes": list(classes),
    }
    (tmp_path / "code.json").write_text(json.dumps(code), "utf-8")
    modules = json.dumps([name.lower() for name in classes])
    log = play(tmp_path, MAIN, settings=f"[pythonscript]\nmodules={modules}\n").log
    assert re.findall(r"@parsed (\d+)", log) == ["0"] * len(scripts), log
    assert "@missing" not in log, log
    assert re.findall(r"@class (\w+) true", log) == list(classes), log
