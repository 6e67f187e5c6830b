import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from npc_video.backends.comfyui import ComfyUiBackend, Wan22
from npc_video.backends.comfyui.sample import sample
from npc_video.backends.failover import FailoverBackend
from npc_video.backends.farm.backend import FarmBackend
from npc_video.backends.http.backend import HttpBackend
from npc_video.backends.pool.backend import BackendPool
from npc_video.backends.procedural import ProceduralBackend
from npc_video.backends.settings import KINDS, MODELS, files_of, load_backends, workflow_of
from npc_video.backends.settings_reading import read_one_of, settings_of
from npc_video.errors import InvalidDataError

from .comfyui.recorded import tiny

CERTIFICATE = Path(__file__).parents[3] / "data" / "tls" / "untrusted.pem"
WHOLE = """
[backends.drawn]
kind = "procedural"

[backends.one]
kind = "comfyui"
url = "http://127.0.0.1:8188"
model = "wan22"
files = { vae = "other.safetensors" }

[backends.two]
kind = "comfyui"
url = "http://127.0.0.1:8189"
workflow = "mine.json"
bindings = { "KSampler.seed" = "seed" }
loras_after = "UNETLoader"

[backends.both]
kind = "pool"
hosts = ["one", "two"]
hedge = true

[backends.cloud]
kind = "http"
url = "https://video.example.org"
token_env = "NPC_VIDEO_TOKEN"
fields = { request = { prompt = "text" }, extra = { model = "tiny" } }
untagged_colours = "bt709"
finish_started = true

[backends.farm]
kind = "farm"
url = "https://farm.example.org"
token_env = "NPC_FARM_TOKEN"
generator = "wan22"
slots = 6
allowed_origins = ["https://s3.example.org"]

[backends.best]
kind = "failover"
local = "both"
cloud = "cloud"
max_jobs_per_hour = 20
"""


def loaded(tmp_path, text):
    path = tmp_path / "npc_video.toml"
    path.write_text(text, "utf-8")
    return load_backends(path)


def test_clips_are_loopable_unless_the_file_says_otherwise(tmp_path):
    local = '[backends.{}]\nkind = "comfyui"\nurl = "http://a"\nmodel = "wan22"\n'
    text = local.format("looped") + local.format("plain") + "loopable = false\n"
    backends = loaded(tmp_path, text)
    assert backends["looped"].fingerprint == ComfyUiBackend("http://a", Wan22()).fingerprint
    assert backends["plain"].fingerprint != backends["looped"].fingerprint


def test_a_whole_file(tmp_path):
    (tmp_path / "mine.json").write_text(json.dumps(tiny()), "utf-8")
    backends = loaded(tmp_path, WHOLE)
    assert {name: type(backend) for name, backend in backends.items()} == {
        "drawn": ProceduralBackend,
        "one": ComfyUiBackend,
        "two": ComfyUiBackend,
        "both": BackendPool,
        "cloud": HttpBackend,
        "farm": FarmBackend,
        "best": FailoverBackend,
    }
    finishing = {name for name, each in backends.items() if each.capabilities.finish_started}
    assert finishing == {"cloud", "best"}
    assert backends["farm"].capabilities.slots == 6


