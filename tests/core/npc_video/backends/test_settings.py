import json

import pytest
from npc_video.backends.comfyui import ComfyUiBackend
from npc_video.backends.failover import FailoverBackend
from npc_video.backends.http import HttpBackend
from npc_video.backends.pool import BackendPool
from npc_video.backends.procedural import ProceduralBackend
from npc_video.backends.settings import load_backends
from npc_video.errors import InvalidDataError

from .comfyui.recorded import tiny

WHOLE = """
[generators.drawn]
kind = "procedural"

[generators.one]
kind = "comfyui"
url = "http://127.0.0.1:8188"
model = "wan22"
files = { vae = "other.safetensors" }

[generators.two]
kind = "comfyui"
url = "http://127.0.0.1:8189"
workflow = "mine.json"
table = { "KSampler.seed" = "seed" }
loras_after = "UNETLoader"

[generators.both]
kind = "pool"
hosts = ["one", "two"]
hedge = true

[generators.cloud]
kind = "http"
url = "https://video.example.org"
token_env = "NPC_VIDEO_TOKEN"
fields = { request = { prompt = "text" }, extra = { model = "tiny" } }
untagged_colours = "bt709"
finish_started = true

[generators.best]
kind = "failover"
local = "both"
cloud = "cloud"
jobs_an_hour = 20
"""


def loaded(tmp_path, text):
    path = tmp_path / "npc_video.toml"
    path.write_text(text, "utf-8")
    return load_backends(path)


def test_a_whole_file(tmp_path):
    (tmp_path / "mine.json").write_text(json.dumps(tiny()), "utf-8")
    backends = loaded(tmp_path, WHOLE)
    assert {name: type(backend) for name, backend in backends.items()} == {
        "drawn": ProceduralBackend,
        "one": ComfyUiBackend,
        "two": ComfyUiBackend,
        "both": BackendPool,
        "cloud": HttpBackend,
        "best": FailoverBackend,
    }
    finishing = {name for name, each in backends.items() if each.capabilities.finish_started}
    assert finishing == {"cloud", "best"}


GENERATOR = "[generators.x]\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "generators"),
        ("[generators", "npc_video.toml: "),
        (GENERATOR + "kind = 'magic'", "magic"),
        (GENERATOR + "kind = 'http'", "url"),
        (GENERATOR + "kind = 'http'\nurl = 'nowhere'", r"generators\.x: url: 'nowhere'"),
        (GENERATOR + "kind = 'http'\nurl = 'http://a'\ntoken = 'x'", "token"),
        (GENERATOR + "kind = 'comfyui'\nurl = 'http://a'", "either a model or"),
        (GENERATOR + "kind = 'comfyui'\nurl = 'http://a'\nmodel = 'w'", "use one of"),
        (
            GENERATOR + "kind = 'comfyui'\nurl = 'http://a'\nmodel = 'svd'\nfiles = {vae = 'b'}",
            "'vae' is unknown; use one of checkpoint",
        ),
        (GENERATOR + "kind = 'comfyui'\nurl = 'http://a'\nworkflow = 'no.json'", "cannot be read"),
        (GENERATOR + "kind = 'http'\nurl = 'http://a'\nuntagged_colours = 'rgb'", "bt601, bt709"),
        (GENERATOR + "kind = 'pool'\nhosts = []", r"generators\.x: hosts"),
        (GENERATOR + "kind = 'pool'\nhosts = ['y']", "none called 'y'"),
        (GENERATOR + "kind = 'pool'\nhosts = ['x']", r"generators\.x: is made of itself"),
    ],
)
def test_mistakes_are_named(tmp_path, text, message):
    with pytest.raises(InvalidDataError, match=message):
        loaded(tmp_path, text)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(InvalidDataError, match="cannot be read"):
        load_backends(tmp_path / "absent.toml")
