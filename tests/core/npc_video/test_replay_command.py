import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from npc_video.cli import main
from npc_video.npc.profile import Profile
from npc_video.templates import read_template, template_text

from .npc.recorded import NPC, Game

PET = replace(NPC, name="Rex", document=read_template("pet"))


def recorded(file: str, npc: Profile = NPC, count: int = 20) -> Game:
    game = Game(Path(file), npc)
    game.begin()
    game.play(count)
    game.request(expression="sleepy")
    game.end()
    return game


@pytest.fixture(autouse=True)
def game(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Game:
    """A folder with a session, the graph with which it was recorded, and others."""
    monkeypatch.chdir(tmp_path)
    affinity = template_text("affinity")
    Path("same.json").write_text(affinity, "utf-8")
    Path("other.json").write_text(template_text("pet"), "utf-8")
    machine = {"id": "gate", "type": "state.machine", "data": {"states": [{"id": "open"}]}}
    document = json.loads(affinity)
    document["responseGraph"]["nodes"].append(machine)
    Path("spare.json").write_text(json.dumps(document), "utf-8")
    document["responseGraph"]["nodes"].append({"id": "bad", "type": "telepathy", "data": {}})
    Path("wrong.json").write_text(json.dumps(document), "utf-8")
    Path("empty.jsonl").touch()
    Path("notes.txt").write_text("Buy milk.\n", "utf-8")
    old = {"npc": "Juniper", "at": 1.0, "interaction": {"tool": "gift"}}
    Path("old.jsonl").write_text(json.dumps(old) + "\n", "utf-8")
    return recorded("ember.jsonl")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ("ember.jsonl same.json", 0),
        ("ember.jsonl other.json", 0),
        ("ember.jsonl same.json --compare", 0),
        ("ember.jsonl spare.json --compare", 0),
        ("ember.jsonl same.json --compare same.json", 0),
        ("ember.jsonl same.json --compare other.json", 1),
        ("ember.jsonl other.json --compare", 1),
        ("ember.jsonl same.json --npc Juniper", 0),
        ("old.jsonl same.json --compare same.json", 0),
        ("old.jsonl same.json --compare other.json", 1),
        ("old.jsonl same.json --compare", 2),
        ("ember.jsonl same.json --npc Rex", 2),
        ("ember.jsonl wrong.json", 2),
        ("ember.jsonl same.json --compare wrong.json", 2),
        ("ember.jsonl absent.json", 2),
        ("absent.jsonl same.json", 2),
        ("empty.jsonl same.json", 2),
        ("notes.txt same.json", 2),
        ("ember.jsonl", 2),
        ("ember.jsonl same.json --colour", 2),
    ],
)
def test_the_exit_code(capsys: pytest.CaptureFixture[str], arguments: str, code: int) -> None:
    assert main(["replay", *arguments.split()]) == code
    told = capsys.readouterr()
    assert main(["replay", *arguments.split(), "--json"]) == code
    document = json.loads(capsys.readouterr().out)
    assert (document["error"] is not None) == (code == 2)
    assert (told.err != "") == (code == 2)
    if code != 2:
        assert document["is_equal"] == ((code == 0) if "--compare" in arguments else None)
        assert bool(document["different"]) == (code == 1)


