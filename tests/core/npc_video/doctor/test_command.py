import asyncio
import json
import sys

import pytest
from npc_video.backends.settings import load_backends
from npc_video.cli import main
from npc_video.doctor import bridge, examination
from npc_video.doctor.finding import Finding
from npc_video.shipping.console import Failure

from .programs import godot_answering, make_bare

PARTS = ["engine", "python", "bridge", "codecs", "cache", "export_templates", "backends"]
DRAWN = '[backends.drawn]\nkind = "procedural"\n'
UNREACHABLE = '[backends.x]\nkind = "http"\nurl = "http://127.0.0.1:9"\n'


@pytest.fixture(autouse=True)
def folder(monkeypatch, tmp_path):
    """A folder without anything, a Godot that answers, and a bridge that was built."""
    make_bare(monkeypatch, tmp_path)
    godot = godot_answering(tmp_path, "4.6.3.stable.official")
    monkeypatch.setenv("GODOT", str(godot))
    monkeypatch.setattr(bridge, "examine", lambda: Finding(bridge.PART))
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    return here


def told(capsys, *arguments):
    """The exit code and the document, which is all that is on standard output."""
    code = main(["doctor", *arguments, "--json"])
    document = json.loads(capsys.readouterr().out)
    assert list(document) == ["format", "version", "is_fine", "error", "findings"]
    for finding in document["findings"]:
        assert list(finding) == ["part", "name", "state", "facts", "problems", "advice"]
        assert finding["state"] in ("fine", "advice", "wrong")
        assert all(key == key.lower() and " " not in key for key in finding["facts"])
        assert all(isinstance(fact, str) for fact in finding["facts"].values())
    return code, document


def test_all_parts_are_told_and_advice_is_no_fault(capsys):
    code, document = told(capsys)
    assert code == 0
    assert document["is_fine"]
    assert document["format"] == 1
    assert document["error"] is None
    assert [finding["part"] for finding in document["findings"]] == PARTS
    assert main(["doctor"]) == 0
    text = capsys.readouterr().out
    assert [line for line in text.splitlines() if line[:1].strip()] == [
        f"{finding['part'].replace('_', ' ')}: {finding['state']}"
        for finding in document["findings"]
    ]


def test_what_is_wrong_counts(capsys, monkeypatch):
    monkeypatch.delenv("GODOT")
    code, document = told(capsys)
    assert code == 1
    assert not document["is_fine"]
    assert document["findings"][0]["state"] == "wrong"
    assert main(["doctor"]) == 1
    assert "engine: wrong\n  problem         Godot was not found" in capsys.readouterr().out


def test_a_part_that_breaks_leaves_the_others(capsys, monkeypatch):
    def fail(*_):
        raise ZeroDivisionError

    for part in ("python", "bridge", "codecs", "folders", "templates"):
        monkeypatch.setattr(getattr(examination, part), "examine", fail)
    code, document = told(capsys, "--project", "nowhere")
    assert code == 1
    assert [finding["part"] for finding in document["findings"]] == [
        *PARTS[:3], "project", *PARTS[3:]
    ]  # fmt: skip
    assert all("ZeroDivisionError" in document["findings"][i]["problems"][0] for i in (1, 2, 4))
    assert "no project.godot" in document["findings"][3]["problems"][0]


def test_a_checkout_has_more_to_examine(capsys, tmp_path):
    def find():
        raise Failure("The one that was fetched is broken: fetch it again.")

    assert main(["doctor", "--json"], find_engine=find, folders={"fetched": tmp_path}) == 1
    findings = json.loads(capsys.readouterr().out)["findings"]
    assert findings[0]["problems"] == ["The one that was fetched is broken: fetch it again."]
    assert findings[4]["facts"]["fetched"].startswith(str(tmp_path))


def test_generators_are_examined_where_a_file_says_which(capsys, folder):
    file = folder / "mine.toml"
    file.write_text(DRAWN, "utf-8")
    code, document = told(capsys, "mine.toml")
    assert code == 0
    assert document["findings"][-1]["part"] == "backend"
    assert document["findings"][-1]["name"] == "drawn"
    assert list(document["findings"][-1]["facts"]) == ["reachable", "test_clip", "seconds"]
    (folder / "npc_video.toml").write_text(UNREACHABLE, "utf-8")
    assert main(["doctor"]) == 1
    assert "backend x: wrong" in capsys.readouterr().out


@pytest.mark.parametrize("text", ["backends = 3", "["])
@pytest.mark.parametrize("arguments", [[], ["npc_video.toml"]])
def test_a_file_that_cannot_be_read(capsys, folder, text, arguments):
    (folder / "npc_video.toml").write_text(text, "utf-8")
    assert main(["doctor", *arguments]) == 2
    assert "npc_video.toml" in capsys.readouterr().err
    code, document = told(capsys, *arguments)
    assert (code, document["is_fine"], document["findings"]) == (2, False, [])
    assert "npc_video.toml" in document["error"]


def test_a_folder_is_no_file(capsys, folder):
    assert main(["doctor", str(folder)]) == 2
    assert "cannot be read" in capsys.readouterr().err


def test_a_file_that_is_named_and_missing(capsys, folder):
    assert main(["doctor", "npc_video.toml"]) == 2
    text = capsys.readouterr().err
    assert text.startswith(f"{folder / 'npc_video.toml'} does not exist.")
    example = text.partition("such as\n\n")[2].partition("\n\nor name")[0]
    (folder / "npc_video.toml").write_text(example, "utf-8")

    async def whole():
        backends = load_backends("npc_video.toml")
        for backend in backends.values():
            await backend.close()
        return list(backends)

    assert asyncio.run(whole()) == ["local", "service"]
    assert told(capsys, "absent.toml")[1]["error"].startswith(str(folder / "absent.toml"))


def test_without_a_file_it_says_how_to_make_one(capsys):
    code, document = told(capsys)
    assert code == 0
    assert "`npc-video doctor npc_video.toml` shows how" in document["findings"][-1]["advice"][0]


@pytest.mark.parametrize("wrong", [["--preset", "huge"], ["a", "b"], ["--unknown"]])
def test_a_command_line_that_cannot_be_understood(capsys, wrong):
    assert main(["doctor", *wrong]) == 2
    heard = capsys.readouterr()
    assert heard.out == ""
    assert heard.err.startswith("usage: npc-video")
    code, document = told(capsys, *wrong)
    assert code == 2
    assert "error: " in document["error"]


def test_packages_that_are_missing_are_findings(capsys, folder, monkeypatch):
    (folder / "npc_video.toml").write_text(DRAWN, "utf-8")
    monkeypatch.setitem(sys.modules, "npc_video.backends.settings", None)
    code, document = told(capsys)
    assert code == 1
    assert "ModuleNotFoundError" in document["findings"][-1]["problems"][0]
