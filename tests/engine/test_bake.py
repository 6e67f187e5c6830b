"""`npc-video bake` on a project, by the real engine without a window."""

import asyncio
import json
import re
import shutil
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from npc_video import NpcResponseEvaluator, Profile, VideoParams, cli
from npc_video.cache.baked import BakedFolder
from npc_video.npc.recording import SessionFile, header_line, turn_line
from npc_video.prediction.forecast import Walk
from npc_video.shipping import addon
from npc_video.shipping.godot import import_project
from npc_video.templates import read_template, template_text

from tests.core.npc_video.backends.farm.fake import FakeFarm
from tests.core.npc_video.backends.serving import Question, Server, answer
from tools.engine import find
from tools.paths import ADDON

MAKER = """extends RefCounted

func generate(request: Dictionary) -> Array[Image]:
	var file := FileAccess.open("res://asked.txt", FileAccess.READ_WRITE)
	file.seek_end()
	file.store_line("%s %s" % [request.npc_name, request.prompt])
	if request.expression == "sad" and FileAccess.file_exists("res://tired.txt"):
		return []
	var image := Image.create_empty(request.width, request.height, false, Image.FORMAT_RGB8)
	await Engine.get_main_loop().process_frame
	return [image]
"""


def graph(template: str) -> str:
    text = json.dumps(template_text(template), ensure_ascii=False)
    return f'[sub_resource type="NpcResponseGraph" id="1"]\njson = {text}\n'


FILES = {
    "project.godot": (
        'config_version=5\n[rendering]\nrenderer/rendering_method="gl_compatibility"\n'
    ),
    ".godot/extension_list.cfg": "res://addons/npc_video_player/npc_video_player.gdextension\n",
    "maker.gd": MAKER,
    "asked.txt": "",
    "maker.tres": (
        '[gd_resource type="NpcScriptBackend" format=3]\n'
        '[ext_resource type="Script" path="res://maker.gd" id="1"]\n'
        '[resource]\ngenerator = ExtResource("1")\n'
    ),
    "npcs/pet.tres": (
        '[gd_resource type="NpcProfile" format=3]\n'
        + graph("pet")
        + '[resource]\nnpc_name = "Rex"\nbase_prompt = "a dog"\ngraph = SubResource("1")\n'
    ),
    "npcs/guard.tres": (
        '[gd_resource type="NpcProfile" format=3]\n'
        + graph("guard")
        + '[resource]\nnpc_name = "Guard"\ngraph = SubResource("1")\n'
    ),
    "level.tscn": (
        "[gd_scene format=3]\n"
        '[ext_resource type="Resource" path="res://npcs/pet.tres" id="1"]\n'
        '[ext_resource type="Resource" path="res://maker.tres" id="2"]\n'
        '[node name="Level" type="Node"]\n'
        '[node name="Rex" type="NpcVideoPlayer" parent="."]\n'
        'profile = ExtResource("1")\nbackend = ExtResource("2")\npreset = "realtime"\n'
        'baked_folder = "res://clips"\n'
    ),
}
REX = Profile("Rex", base_prompt="a dog", document=read_template("pet"))
GUARD = Profile("Guard", document=read_template("guard"))