def document(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    main(["replay", *arguments, "--json"])
    return json.loads(capsys.readouterr().out)


def test_the_document_has_what_was_answered(capsys: pytest.CaptureFixture[str], game: Game) -> None:
    told = document(capsys, "ember.jsonl", "same.json")
    keys = ["format", "version", "error", "is_equal", "different", "cut", "turns"]
    assert list(told) == keys
    params = [turn["answer"]["params"] for turn in told["turns"]]
    assert [each and (each["expression"], each["seed"], each["prompt"]) for each in params] == [
        each and (each.expression, each.seed, each.prompt) for each in game.answers
    ]
    assert any(turn["answer"]["refusal"] for turn in told["turns"])
    first, last = told["turns"][0], told["turns"][-1]
    assert list(first) == ["line", "npc", "at", "interaction", "request", "answer", "other"]
    assert (first["line"], first["npc"], first["request"]) == (2, "Juniper", None)
    assert first["at"] == pytest.approx(0.1)
    assert first["interaction"]["tool_id"] in ("gift", "song", "stick")
    assert (last["interaction"], last["request"]["expression"]) == (None, "sleepy")


def test_each_turn_is_a_line(capsys: pytest.CaptureFixture[str], game: Game) -> None:
    assert main(["replay", "ember.jsonl", "same.json"]) == 0
    *turns, request, count = capsys.readouterr().out.splitlines()
    assert count == "21 turns."
    assert turns[0].startswith("0.100 s: ")
    for line, answer in zip(turns, game.answers[:-1], strict=True):
        if answer is None:
            assert line.endswith("-> It has just answered, and waits 0.5 s.")
        else:
            assert f"-> {answer.expression}, emotion {answer.emotion}, " in line
            assert f"intensity {answer.intensity:.2f}, seed {answer.seed}, " in line
            assert repr(answer.prompt) in line
    assert "request of sleepy, animation idle -> sleepy, " in request


def test_the_states_of_machines_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    npc = Profile("Mira", document=read_template("guard"))
    recorded("mira.jsonl", npc, 5)
    Path("mira.json").write_text(template_text("guard"), "utf-8")
    (name, state), *_ = document(capsys, "mira.jsonl", "mira.json")["turns"][0]["answer"][
        "machines"
    ].items()
    main(["replay", "mira.jsonl", "mira.json"])
    assert f"; {name} is {state}" in capsys.readouterr().out.splitlines()[0]


def test_the_first_differences_are_told_and_all_are_counted(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["replay", "ember.jsonl", "other.json", "--compare", "same.json"]) == 1
    *lines, more, count = capsys.readouterr().out.splitlines()
    different = document(capsys, "ember.jsonl", "other.json", "--compare", "same.json")
    assert len(lines) == 10
    assert more == f"… and {different['different'] - 10} more."
    assert count == f"21 turns: {different['different']} with different answers."
    first = next(
        turn for turn in different["turns"] if turn["answer"]["params"] != turn["other"]["params"]
    )
    before, after = first["other"]["params"], first["answer"]["params"]
    assert lines[0].startswith(f"line {first['line']}, {first['at']:.3f} s: ")
    assert f"prompt {before['prompt']!r} -> {after['prompt']!r}" in lines[0]
    assert "npc_name" not in lines[0]


def test_an_answer_instead_of_none_is_a_difference(capsys: pytest.CaptureFixture[str]) -> None:
    guarded = json.loads(template_text("affinity"))
    guarded["interaction"] = {"enabledTools": ["song", "stick"]}
    Path("guarded.json").write_text(json.dumps(guarded), "utf-8")
    assert main(["replay", "ember.jsonl", "guarded.json", "--compare"]) == 1
    assert " -> It does not answer to gift, only to song, stick." in capsys.readouterr().out


def test_one_of_several_npcs_is_chosen(capsys: pytest.CaptureFixture[str]) -> None:
    recorded("ember.jsonl", PET, 3)
    assert main(["replay", "ember.jsonl", "other.json"]) == 2
    assert "has Juniper, Rex: choose one with --npc." in capsys.readouterr().err
    assert main(["replay", "ember.jsonl", "other.json", "--npc", "Rex", "--compare"]) == 0
    assert capsys.readouterr().out == "4 turns: none with different answers.\n"


def test_an_incomplete_line_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    file = Path("ember.jsonl")
    file.write_bytes(file.read_bytes()[:-10])
    assert main(["replay", "ember.jsonl", "same.json"]) == 0
    told = capsys.readouterr()
    assert told.out.endswith("\n20 turns.\n")
    assert told.err == (
        "ember.jsonl, line 22 is incomplete and left out: the game was killed, or the disk full.\n"
    )
    assert document(capsys, "ember.jsonl", "same.json")["cut"] == [22]


def test_a_recording_of_another_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    header, *turns = Path("ember.jsonl").read_text("utf-8").splitlines()
    header = json.dumps({**json.loads(header), "fingerprint": "another"})
    Path("ember.jsonl").write_text("\n".join([header, *turns]), "utf-8")
    assert main(["replay", "ember.jsonl", "same.json", "--compare"]) == 0
    assert capsys.readouterr().err.startswith("ember.jsonl, line 1: another version of the addon")


def test_another_process_gives_the_same_answers(capsys: pytest.CaptureFixture[str]) -> None:
    here = document(capsys, "ember.jsonl", "same.json")
    command = [sys.executable, "-m", "npc_video.cli", "replay", "ember.jsonl", "same.json"]
    there = subprocess.run([*command, "--json"], capture_output=True, timeout=60, check=True)
    assert json.loads(there.stdout) == here
