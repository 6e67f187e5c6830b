import sys

import pytest
from npc_video.doctor import codecs
from npc_video.doctor.finding import State
from npc_video.errors import GenerationError
from npc_video.media import codecs as media_codecs
from npc_video.media import encode


def test_all_work_here():
    found = codecs.examine()
    assert found.state is State.FINE
    assert found.facts["decodes"] == "VP9, H.264, HEVC, AV1"
    assert found.facts["encodes"] == "VP9"


@pytest.mark.parametrize(
    ("codec", "name", "state"),
    [("vp9", "VP9", "wrong"), ("h264", "H.264", "wrong"), ("hevc", "HEVC", "advice")],
)
def test_one_that_is_missing(monkeypatch, codec, name, state):
    left = tuple(each for each in media_codecs.VIDEO_CODECS if each != codec)
    monkeypatch.setattr("npc_video.media.decode.VIDEO_CODECS", left)
    found = codecs.examine()
    assert found.state == State(state)
    assert name not in found.facts["decodes"]
    told = [*found.problems, *found.advice]
    assert f"decodes no {name} (" in told[0]
    assert "pip install --force-reinstall --no-deps av" in told[0]


def test_without_an_encoder(monkeypatch):
    def refuse(*_):
        raise GenerationError("This build has no VP9 encoder.")

    monkeypatch.setattr(encode, "encode_clip", refuse)
    found = codecs.examine()
    assert "encodes" not in found.facts
    assert "no clips (This build has no VP9 encoder): " in found.problems[0]


def test_without_pyav(monkeypatch):
    monkeypatch.setitem(sys.modules, "av", None)
    found = codecs.examine()
    assert "does not load" in found.problems[0]
