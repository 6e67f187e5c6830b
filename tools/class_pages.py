"""Writes `docs/classes`, a page for each Godot class of the addon, from its help in the editor.

    python -m tools.class_pages

A test compares them with the classes.
"""

import json
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from npc_video.shipping import addon
from npc_video.shipping.console import RUN_PY, Failure
from npc_video.shipping.engine import Engine
from npc_video.shipping.godot import run_project

from tools.engine import find
from tools.paths import ADDON, ROOT

FOLDER = ROOT / "docs" / "classes"
_INSIDE = Path(__file__).with_name("inside")
_SECONDS = 60.0
_FILES = {
    "project.godot": """config_version=5
[application]
run/main_scene="res://main.tscn"
[pythonscript]
modules=["class_pages"]
""",
    "main.tscn": '[gd_scene format=3]\n[node name="Main" type="ClassPages"]\n',
    ".godot/extension_list.cfg": f"res://addons/{ADDON.name}/{ADDON.name}.gdextension\n",
}

_INDEX = """These are the nodes and resources of the addon. The editor has the same pages: press F1,
then type the name of the class. Types are those of GDScript."""


def read_help(engine: Engine) -> list[str]:
    """Returns the help of each public class, in the engine's XML.

    Raises:
        Failure: the engine did not give it.
    """
    with tempfile.TemporaryDirectory() as folder:
        project, written = Path(folder, "project"), Path(folder, "pages.json")
        for name, text in _FILES.items():
            (project / name).parent.mkdir(parents=True, exist_ok=True)
            (project / name).write_text(text, "utf-8")
        (project / "class_pages.py").write_bytes((_INSIDE / "class_pages.py").read_bytes())
        addon.link(project, ADDON)
        run = run_project(engine, project, "--headless", "--", str(written), seconds=_SECONDS)
        if not run.ok:
            raise Failure(f"The engine did not give the help:\n{run.log}\n{'; '.join(run.faults)}")
        found: list[str] = json.loads(written.read_text("utf-8"))
        return found


def class_pages(helps: Iterable[str]) -> dict[str, str]:
    """Returns a page in Markdown for each class, by its name, and an `index` of all."""
    classes = {each.attrib["name"]: each for each in map(ElementTree.fromstring, helps)}
    constants = {
        (f"{name}.{constant.attrib['enum']}", constant.attrib["value"]): constant.attrib["name"]
        for name, each in classes.items()
        for constant in each.iterfind("constants/constant[@enum]")
    }
    writer = _Writer(frozenset(classes), constants)
    ordered = sorted(classes.items())
    pages = {name: writer.page(each) for name, each in ordered}
    return {"index": writer.index(each for _, each in ordered), **pages}


@dataclass(frozen=True)
class _Writer:
    """Writes pages that link to each other.

    Attributes:
        names: the classes that have a page.
        constants: the names of all constants of enums, by their enum and value.
    """

    names: frozenset[str]
    constants: Mapping[tuple[str, str], str]

    def index(self, classes: Iterable[Element]) -> str:
        rows = (
            f"- [`{each.attrib['name']}`]({each.attrib['name']}.md):"
            f" {self._sentence(_text(each, 'brief_description'))}"
            for each in classes
        )
        return "\n".join(["# Class reference", "", _INDEX, "", *rows]) + "\n"

    def page(self, each: Element) -> str:
        return "\n\n".join(self._parts(each)) + "\n"

    def _parts(self, each: Element) -> Iterator[str]:
        name, brief = each.attrib["name"], _text(each, "brief_description")
        yield f"# {name}"
        yield f"Extends {self._linked(each.attrib['inherits'])}."
        told = _text(each, "description")
        for text in dict.fromkeys([brief, told]):
            yield from self._prose(text, name)
        sections = (
            ("Properties", each.iterfind("members/member"), self._property),
            ("Methods", each.iterfind("methods/method"), self._method),
            ("Signals", each.iterfind("signals/signal"), _call),
        )
        for title, members, written in sections:
            for index, member in enumerate(members):
                yield from [] if index else [f"## {title}"]
                yield f"### {member.attrib['name']}"
                yield f"`{written(member)}`"
                yield from self._prose(_text(member, "description") or member.text or "", name)
        yield from self._enums(each)

    def _property(self, member: Element) -> str:
        default = member.attrib["default"]
        default = self.constants.get((member.get("enum", ""), default), default)
        return f"{member.attrib['name']}: {_type(member)} = {default}"

    def _method(self, method: Element) -> str:
        qualifiers = method.get("qualifiers", "").split()
        static = "static " if "static" in qualifiers else ""
        result = method.find("return")
        assert result is not None
        return f"{static}{_call(method, 'vararg' in qualifiers)} -> {_type(result)}"

    def _enums(self, each: Element) -> Iterator[str]:
        constants = each.findall("constants/constant[@enum]")
        for enum in dict.fromkeys(constant.attrib["enum"] for constant in constants):
            yield f"## {enum}"
            rows = [
                f"| `{c.attrib['name']}` | {c.attrib['value']} | {self._sentence(c.text or '')} |"
                for c in constants
                if c.attrib["enum"] == enum
            ]
            yield "\n".join(["| constant | value | |", "|---|---|---|", *rows])

    def _prose(self, text: str, own: str = "") -> Iterator[str]:
        """Yields paragraphs, and a list for each section such as that of the parameters."""
        for part in filter(None, text.split("\n\n")):
            lines = [self._sentence(line, own) for line in part.split("\n")]
            if part.startswith("[b]"):  # the head of a section
                yield lines.pop(0)
            is_section = part.startswith(("[b]", "[param "))
            yield "\n".join(f"- {line}" if is_section else line for line in lines)

    def _sentence(self, text: str, own: str = "") -> str:
        """The help's markup as Markdown; names of other classes lead to their pages."""
        text = re.sub(r"\[param (\w+)\]", r"[code]\1[/code]", text)
        parts = re.split(r"\[code\](.*?)\[/code\]", text)
        parts[::2] = [re.sub(r"([*<|\\])", r"\\\1", part) for part in parts[::2]]
        parts[::2] = [re.sub(r"\[/?b\]", "**", part) for part in parts[::2]]
        for index, word in enumerate(parts):
            if index % 2:
                parts[index] = self._linked(word) if word != own else f"`{word}`"
        return "".join(parts).strip()

    def _linked(self, word: str) -> str:
        return f"[`{word}`]({word}.md)" if word in self.names else f"`{word}`"


def _call(member: Element, takes_more: bool = False) -> str:
    listed = [
        f"{param.attrib['name']}: {_type(param)}"
        + (f" = {param.attrib['default']}" if "default" in param.attrib else "")
        for param in member.iterfind("param")
    ]
    return f"{member.attrib['name']}({', '.join([*listed, *['...'] * takes_more])})"


def _text(each: Element, part: str) -> str:
    return (each.findtext(part) or "").strip()


def _type(each: Element) -> str:
    return each.get("enum") or each.attrib["type"]


def main() -> None:
    engine = find()
    if engine is None:
        raise Failure(f"Godot was not found: `{RUN_PY} engine` gets one.")
    pages = class_pages(read_help(engine))
    FOLDER.mkdir(exist_ok=True)
    for left in FOLDER.glob("*.md"):
        left.unlink()
    for name, text in pages.items():
        (FOLDER / f"{name}.md").write_text(text, "utf-8")


if __name__ == "__main__":
    main()
