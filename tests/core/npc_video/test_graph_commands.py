import json

import pytest
from npc_video.cli import main
from npc_video.templates import template_text


@pytest.fixture(autouse=True)
def folder(monkeypatch, tmp_path):
    """A folder with files: one is fine, one odd, one wrong, one broken."""
    monkeypatch.chdir(tmp_path)
    mira = json.loads(template_text("guard"))
    (tmp_path / "fine.json").write_text(json.dumps(mira), "utf-8")
    mira["responseGraph"]["nodes"].append({"id": "spare", "type": "input.zone", "data": {}})
    (tmp_path / "odd.json").write_text(json.dumps(mira), "utf-8")
    mira["responseGraph"]["nodes"].append({"id": "bad", "type": "input.zones", "data": {}})
    (tmp_path / "wrong.json").write_text(json.dumps(mira), "utf-8")
    (tmp_path / "broken.json").write_text("{\n]", "utf-8")


@pytest.mark.parametrize(
    ("files", "code"),
    [
        (["fine.json"], 0),
        (["odd.json"], 0),
        (["fine.json", "odd.json"], 0),
        (["wrong.json"], 1),
        (["fine.json", "broken.json"], 1),
        (["broken.json", "fine.json"], 1),
        (["absent.json", "fine.json"], 1),
        (["."], 1),
        ([], 2),
    ],
)
def test_the_exit_code(capsys, files, code):
    assert main(["graph", "check", *files]) == code
    capsys.readouterr()
    assert main(["graph", "check", *files, "--json"]) == code
    document = json.loads(capsys.readouterr().out)
    assert document["is_fine"] == (code == 0)
    assert (document["error"] is None) == (code != 2)
    assert [each["file"] for each in document["files"]] == files


def test_each_line_names_the_file_and_the_place(capsys):
    main(["graph", "check", "fine.json", "odd.json", "wrong.json", "broken.json", "absent.json"])
    fine, odd, *wrong, broken, absent = capsys.readouterr().out.splitlines()
    assert fine == "fine.json: fine"
    assert odd.startswith(
        "odd.json: warning: node 'spare', connections: does not lead to video.output"
    )
    assert wrong == ["wrong.json: error: node 'bad', type: 'input.zones' is unknown."]
    assert broken.startswith("broken.json:2:1: error: file: cannot be read as JSON: ")
    assert absent == "absent.json: error: file: cannot be read: No such file or directory."


def test_the_document(capsys):
    main(["graph", "check", "odd.json", "broken.json", "--json"])
    document = json.loads(capsys.readouterr().out)
    assert list(document) == ["format", "version", "is_fine", "error", "files"]
    assert document["format"] == 1
    odd, broken = document["files"]
    assert list(odd) == list(broken) == ["file", "is_fine", "errors", "warnings"]
    assert (odd["is_fine"], odd["errors"], broken["warnings"]) == (True, [], [])
    [warning], [error] = odd["warnings"], broken["errors"]
    assert list(warning) == list(error) == ["node", "field", "line", "column", "message"]
    assert (warning["node"], warning["line"], warning["column"]) == ("spare", None, None)
    assert (error["node"], error["line"], error["column"]) == ("", 2, 1)
    assert error["message"].endswith(".")


def test_a_file_that_is_too_large(capsys, tmp_path):
    (tmp_path / "large.json").write_bytes(b" " * (1 << 21))
    assert main(["graph", "check", "large.json"]) == 1
    assert "is larger than 1024 KiB" in capsys.readouterr().out