def write_game(folder: Path) -> Path:
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8", newline="")
    addon.link(folder, ADDON)
    return folder


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The game as an engine leaves it that has imported it."""
    folder = write_game(tmp_path_factory.mktemp("imported"))
    engine = find()
    assert engine is not None, "`python3 run.py engine` gets a Godot"
    import_project(engine, folder)
    return folder


@pytest.fixture
def project(tmp_path: Path, imported: Path) -> Path:
    folder = tmp_path / "game"
    shutil.copytree(imported, folder, ignore=shutil.ignore_patterns("addons"))
    addon.link(folder, ADDON)
    return folder


def asked(project: Path) -> list[str]:
    return (project / "asked.txt").read_text("utf-8").splitlines()


def weighted(npc: Profile) -> list[str]:
    evaluator = NpcResponseEvaluator(npc.metadata(), apply_profile=npc.apply_profile)
    return [
        f"{npc.name} {p.prompt}" for p, _ in Walk(evaluator, with_opening=True).finish().weighted
    ]


def record(session: Path, npc: Profile, **wanted: str) -> None:
    """Records one request for a clip of `npc`."""
    file = SessionFile(session)
    file.write(header_line(0.0, npc, NpcResponseEvaluator(npc.metadata())))
    file.write(turn_line(1.0, VideoParams(**wanted)))
    file.close()


def bake(project: Path, *arguments: str) -> int:
    return cli.main(["bake", str(project), *arguments], find_engine=find)


def test_it_makes_what_is_missing_with_the_player_s_generator(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bake(project, "--profile", "Rex", "--clips", "3") == 0
    assert asked(project) == weighted(REX)[:3]
    told = capsys.readouterr().err
    assert "Rex: 3 clips: " in told
    assert " % of reactions, in res://clips, by res://maker.tres." in told
    assert "3 of 3 clips" in told
    assert bake(project, "--profile", "npcs/pet.tres", "--clips", "5") == 0
    assert asked(project) == weighted(REX)[:5]
    assert len(BakedFolder(project / "clips")) == 5
    assert bake(project, "--profile", "Rex", "--clips", "5") == 0
    assert len(asked(project)) == 5
    assert "All clips are in the folder already." in capsys.readouterr().err


def test_all_npcs_of_a_game_that_no_engine_has_seen_yet(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project = write_game(tmp_path)
    assert bake(project, "--backend", "maker.tres", "--clips", "2") == 0
    assert asked(project) == weighted(REX)[:2] + weighted(GUARD)[:2]
    assert len(BakedFolder(project / "clips")) == len(BakedFolder(project / "baked")) == 2
    assert bake(project, "--profile", "Guard", "--backend", "embedded", "--clips", "3") == 0
    assert len(asked(project)) == 4
    assert len(BakedFolder(project / "baked")) == 3
    assert "Guard: 3 clips: " in capsys.readouterr().err


def test_from_a_recorded_session(project: Path, tmp_path: Path) -> None:
    session = tmp_path / "session.jsonl"
    record(session, REX, expression="sleepy", prompt="in a basket")
    assert bake(project, "--profile", "Rex", "--from-session", str(session)) == 0
    assert asked(project) == ["Rex a dog, pet, neutral expression", "Rex a dog, in a basket"]


def test_what_a_scene_leaves_behind_spoils_nothing(project: Path) -> None:
    (project / "forgets.gd").write_text(
        "extends Node\nvar label := Label.new()\n", encoding="utf-8"
    )
    (project / "forgets.tscn").write_text(
        '[gd_scene format=3]\n[ext_resource type="Script" path="res://forgets.gd" id="1"]\n'
        '[node name="Forgets" type="Node"]\nscript = ExtResource("1")\n',
        encoding="utf-8",
    )
    assert bake(project, "--profile", "Rex", "--clips", "1") == 0
    assert len(BakedFolder(project / "clips")) == 1


def test_what_fails_is_told_and_made_by_the_next_run(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "tired.txt").touch()
    session = project / "session.jsonl"
    record(session, REX, expression="sad")
    assert bake(project, "--profile", "Rex", "--from-session", str(session)) == 1
    told = capsys.readouterr().err
    assert "sad, idle: " in told
    assert "1 of 2 clips, 1 failed" in told
    assert "1 clip could not be made: bake again to retry." in told
    (project / "tired.txt").unlink()
    assert bake(project, "--profile", "Rex", "--from-session", str(session)) == 0
    assert len(BakedFolder(project / "clips")) == 2


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("--profile", "Nobody"), "profile: 'Nobody' is no NPC of the project: it has Rex, Guard."),
        (("--backend", "level.tscn"), "backend: 'level.tscn' is no backend of the project"),
        (("--from-session", "nowhere.jsonl"), "nowhere.jsonl does not exist"),
        (("--clips", "0"), "--clips"),
    ],
)
def test_what_cannot_be_is_told_with_what_to_do(
    project: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    reason: str,
) -> None:
    assert bake(project, *arguments) != 0
    assert reason in capsys.readouterr().err
    assert asked(project) == []


@pytest.mark.parametrize(
    ("files", "reason"),
    [({}, "is no project of Godot"), ({"project.godot": ""}, "npc-video install puts it there")],
)
def test_a_folder_that_is_no_game_with_the_addon(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], files: Mapping[str, str], reason: str
) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text, "utf-8")
    assert bake(tmp_path) == 1
    assert reason in capsys.readouterr().err


def test_it_ends_where_python_does_not_start(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "addons" / ADDON.name).unlink()
    shutil.copytree(ADDON, project / "addons" / ADDON.name)
    settings = project / "addons" / ADDON.name / "bin" / "pythonscript.cfg"
    gone = re.sub(
        "(?m)^(executable|libpython)=.*$", r"\1=/nowhere/python", settings.read_text("utf-8")
    )
    settings.write_text(gone, "utf-8")
    assert bake(project) == 1
    assert "Python could not start" in capsys.readouterr().err
    assert asked(project) == []


def test_a_session_file_is_found_where_the_game_wrote_it(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = project / "project.godot"
    name = f"bake-{project.parent.name}"
    settings.write_text(
        settings.read_text("utf-8") + f'[application]\nconfig/name="{name}"\n', "utf-8"
    )
    assert bake(project, "--from-session", "user://nowhere.jsonl") == 1
    missing = re.search(r"(\S+nowhere\.jsonl) does not exist", capsys.readouterr().err)
    assert missing is not None
    session = Path(missing[1]).with_name("session.jsonl")
    record(session, REX, expression="sleepy", prompt="in a basket")
    try:
        assert bake(project, "--from-session", "user://session.jsonl") == 0
    finally:
        shutil.rmtree(session.parent)
    assert "Rex a dog, in a basket" in asked(project)
    told = capsys.readouterr().err
    assert "Left out: Guard is not recorded in session.jsonl: only Rex is." in told
    assert ", by res://maker.tres." in told


@pytest.mark.parametrize("arguments", [("--profile", "Guard"), ()])
def test_who_is_not_in_a_session_file_is_an_error(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    session = tmp_path / "session.jsonl"
    record(session, Profile("Clerk"), expression="sad")
    assert bake(project, *arguments, "--from-session", str(session)) == 1
    assert "is not recorded in session.jsonl: only Clerk is." in capsys.readouterr().err
    assert asked(project) == []


def test_a_function_of_the_game_makes_no_baked_clips_and_that_is_told(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "puppet.gd").write_text(
        "extends Node\nfunc _ready() -> void:\n\t$Guard.set_generator(func(_r): return [])\n",
        "utf-8",
    )
    (project / "notes.gd").write_text("extends Node\n# set_generator(…) is in puppet.gd\n", "utf-8")
    (project / "guard.py").write_text("def choose(guard):\n    guard.set_backend(None)\n", "utf-8")
    assert bake(project, "--profile", "Guard", "--clips", "1") == 0
    told = capsys.readouterr().err
    assert "res://puppet.gd calls set_generator" in told
    assert "res://guard.py calls set_backend" in told
    assert "notes.gd" not in told
    assert "in res://baked, by the embedded generator." in told
    assert bake(project, "--profile", "Guard", "--backend", "embedded", "--clips", "1") == 0
    assert "set_generator" not in capsys.readouterr().err


def test_a_damaged_folder_is_told_with_its_npc(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "clips").mkdir()
    (project / "clips" / "index.json").write_text("{", "utf-8")
    assert bake(project, "--profile", "Rex", "--clips", "1") == 1
    told = capsys.readouterr().err
    assert re.search(r"Rex: .*clips/index\.json: is not JSON", told.replace("\\", "/")), told


# ---- On a farm ----


@pytest.fixture
def _token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NPC_FARM_TOKEN", "nvf_game_1")


@contextmanager
def farming(farm: FakeFarm) -> Iterator[str]:
    """Yields the address of a farm that runs on a thread of its own."""
    loop = asyncio.new_event_loop()
    server = Server(farm)
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        asyncio.run_coroutine_threadsafe(server.start(), loop).result(10.0)
        yield server.url
    finally:
        asyncio.run_coroutine_threadsafe(server.stop(), loop).result(10.0)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10.0)
        loop.close()


class CrowdedFarm(FakeFarm):
    """Makes clips only when so many are asked for at once; `quota` limits them."""

    def __init__(self, at_once: int, quota: int = 99):
        super().__init__()
        self.at_once, self.quota = at_once, quota

    def submit(self, question: Question) -> bytes:
        if len(self.tickets) >= self.quota:
            return answer(402, b"Used up for today.", "text/plain")
        said = super().submit(question)
        if len(self.tickets) >= self.at_once:
            self.go_on.set()
        return said

    async def get(self, question: Question) -> bytes:
        await self.go_on.wait()
        return await super().get(question)


@pytest.mark.usefixtures("_token")
def test_a_farm_bakes_all_npcs_together(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    farm = CrowdedFarm(at_once=6)
    with farming(farm) as url:
        assert bake(project, "--farm", url, "--clips", "3") == 0
        told = capsys.readouterr().err
        assert f" % of reactions, in res://clips, by wan of the farm at {url}." in told
        assert "6 of 6 clips" in told
        assert len(BakedFolder(project / "clips")) == len(BakedFolder(project / "baked")) == 3
        assert {ticket.purposes[0] for ticket in farm.tickets.values()} == {"bake"}
        assert bake(project, "--farm", url, "--clips", "4") == 0
        assert len(farm.bodies) == 8
    assert asked(project) == []


@pytest.mark.usefixtures("_token")
def test_a_farm_bakes_each_npc_with_the_generator_that_its_backend_names(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "maker.tres").write_text(
        '[gd_resource type="NpcFailoverBackend" format=3]\n'
        '[sub_resource type="NpcProceduralBackend" id="1"]\n'
        '[sub_resource type="NpcFarmBackend" id="2"]\n'
        'url = "https://farm.example.org"\ngenerator = "ltx"\n'
        '[resource]\nlocal = SubResource("1")\ncloud = SubResource("2")\n',
        "utf-8",
    )
    farm = FakeFarm()
    farm.facts |= {"generators": [{"name": "ltx"}, {"name": "wan"}], "first": "wan"}
    with farming(farm) as url:
        assert bake(project, "--farm", url, "--clips", "2") == 0
        told = capsys.readouterr().err
        assert f"in res://clips, by ltx of the farm at {url}." in told
        assert f"in res://baked, by wan of the farm at {url}." in told
        made = Counter((body["npc_name"], body["generator"]) for body in farm.bodies)
        assert made == {("Rex", "ltx"): 2, ("Guard", "wan"): 2}
        farm.facts["generators"] = [{"name": "wan"}]
        assert bake(project, "--farm", url, "--clips", "3") == 1
        told = capsys.readouterr().err
        assert "Rex: the farm has no worker for the generator 'ltx'; it has wan." in told
        assert len(farm.bodies) == 4


@pytest.mark.usefixtures("_token")
def test_a_farm_whose_quota_is_used_up_keeps_what_is_made(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    farm = CrowdedFarm(at_once=4, quota=4)
    with farming(farm) as url:
        assert bake(project, "--farm", url, "--clips", "3") == 1
        assert "Used up for today" in capsys.readouterr().err
        assert len(BakedFolder(project / "clips")) + len(BakedFolder(project / "baked")) == 4
        farm.quota = 99
        assert bake(project, "--farm", url, "--clips", "3") == 0
        assert len(farm.bodies) == 6
