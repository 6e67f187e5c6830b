import tomllib

import pytest
from npc_video.errors import InvalidDataError
from npc_video_farm.generators import load_generators


def written(tmp_path, text):
    path = tmp_path / "npc_video.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_without_a_file_it_is_the_embedded_one():
    assert list(load_generators(None)) == ["procedural"]


def test_they_keep_their_order(tmp_path):
    text = '[backends.z]\nkind = "procedural"\n[backends.a]\nkind = "procedural"\n'
    assert list(load_generators(written(tmp_path, text))) == ["z", "a"]


def test_members_are_left_to_what_uses_them(tmp_path):
    text = "".join(f'[backends.{name}]\nkind = "procedural"\n' for name in ("a", "b", "c", "d"))
    text += '[backends.pool]\nkind = "pool"\nhosts = ["a", "b"]\n'
    text += '[backends.safe]\nkind = "failover"\nlocal = "pool"\ncloud = "c"\n'
    assert list(load_generators(written(tmp_path, text))) == ["d", "safe"]


def test_the_farm_itself_is_no_generator(tmp_path):
    text = '[backends.farm]\nkind = "farm"\nurl = "http://127.0.0.1:8420"\n'
    with pytest.raises(InvalidDataError, match="no generator"):
        load_generators(written(tmp_path, text))
    text += '[backends.a]\nkind = "procedural"\n'
    assert list(load_generators(written(tmp_path, text))) == ["a"]


def test_the_file_is_read_once(tmp_path, monkeypatch):
    read = []
    loads = tomllib.loads
    monkeypatch.setattr(tomllib, "loads", lambda text: read.append(text) or loads(text))
    load_generators(written(tmp_path, '[backends.a]\nkind = "procedural"\n'))
    assert len(read) == 1


def test_a_wrong_file_is_refused(tmp_path):
    with pytest.raises(InvalidDataError, match="kind"):
        load_generators(written(tmp_path, "[backends.a]\n"))
