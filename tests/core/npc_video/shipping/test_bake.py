import asyncio
import io
import json
from pathlib import Path
from typing import Any

import pytest
from npc_video.baking.protocol import BAKING, FARM_TOKEN, SAYS
from npc_video.cli import main
from npc_video.shipping.bake import _Report, bake_project
from npc_video.shipping.console import Failure

from tests.core.npc_video.backends.farm.fake import FakeFarm
from tests.core.npc_video.backends.serving import answer, serving

from .engines import engine_doing


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def heard(out: io.StringIO, *told: dict[str, Any]) -> _Report:
    report = _Report(out)
    for line in told:
        report.hear(SAYS + json.dumps(line))
        report.hear("Godot Engine v4.6")
    report.end()
    return report


def through(made: int, fraction: float, seconds_left: float | None = None) -> dict[str, Any]:
    return {
        "made": made,
        "missed_so_far": 0,
        "total": 3,
        "fraction": fraction,
        "seconds_left": seconds_left,
    }


NPC = {
    "npc": "Ember",
    "clips": 3,
    "rate": 0.512,
    "folder": "res://baked",
    "backend": "the embedded generator",
}


def test_a_terminal_has_a_bar_that_grows() -> None:
    out = Terminal()
    heard(out, NPC, through(0, 0.0), through(1, 0.5, 12.4), through(3, 1.0, 0.0))
    lines = out.getvalue().split("\n")
    assert lines[0] == (
        "Ember: 3 clips: 51 % of reactions, in res://baked, by the embedded generator."
    )
    bars = lines[1].replace("\x1b[K", "").split("\r")[1:]
    assert bars == [
        f"[{'.' * 30}] 0 of 3 clips",
        f"[{'#' * 15}{'.' * 15}] 1 of 3 clips, about 12 s left",
        f"[{'#' * 30}] 3 of 3 clips",
    ]
    assert lines[2:] == [""]


def test_a_log_has_a_line_for_each_clip() -> None:
    out = io.StringIO()
    heard(out, NPC, through(0, 0.0), through(0, 0.2), through(0, 0.3), through(1, 0.33, 8.0))
    assert out.getvalue().splitlines()[1:] == ["0 of 3 clips", "1 of 3 clips, about 8 s left"]


def test_what_is_missing_and_why_it_ended_is_kept() -> None:
    out = io.StringIO()
    report = heard(out, NPC, {"missed": "sad, idle: too dark"}, {"failed": "It is off."})
    assert (report.missed, report.failed) == (["sad, idle: too dark"], "It is off.")
    assert "sad, idle: too dark" in out.getvalue()
    assert not heard(io.StringIO()).is_begun


# ---- The command, with a program that stands for the engine ----


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / ".godot").mkdir(parents=True)
    (folder / "addons/npc_video_player").mkdir(parents=True)
    (folder / "addons/npc_video_player/bake.tscn").touch()
    (folder / "project.godot").touch()
    return folder


def saying(*told: dict[str, Any]) -> str:
    return "".join(f"print({SAYS + json.dumps(line)!r})\n" for line in told)


def test_what_is_wanted_reaches_the_engine(project: Path, tmp_path: Path) -> None:
    session = tmp_path / "play.jsonl"
    session.touch()
    script = saying(NPC) + "open('wanted', 'w').write('\\n'.join(arguments))"
    bake_project(
        engine_doing(script), project, profiles=["cat.tres"], clips=4, sessions=[str(session)]
    )
    *arguments, wanted = (project / "wanted").read_text("utf-8").splitlines()
    scene = "res://addons/npc_video_player/bake.tscn"
    assert arguments[-4:] == ["--headless", scene, "--", BAKING]
    assert json.loads(wanted) == {
        "profiles": ["cat.tres"],
        "backend": "",
        "farm": None,
        "clips": 4,
        "sessions": [str(session.resolve())],
    }


def test_only_the_game_knows_where_its_own_paths_are(project: Path) -> None:
    script = saying(NPC) + "open('wanted', 'w').write(arguments[-1])"
    bake_project(engine_doing(script), project, profiles=[], sessions=["user://play.jsonl"])
    wanted = json.loads((project / "wanted").read_text("utf-8"))
    assert wanted["sessions"] == ["user://play.jsonl"]