BACKEND = "[backends.x]\n"
HTTP = BACKEND + "kind = 'http'\nurl = 'http://a'\n"
COMFYUI = BACKEND + "kind = 'comfyui'\nurl = 'http://a'\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "backends"),
        ("[backends", "npc_video.toml: "),
        (BACKEND + "kind = 'magic'", "magic"),
        (BACKEND + "kind = 'http'", "url"),
        (BACKEND + "kind = 'http'\nurl = 'nowhere'", r"backends\.x: url: 'nowhere'"),
        (BACKEND + "kind = 'http'\nurl = 'http://a'\ntoken = 'x'", "token"),
        (BACKEND + "kind = 'comfyui'\nurl = 'http://a'", "either a model or"),
        (BACKEND + "kind = 'comfyui'\nurl = 'http://a'\nmodel = 'w'", "use one of"),
        (
            BACKEND + "kind = 'comfyui'\nurl = 'http://a'\nmodel = 'svd'\nfiles = {vae = 'b'}",
            "'vae' is unknown; use one of checkpoint",
        ),
        (BACKEND + "kind = 'comfyui'\nurl = 'http://a'\nworkflow = 'no.json'", "cannot be read"),
        (BACKEND + "kind = 'http'\nurl = 'http://a'\nuntagged_colours = 'rgb'", "bt601, bt709"),
        (BACKEND + "kind = 'pool'\nhosts = []", r"backends\.x: hosts"),
        (BACKEND + "kind = 'pool'\nhosts = ['y']", "none called 'y'"),
        (BACKEND + "kind = 'pool'\nhosts = ['x']", r"backends\.x: contains itself"),
        (BACKEND, r"backends\.x: kind is missing; use one of comfyui, failover, farm, http, pool,"),
        (BACKEND + "kind = 3", r"backends\.x: kind: must be text, not a whole number\."),
        (BACKEND + "kind = 'comfy'", r"x: kind: 'comfy' is unknown; perhaps you mean comfyui\."),
        (BACKEND + "kind = 'magic'", r"kind: 'magic' is unknown; use one of comfyui, failover,"),
        ("[backends]\nx = 1", r"backends\.x: must be a table, not a whole number\."),
        ("backends = 3", r"backends: must be a table of backends: \[backends\.NAME\]\."),
        ("[backend.x]\nkind = 'http'", "'backend' is unknown; perhaps you mean backends"),
        (HTTP + "token = 'x'", r"backends\.x: 'token' is unknown; perhaps you mean token_env\."),
        (HTTP + "workflow = 'x'", "workflow is a setting of the kind comfyui, not of http"),
        (HTTP + "hosts = []", "hosts is a setting of the kind pool, not of http; remove it"),
        (HTTP + "slots = 'two'", r"x: slots: must be a whole number, not text\."),
        (HTTP + "slots = true", r"x: slots: must be a whole number, not true or false\."),
        (HTTP + "poll_seconds = 2026-01-01", "poll_seconds: must be a number, not a date"),
        (HTTP + "allowed_origins = 'a'", "allowed_origins: must be a list of texts, not text"),
        (HTTP + "allowed_origins = ['a', 1]", "a list of texts, but there is a whole number in it"),
        (HTTP + "headers = { a = 1 }", r"headers\.a: must be text, not a whole number\."),
        (HTTP + "fields = { reqest = {} }", r"x: fields: 'reqest' is unknown; .* request\."),
        (HTTP + "fields = { request = { prompt = 1 } }", r"fields\.request\.prompt: must be text"),
        (
            HTTP + "fields = { choices = { duration = [[]] } }",
            r"fields\.choices\.duration: must be a list of texts or whole numbers or numbers, but"
            " there is a list in it",
        ),
        (BACKEND + "kind = 'pool'", r"backends\.x: hosts is missing; add it\."),
        (COMFYUI + "workflow = 'a'\nfiles = { vae = 'b' }", "files belong to a model, but"),
        (
            COMFYUI + "model = 'svd'\nbindings = { 'A.b' = 'seed' }",
            "x: bindings is for a workflow of",
        ),
        (
            COMFYUI + "model = 'svd'\nloras_after = 'A'",
            r"loras_after is for a workflow .* remove it\.",
        ),
        (COMFYUI + "model = 'svd'\noutput = 'A'", "output is for a workflow of your own"),
        (HTTP + "token_env = 'A'\ntoken_file = 'b'", "either token_env or token_file, not both"),
        (HTTP + "model = 'a'", r"model: no setting uses it: write {model} into path"),
        (HTTP + "priority = { urgent = '1' }", "priority: name the header"),
    ],
)
def test_mistakes_are_named(tmp_path, text, message):
    with pytest.raises(InvalidDataError, match=message):
        loaded(tmp_path, text)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(InvalidDataError, match="cannot be read"):
        load_backends(tmp_path / "absent.toml")


