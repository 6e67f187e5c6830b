"""The documentation: complete, its links lead somewhere, and its code runs or says why not."""

import argparse
import json
import re
import shlex
import tomllib
from unittest.mock import MagicMock

import npc_video
import npc_video.backends.comfyui
import npc_video.graph
import pytest
import yaml
from npc_video import load_metadata
from npc_video.backends.settings import load_backends
from npc_video.cli import _parser as npc_video_parser

from tests.harness.documents import blocks, blocks_in, documents
from tools.commands import _parser as run_parser
from tools.paths import ROOT

DOCS = ROOT / "docs"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
PYTHON = [block for block in blocks("python") if "from godot import" not in block.text]
CAPTURE = ROOT / "tests" / "data" / "comfyui" / "captures" / "prompt_wan_tiny.json"
# Names that a reader has from elsewhere.
CONTEXT = {
    "SERVERS_TOKEN": f"nvf_studio_{'0' * 64}",
    "painter": MagicMock(),
    "player": MagicMock(),
}
TESTED_ELSEWHERE = {"gdscript"}  # in the engine
LANGUAGES = {"csharp", "json", "python", "sh", "text", "toml", "yaml", *TESTED_ELSEWHERE}
LINK = re.compile(r"\]\((?!\w+:)([^)#\s]*)#?([^)\s]*)\)")
SPAN = re.compile(r"`((?:npc-video|(?:python3 )?run\.py) [^`]*)`")


def pages_in(nav):
    for entry in nav:
        (target,) = entry.values() if isinstance(entry, dict) else (entry,)
        yield from pages_in(target) if isinstance(target, list) else [target]


def anchors_of(page):
    headings = re.findall(r"^#+ (.*)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", each.lower()).replace(" ", "-") for each in headings}


def by_place(block):
    return block.place


def by_path(page):
    return page.relative_to(ROOT).as_posix()


def words_of(command):
    """The words of a command line, without variables before it and comments behind it."""
    words = shlex.split(command, comments=True)
    return [word for index, word in enumerate(words) if index or "=" not in word]


def parser_of(words):
    """The parser of a command of ours, and the words that are left for it; None if it is none."""
    if words[:2] == ["python3", "run.py"]:
        words = words[1:]
    if words[0] == "run.py" and words[1] not in ("bake", "doctor"):  # those are npc-video's
        return run_parser(), words[1:]
    if words[0] in ("npc-video", "run.py"):
        return npc_video_parser(lambda: None, {}), words[1:]
    return None


def options_of(parser, words):
    """Follows subcommands; returns the options of the last one."""
    for word in words:
        commands = [a for a in parser._actions if isinstance(a, argparse._SubParsersAction)]
        if not commands or word not in commands[0].choices:
            break
        parser = commands[0].choices[word]
    return set(parser._option_string_actions), parser


def check_line(line):
    words = words_of(line)
    if not words:
        return
    if words[:2] == ["pip", "install"]:
        for name in (word for word in words[2:] if word != "--upgrade"):
            found = re.fullmatch(r"npc-video-player(?:\[([\w-]+)\])?", name)
            assert found, name
            assert found[1] is None or found[1] in PROJECT["optional-dependencies"]
        return
    if words[0] == "export":
        return
    ours = parser_of(words)
    assert ours, f"{words[0]} is none of our commands: say why it is not run"
    parser, rest = ours
    parser.parse_args(rest)


# ---- Pages ----