@pytest.mark.parametrize(
    ("missing", "session", "reason"),
    [
        ("project.godot", "", "is no project of Godot"),
        ("addons/npc_video_player/bake.tscn", "", "The addon is not in"),
        ("", "play.jsonl", r"play\.jsonl does not exist: set a player's session_file"),
    ],
)
def test_what_is_missing_is_told_before_the_engine_starts(
    project: Path, missing: str, session: str, reason: str
) -> None:
    if missing:
        (project / missing).unlink()
    sessions = [session] if session else []
    with pytest.raises(Failure, match=reason):
        bake_project(engine_doing("open('started', 'w')"), project, profiles=[], sessions=sessions)
    assert not (project / "started").exists()


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        (saying({"failed": "It is off."}), r"^It is off\.$"),
        (saying(NPC, {"missed": "sad"}), "^1 clip could not be made"),
        (saying(NPC, {"missed": "sad"}, {"missed": "shy"}), "^2 clips could not be made"),
        (saying(NPC) + "sys.exit(2)", r"could not bake \(exit code 2\)"),
        ("print('SCRIPT ERROR: a')", r"could not bake \(SCRIPT ERROR: a\)"),
        ("", r"could not bake \(exit code 0\)"),
    ],
)
def test_baking_that_failed_says_why(project: Path, script: str, reason: str) -> None:
    with pytest.raises(Failure, match=reason):
        bake_project(engine_doing(script), project, profiles=[])


def test_what_a_scene_of_the_game_leaves_behind_spoils_no_clip(project: Path) -> None:
    script = saying(NPC) + "print('WARNING: ObjectDB instances leaked at exit')"
    bake_project(engine_doing(script), project, profiles=[])


def test_the_command_line(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["bake", str(project)]
    assert main(command, find_engine=lambda: engine_doing(saying(NPC))) == 0
    assert "Ember: 3 clips" in capsys.readouterr().err
    assert main(command, find_engine=lambda: None) == 1
    assert "Godot was not found" in capsys.readouterr().err
    assert main([*command, "--clips", "none"]) == 2
    assert "'none' is no number from 1 on" in capsys.readouterr().err


# ---- On a farm ----


@pytest.fixture
def _token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FARM_TOKEN, "nvf_game_1")


def bake_on(farm: FakeFarm, project: Path, script: str = saying(NPC)) -> list[str]:
    """Returns the tokens that the farm got."""

    async def baked() -> list[str]:
        async with serving(farm) as server:
            await asyncio.to_thread(
                bake_project, engine_doing(script), project, profiles=[], farm=server.url
            )
            return [asked.headers.get("authorization", "") for asked in server.questions]

    return asyncio.run(baked())


@pytest.mark.usefixtures("_token")
@pytest.mark.parametrize(("slots", "clips"), [(1, 16), (20, 40), (500, 64)])
def test_a_farm_gets_more_clips_than_it_makes_at_once(
    project: Path, slots: int, clips: int
) -> None:
    farm = FakeFarm()
    each = [{"name": "ltx", "slots": 1}, {"name": "wan", "slots": slots}]
    farm.facts |= {"generators": each, "first": "wan"}
    farm.facts["clips_from"] = "https://s3.example.org"
    script = saying(NPC) + "open('wanted', 'w').write(arguments[-1])"
    assert bake_on(farm, project, script) == ["Bearer nvf_game_1"]
    wanted = (project / "wanted").read_text("utf-8")
    assert "nvf_game_1" not in wanted
    told = json.loads(wanted)["farm"]
    assert told["slots"] == {"ltx": 16, "wan": clips}
    assert told["first"] == "wan"
    assert told["url"].startswith("http://")
    assert told["allowed_origins"] == ["https://s3.example.org"]


@pytest.mark.usefixtures("_token")
@pytest.mark.parametrize(
    ("response", "reason"),
    [
        (answer(401, b"No.", "text/plain"), "environment variable NPC_FARM_TOKEN: check"),
        (answer(404, {}), "There is no farm at"),
        (answer(200, {"generators": [], "ready": True}), "npc-video farm worker"),
        (answer(503, b"Down.", "text/plain"), "Down"),
    ],
)
def test_what_is_wrong_with_a_farm_is_told_before_the_engine_starts(
    project: Path, response: bytes, reason: str
) -> None:
    farm = FakeFarm()
    farm.says["GET"] = response
    with pytest.raises(Failure, match=reason):
        bake_on(farm, project, "open('started', 'w')")
    assert not (project / "started").exists()


@pytest.mark.usefixtures("_token")
@pytest.mark.parametrize(
    ("url", "reason"),
    [("http://127.0.0.1:9", r"127\.0\.0\.1:9 .* Start a farm with"), ("http://", "^url: ")],
)
def test_an_address_without_a_farm(project: Path, url: str, reason: str) -> None:
    with pytest.raises(Failure, match=reason):
        bake_project(engine_doing(""), project, profiles=[], farm=url)


def test_without_a_token_no_farm_is_asked(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(FARM_TOKEN, raising=False)
    with pytest.raises(Failure, match=f"set the environment variable {FARM_TOKEN}"):
        bake_on(FakeFarm(), project)


def test_the_command_line_for_a_farm(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bake", "--farm", str(project)]) == 2
    assert "write the project before --farm" in capsys.readouterr().err
    assert main(["bake", str(project), "--farm", "--backend", "embedded"]) == 2
    assert "not allowed with" in capsys.readouterr().err