@pytest.mark.parametrize(("kind", "rest"), [("http", ""), ("comfyui", "model = 'svd'")])
def test_files_lie_beside_the_file(tmp_path, kind, rest):
    text = f"{BACKEND}kind = '{kind}'\nurl = 'https://a'\nca_file = 'own.pem'\n{rest}"
    with pytest.raises(InvalidDataError, match=r"backends\.x: ca_file: .*own\.pem cannot be read"):
        loaded(tmp_path, text)
    (tmp_path / "own.pem").write_text("none", "utf-8")
    with pytest.raises(InvalidDataError, match=r"backends\.x: ca_file: has no certificate"):
        loaded(tmp_path, text)
    (tmp_path / "own.pem").write_bytes(CERTIFICATE.read_bytes())
    (tmp_path / "token").write_text("hush", "utf-8")
    session = loaded(tmp_path, text + "\ntoken_file = 'token'")["x"]._session
    assert session.headers_for("https://a")["Authorization"] == "Bearer hush"


@pytest.mark.parametrize("kind", ["http", "comfyui"])
def test_how_a_token_is_sent(tmp_path, monkeypatch, kind):
    monkeypatch.setenv("NPC_VIDEO_TEST", "hush")
    rest = "model = 'svd'" if kind == "comfyui" else ""
    text = f"{BACKEND}kind = '{kind}'\nurl = 'https://a'\ntoken_env = 'NPC_VIDEO_TEST'\n{rest}"
    sent = "\ntoken_header = 'X-API-Key'\ntoken_prefix = ''"
    session = loaded(tmp_path, text + sent)["x"]._session
    assert session.headers_for("https://a")["X-API-Key"] == "hush"


@pytest.mark.parametrize("text", ["", "\n# nothing\n", "[backends]\n", "\ufeff"])
def test_a_file_without_generators_is_a_mistake(tmp_path, text):
    with pytest.raises(InvalidDataError, match=r"npc_video\.toml: There is no backend in it: beg"):
        loaded(tmp_path, text)


def test_an_editor_may_mark_the_file_as_utf_8(tmp_path):
    assert list(loaded(tmp_path, "\ufeff[backends.x]\nkind = 'procedural'")) == ["x"]


def test_a_file_in_another_encoding(tmp_path):
    path = tmp_path / "npc_video.toml"
    path.write_bytes("# ö".encode("latin-1"))
    with pytest.raises(InvalidDataError, match=r"is not UTF-8 text; save it as such\."):
        load_backends(path)


@pytest.mark.parametrize("name", ["token", "token_env_", "url"])
def test_a_secret_in_the_wrong_place_is_not_repeated(tmp_path, name):
    for value in ("'sk-secret'", "['sk-secret']"):
        with pytest.raises(InvalidDataError) as error:
            loaded(tmp_path, BACKEND + f"kind = 'http'\n{name} = {value}\nslots = 'sk-secret'")
        assert "sk-secret" not in str(error.value)


@pytest.mark.parametrize("model", MODELS)
def test_only_files_have_names(model):
    """What a chain is besides, such as its number of steps, is no file."""
    chain = MODELS[model]
    inside = [name for name in dir(chain) if name not in files_of(model)]
    assert {"needs_image", "uses_text"} <= set(inside)
    for name in inside:
        with pytest.raises(InvalidDataError, match=rf"^files of {model}: '{name}' is unknown; "):
            workflow_of(model, {name: "8"})
    for name in files_of(model):
        assert "8.safetensors" in str(workflow_of(model, {name: "8.safetensors"}).build(sample()))


@given(
    st.dictionaries(
        st.sampled_from([name for kind in KINDS.values() for name in settings_of(kind)] + ["kind"]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
            lambda each: st.lists(each, max_size=3) | st.dictionaries(st.text(), each, max_size=3),
            max_leaves=5,
        ),
    ),
    st.sampled_from(sorted(KINDS)),
)
def test_any_table_is_read_or_refused_in_a_sentence(table, kind):
    told = "backends.x: ."
    try:
        read_one_of({"kind": kind, **table}, KINDS, "backends.x")
    except InvalidDataError as error:
        told = str(error)
    assert told.startswith("backends.x: ")
    assert told.endswith(".")
    assert "Expected" not in told