def test_every_page_is_in_the_navigation_once():
    config = yaml.safe_load((ROOT / "mkdocs.yml").read_text("utf-8"))
    listed = sorted(pages_in(config["nav"]))
    assert listed == sorted(path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md"))


def test_every_public_name_of_python_is_in_the_reference_once():
    text = "".join(path.read_text("utf-8") for path in (DOCS / "reference").glob("*.md"))
    places = (npc_video, npc_video.graph, npc_video.backends.comfyui)
    public = {name for place in places for name in place.__all__}  # some are in two of them
    assert sorted(re.findall(r"^::: npc_video\.(?:\w+\.)*(\w+)$", text, re.MULTILINE)) == sorted(
        public
    )


@pytest.mark.parametrize("page", documents(), ids=by_path)
def test_links_and_pictures_lead_somewhere(page):
    # In code, brackets may stand before parentheses.
    for file, anchor in LINK.findall(re.sub("`[^`\n]*`", "", page.read_text("utf-8"))):
        target = page.parent / file if file else page
        assert target.exists(), file
        assert not anchor or anchor in anchors_of(target), f"{file}#{anchor}"


# ---- The form of blocks ----


def test_every_block_names_its_language():
    assert [block.place for block in blocks() if block.language not in LANGUAGES] == []


def test_a_block_has_its_place_and_its_note(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(
        "# A\n\n```sh\na\n```\n\n<!-- code: not run: no GPU -->\n\n```sh\nb\n```\n"
        "<!-- code: in a function -->\n\n```gdscript\nc\n\n```\n",
        "utf-8",
    )
    first, second, third = blocks_in(page)
    assert (first.place, first.text, first.note) == ("page.md:3", "a\n", "")
    assert (second.place, second.why_not_run) == ("page.md:9", "no GPU")
    assert (third.language, third.note, third.text) == ("gdscript", "in a function", "c\n\n")
    assert not third.why_not_run


# ---- Languages ----


@pytest.mark.parametrize("block", PYTHON, ids=by_place)
def test_python_runs(block):
    exec(compile(block.text, block.place, "exec"), {"__name__": "documented", **CONTEXT})


@pytest.mark.parametrize("block", blocks("json"), ids=by_place)
def test_json_can_be_read_and_graphs_have_no_mistakes(block):
    data = json.loads(block.text)
    if "responseGraph" in data:
        load_metadata(block.text)


@pytest.mark.parametrize("block", blocks("toml"), ids=by_place)
def test_settings_of_generators_can_be_read(block, tmp_path, monkeypatch):
    for variable in ("FAL_KEY", "LUMA_API_KEY", *re.findall(r'token_env = "(\w+)"', block.text)):
        monkeypatch.setenv(variable, "secret")
    workflow = json.loads(CAPTURE.read_text("utf-8"))["request"]["json"]["prompt"]
    (tmp_path / "laugh.json").write_text(json.dumps(workflow), "utf-8")
    (tmp_path / "npc_video.toml").write_text(block.text, "utf-8")
    load_backends(tmp_path / "npc_video.toml")


@pytest.mark.parametrize("block", blocks("yaml"), ids=by_place)
def test_yaml_can_be_read(block):
    assert yaml.safe_load(block.text)


# ---- Commands ----


@pytest.mark.parametrize("block", blocks("sh"), ids=by_place)
def test_commands_and_their_options_exist(block):
    for line in block.text.splitlines():
        check_line(line)


@pytest.mark.parametrize("page", documents(), ids=by_path)
def test_commands_within_sentences_exist(page):
    for command in SPAN.findall(page.read_text("utf-8")):
        words = [word for word in command.split() if word not in "…|"]
        parser, rest = parser_of(words)
        options, last = options_of(parser, rest)
        assert last is not parser or not rest or rest[0].startswith("-"), command
        given = re.findall(r"(?<![\w-])--[\w-]+", " ".join(rest))
        is_passed_on = not options  # to a program of its own, which has its own parser
        assert is_passed_on or set(given) <= options, command


@pytest.mark.parametrize(
    "line",
    [
        "npc-video bogus",
        "npc-video farm up --bogus",
        "python3 run.py bogus",
        "pip install npc-video-player[bogus]",
        "pip install numpy",
        "docker run it",
    ],
)
def test_a_command_that_does_not_exist_is_found(line):
    with pytest.raises((Exception, SystemExit)):
        check_line(line)
