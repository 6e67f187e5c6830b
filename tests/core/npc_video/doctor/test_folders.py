import shutil
import tempfile
from pathlib import Path

import pytest
from npc_video.doctor import folders
from npc_video.doctor.finding import State

from .programs import make_bare

DATA = Path("data", "godot")


@pytest.fixture(autouse=True)
def _bare(monkeypatch, tmp_path):
    make_bare(monkeypatch, tmp_path)


@pytest.mark.parametrize(
    ("settings", "folder"),
    [
        ('config/name="Ember"\n', DATA / "app_userdata" / "Ember"),
        ('config/name="Ember: a tale?"\r\n', DATA / "app_userdata" / "Ember- a tale-"),
        ("", DATA / "app_userdata" / "[unnamed project]"),
        (
            'config/name="Ember"\nconfig/use_custom_user_dir=true\n'
            'config/custom_user_dir_name="Studio/Ember"\n',
            Path("data", "Studio", "Ember"),
        ),
        ('config/name="Ember"\nconfig/use_custom_user_dir=true\n', Path("data", "Ember")),
    ],
)
def test_the_folder_of_a_games_user(settings, folder):
    assert folders.user_folder(settings, DATA) == folder


def test_folders_of_clips_that_scenes_name(tmp_path):
    game = tmp_path / "game"
    (game / "addons").mkdir(parents=True)
    (game / "project.godot").write_text('config/name="Ember"\n', "utf-8")
    (game / "a.tscn").write_text('[node]\ncache_folder = "user://clips/a"\n', "utf-8")
    (game / "b.tscn").write_text('[node]\ncache_folder = "user://clips/a"\n', "utf-8")
    (game / "addons" / "c.tscn").write_text('cache_folder = "user://other"\n', "utf-8")
    assert folders.clip_folders(game, DATA) == [DATA / "app_userdata" / "Ember" / "clips" / "a"]
    facts = folders.examine(game, {}).facts
    assert list(facts) == ["games", "temporary", "project", "clips a"]


def test_what_is_not_there_yet_is_judged_by_where_it_will_be(tmp_path):
    further = tmp_path / "not" / "yet"
    found = folders.examine(None, {"fetched": further})
    assert found.facts["fetched"].startswith(f"{further}, ")
    assert found.state in (State.FINE, State.ADVICE)
    assert not further.exists()
    assert list(Path.home().iterdir()) == []


def test_a_folder_that_cannot_be_written_to(monkeypatch, tmp_path):
    locked = tmp_path / "locked"
    locked.mkdir()
    made = tempfile.TemporaryFile

    def refuse(**where):
        if where["dir"] == locked:
            raise PermissionError(13, "Permission denied")
        return made(**where)

    monkeypatch.setattr(tempfile, "TemporaryFile", refuse)
    found = folders.examine(None, {"fetched": locked / "cache"})
    assert found.problems == (
        f"{locked} cannot be written to (Permission denied): get write access.",
    )


def test_a_drive_that_is_not_there(monkeypatch, tmp_path):
    there = Path.is_dir
    away = tmp_path / "away"
    monkeypatch.setattr(
        Path, "is_dir", lambda path: path not in (away, *away.parents) and there(path)
    )
    found = folders.examine(None, {"fetched": away})
    assert f"{away} is on a drive that is not there: choose another." in found.problems


def test_a_disk_that_is_nearly_full(monkeypatch, tmp_path):
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage._replace(free=10_000_000))
    found = folders.examine(None, {})
    assert found.state is State.ADVICE
    assert found.facts["games"].endswith(", 0.0 GB free")
    assert "free some space" in found.advice[0]
