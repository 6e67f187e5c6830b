"""Generators as resources: saved without secrets, made as they say, wrong where they are."""

from __future__ import annotations

import gc
import json
import math
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from engine_tests import EngineTest
from godot import (
    ClassDB,
    FileAccess,
    Resource,
    ResourceLoader,
    ResourceSaver,
    Vector2,
    is_instance_id_valid,
)
from npc_video import (
    BackendPool,
    ComfyUiBackend,
    FailoverBackend,
    FarmBackend,
    HttpBackend,
    ProceduralBackend,
)
from npc_video.backends.comfyui import CustomWorkflow, Wan22
from npc_video.backends.failover import Budget
from npc_video.backends.farm.backend import SLOTS
from npc_video.backends.http.recipes import RECIPES
from npc_video.backends.settings import MODELS
from npc_video.errors import InvalidDataError
from npc_video_player import (
    NpcBackend,
    NpcBackendPool,
    NpcComfyUiBackend,
    NpcFailoverBackend,
    NpcFarmBackend,
    NpcHttpBackend,
    NpcProceduralBackend,
    NpcVideoPlayer,
)
from npc_video_player.resources.backend_resources import make_backend

IGNORE_CACHE = 0
CERTIFICATE = Path(__file__).parents[3] / "data" / "tls" / "untrusted.pem"
VARIABLE = "NPC_VIDEO_TEST_TOKEN"
SECRET = "sk-9f8e7d6c5b4a"
OWN_WORKFLOW = "user://workflow.json"
WORKFLOW = {
    "3": {"class_type": "KSampler", "inputs": {"seed": 0, "text": "{{prompt}}"}},
    "4": {"class_type": "UNETLoader", "inputs": {"unet_name": "tiny.safetensors"}},
}


def http() -> NpcHttpBackend:
    backend = NpcHttpBackend()
    backend.url = "https://video.example.org/v1"
    backend.token_env = VARIABLE
    backend.path, backend.status_path = "clips", "jobs/{id}"
    backend.slots, backend.untagged_colours = 3, "bt709"
    backend.allowed_origins = ["https://cdn.example.org"]
    backend.request_fields = {"prompt": "input.text", "steps": ""}
    backend.answer_fields = {"video_url": "output.0"}
    backend.extra_fields = {"model": "tiny", "level": 2, "tags": ["ü", 0.5, None, True]}
    return backend


def farm() -> NpcFarmBackend:
    backend = NpcFarmBackend()
    backend.url = "https://farm.example.org"
    backend.token_env = VARIABLE
    backend.generator, backend.slots = "wan22", 6
    backend.allowed_origins = ["https://s3.example.org"]
    return backend


def comfyui(model: str = "wan22") -> NpcComfyUiBackend:
    backend = NpcComfyUiBackend()
    backend.url = "http://127.0.0.1:8189"
    backend.model = model
    backend.reconnect_timeout = 12.0
    if model == "own":
        backend.workflow = OWN_WORKFLOW
        backend.bindings = {"KSampler.seed": "seed"}
        backend.loras_after = "UNETLoader"
    else:
        backend.files = {"vae": "other.safetensors"}
    return backend


def pool(*hosts: NpcBackend | None) -> NpcBackendPool:
    backend = NpcBackendPool()
    backend.hosts = list(hosts)
    backend.speculation_share, backend.hedge = 0.5, True
    return backend


def failover(local: NpcBackend | None, cloud: NpcBackend | None) -> NpcFailoverBackend:
    backend = NpcFailoverBackend()
    backend.local, backend.cloud = local, cloud
    backend.cloud_first = True
    backend.max_jobs_per_hour, backend.max_cost_per_hour, backend.price = 20, 1.5, 0.25
    return backend


def everything() -> NpcFailoverBackend:
    return failover(pool(comfyui(), comfyui("own"), NpcProceduralBackend()), http())


def write(path: str, text: str) -> None:
    file = FileAccess.open(path, FileAccess.WRITE)
    file.store_string(text)
    file.close()


@contextmanager
def token_there(name: str = VARIABLE) -> Iterator[None]:
    os.environ[name] = SECRET
    try:
        yield
    finally:
        del os.environ[name]


def saved(resource: Resource, path: str) -> str:
    assert ResourceSaver.save(resource, path) == 0
    return str(FileAccess.get_file_as_string(path))


def info_of(backend: NpcBackend, name: str) -> dict:
    return next(info for info in backend.get_property_list() if info["name"] == name)


def error_of(backend: NpcBackend | None) -> str:
    with pytest.raises(InvalidDataError) as caught:
        make_backend(backend)
    return str(caught.value)


# ---- Files ----


def test_a_backend_is_equal_after_it_was_saved(test: EngineTest) -> None:
    for number, backend in enumerate((http(), farm(), comfyui(), comfyui("own"), everything())):
        path = f"user://backend{number}.tres"
        saved(backend, path)
        found = ResourceLoader.load(path, "", IGNORE_CACHE)
        assert found is not backend
        assert type(found) is type(backend)
        assert found.describe() == backend.describe()
        assert backend.duplicate(True).describe() == backend.describe()


def test_no_token_is_saved_or_described(test: EngineTest) -> None:
    with token_there():
        backend = everything()
        text = saved(backend, "user://secret.tres") + backend.describe()
        assert VARIABLE in text
        assert SECRET not in text
        assert SECRET not in repr(make_backend(backend.cloud)._session._token)


def test_a_token_in_place_of_a_variable_is_not_kept(test: EngineTest) -> None:
    for token in (SECRET, "eyJhbGciOi.e30.x_y", "hf_abcdef", "Bearer A", "9F8E"):
        backend = http()
        backend.token_env = token
        assert backend.token_env == VARIABLE
        assert token not in saved(backend, "user://token.tres")
    backend.token_env = ""
    assert backend.token_env == ""


def test_a_new_backend_saves_only_what_was_set(test: EngineTest) -> None:
    backend = NpcComfyUiBackend()
    backend.model = "svd"
    text = saved(backend, "user://svd.tres")
    assert 'model = "svd"' in text
    for name in ("url", "token_env", "files", "workflow", "bindings", "reconnect_timeout"):
        assert f"\n{name} = " not in text, name


# ---- Equality ----


def test_only_equal_backends_are_described_alike(test: EngineTest) -> None:
    assert everything().describe() == everything().describe()
    texts = {backend.describe() for backend in (http(), comfyui(), comfyui("own"), everything())}
    for name, value in (
        ("url", "https://other.example.org"),
        ("token_env", "OTHER"),
        ("slots", 1),
        ("allowed_origins", []),
        ("extra_fields", {"model": "tiny", "level": 2.5}),
        ("extra_fields", {"model": "tiny", "level": True}),
    ):
        backend = http()
        setattr(backend, name, value)
        texts.add(backend.describe())
    other = everything()
    other.local.hosts[1].reconnect_timeout = 1.0
    texts.add(other.describe())
    assert len(texts) == 11
    assert NpcProceduralBackend().describe() != NpcBackendPool().describe()
    shuffled = http()
    shuffled.request_fields = dict(reversed(shuffled.request_fields.items()))
    assert shuffled.describe() == http().describe()


def test_changes_of_a_backend_and_its_parts_are_told_once(test: EngineTest) -> None:
    deep, cloud = comfyui(), http()
    backend, heard = failover(pool(deep, deep), cloud), []
    backend.changed.connect(lambda: heard.append(1))
    deep.reconnect_timeout = 1.0
    assert len(heard) == 1
    backend.price = 1.0
    assert len(heard) == 2
    backend.cloud = None
    assert len(heard) == 3
    cloud.slots = 2
    assert len(heard) == 3, "it is another's now"
    backend.local.hosts = [deep]
    deep.reconnect_timeout = 2.0
    assert len(heard) == 5
    backend.local.hosts = []
    deep.reconnect_timeout = 3.0
    assert len(heard) == 6


def test_parts_do_not_keep_what_is_made_of_them(test: EngineTest) -> None:
    deep = http()
    backend = failover(pool(deep), deep)
    ids = [backend.get_instance_id(), backend.local.get_instance_id()]
    del backend
    gc.collect()
    assert not any(is_instance_id_valid(each) for each in ids)
    deep.slots = 2


# ---- What is made ----


def test_an_http_backend_is_made_as_it_says(test: EngineTest) -> None:
    made = make_backend(http())
    assert type(made) is HttpBackend
    assert made.capabilities.slots == 3
    assert (made._rules.path, made._rules.status_path) == ("clips", "jobs/{id}")
    assert made._untagged_colours == "bt709"
    assert made._session.url == "https://video.example.org/v1/"
    assert made._session._allowed == {
        "https://video.example.org:443",
        "https://cdn.example.org:443",
    }
    assert made._fields.request == {"prompt": "input.text", "steps": ""}
    assert made._fields.answer == {"video_url": "output.0"}
    assert made._fields.extra == {"model": "tiny", "level": 2, "tags": ["ü", 0.5, None, True]}
    assert made._session.limits.generate_seconds == 300.0
    with token_there():
        assert made._session._token.reveal() == SECRET
    assert make_backend(NpcProceduralBackend()).capabilities.slots == 1


def test_a_farm_is_made_as_it_says(test: EngineTest) -> None:
    made = make_backend(farm())
    assert type(made) is FarmBackend
    assert made.capabilities.slots == 6
    assert made._fields.extra == {"generator": "wan22"}
    assert made._session._allowed == {
        "https://farm.example.org:443",
        "https://s3.example.org:443",
    }
    assert NpcFarmBackend().slots == SLOTS
    backend = farm()
    backend.url, backend.allowed_origins = "", ["nowhere"]
    assert [each.split(":")[0] for each in backend.problems()] == [
        "url",
        "token_env",
        "allowed_origins",
    ]


def test_a_token_that_the_game_gets_while_it_runs_is_sent_and_not_saved(test: EngineTest) -> None:
    backend = farm()
    made = make_backend(backend)
    with token_there():
        for token in ("first", "second"):
            backend.set_token(token)
            headers = made._session.headers_for("https://farm.example.org/api/farm")
            assert headers["Authorization"] == f"Bearer {token}"
            assert token not in saved(backend, "user://farm.tres")
        assert backend.problems() == []


def test_a_comfyui_backend_is_made_as_it_says(test: EngineTest) -> None:
    write(OWN_WORKFLOW, "\ufeff" + json.dumps(WORKFLOW))
    made = make_backend(comfyui())
    assert type(made) is ComfyUiBackend
    assert made._workflow == Wan22(vae="other.safetensors")
    assert made._session.url == "http://127.0.0.1:8189/"
    assert made._session._token is None
    assert made._reconnect_timeout == 12.0
    assert made._loopable
    plain = comfyui()
    plain.loopable = False
    assert not make_backend(plain)._loopable
    own = make_backend(comfyui("own"))._workflow
    assert type(own) is CustomWorkflow
    assert own._used == {"prompt", "seed"}
    assert own._loras_after == "4"


def test_backends_made_of_others(test: EngineTest) -> None:
    write(OWN_WORKFLOW, json.dumps(WORKFLOW))
    made = make_backend(everything())
    assert type(made) is FailoverBackend
    cloud, hosts = made._order
    assert type(hosts) is BackendPool
    kinds = [type(host) for host in hosts._hosts.values()]
    assert kinds == [ComfyUiBackend, ComfyUiBackend, ProceduralBackend]
    assert [*hosts._hosts] == ["hosts[0]", "hosts[1]", "hosts[2]"]
    assert hosts._hedges
    assert hosts.capabilities.slots == 3
    assert type(cloud) is HttpBackend
    assert made._budget == Budget(20, 1.5, 0.25)
    free = NpcFailoverBackend()
    free.local, free.cloud = NpcProceduralBackend(), NpcProceduralBackend()
    free.local.simulate_latency = True
    made = make_backend(free)
    assert made._budget == Budget()
    assert made._first._simulate_latency
    assert not made._order[1]._simulate_latency


def test_an_http_backend_says_how_jobs_are_asked_for(test: EngineTest) -> None:
    backend = http()
    backend.result_path, backend.cancel_path = "jobs/{id}/file", "jobs/{id}/stop"
    backend.cancel_method, backend.token_header = "POST", "X-Key"
    backend.token_prefix, backend.idempotency_header = "none", "Idempotency-Key"
    backend.time_limit, backend.poll_seconds = 60.0, 2.0
    backend.statuses, backend.priority = {"baking": "waiting"}, {"header": "X-Rush", "urgent": "1"}
    backend.choices, backend.texts = {"duration": [5, 10]}, {"duration": "{}s"}
    backend.only_named = True
    with token_there():
        assert backend.problems() == []
    made = make_backend(backend)
    rules = made._rules
    assert (rules.result_path, rules.cancel_path) == ("jobs/{id}/file", "jobs/{id}/stop")
    assert (rules.cancel_method, rules.idempotency_header) == ("POST", "Idempotency-Key")
    assert (rules.poll_seconds, made._session.limits.generate_seconds) == (2.0, 60.0)
    assert (rules.priority.header, rules.priority.urgent) == ("X-Rush", "1")
    assert made._fields.statuses == {"baking": "waiting"}
    assert made._fields.choices == {"duration": [5, 10]}
    assert made._fields.texts == {"duration": "{}s"}
    assert made._fields.only_named
    with token_there():
        assert made._session.headers_for("https://video.example.org/v1/clips")["X-Key"] == SECRET


def test_a_service_is_known_by_its_name(test: EngineTest) -> None:
    names = info_of(NpcHttpBackend(), "service")["hint_string"].split(",")
    assert names == ["own", *sorted(RECIPES)]
    backend = NpcHttpBackend()
    backend.service = "fal"
    with token_there("FAL_KEY"):
        assert [problem.split(":")[0] for problem in backend.problems()] == ["model"]
        backend.model = "fal-ai/wan-i2v"
        assert backend.problems() == []
    made = make_backend(backend)
    assert made._session.url == "https://queue.fal.run/"
    assert made._rules.path == "fal-ai/wan-i2v"
    assert made.capabilities.finish_started
    backend.path, backend.url = "fal-ai/other", "https://proxy.example.org"
    made = make_backend(backend)
    assert (made._session.url, made._rules.path) == ("https://proxy.example.org/", "fal-ai/other")


def test_every_model_can_be_chosen(test: EngineTest) -> None:
    names = info_of(NpcComfyUiBackend(), "model")["hint_string"].split(",")
    assert names == [*sorted(MODELS), "own"]


def test_loopable_is_shown_for_models_that_can_end_in_the_picture(test: EngineTest) -> None:
    backend = NpcComfyUiBackend()
    shown = set()
    for model in (*MODELS, "own"):
        backend.model = model
        if info_of(backend, "loopable")["usage"] & 4:
            shown.add(model)
    assert shown == {name for name, chain in MODELS.items() if chain.can_end_in_image}


def test_errors_say_where_they_are(test: EngineTest) -> None:
    assert error_of(None).startswith("backend: is empty")
    assert error_of(NpcHttpBackend()).startswith("backend: url: ''")
    wrong = failover(pool(comfyui(), NpcHttpBackend()), http())
    assert error_of(wrong).startswith("backend: local: hosts[1]: url: ''")
    assert error_of(failover(http(), None)).startswith("backend: cloud: is empty")
    assert error_of(pool()).startswith("backend: hosts: ")


# ---- Problems ----


def test_a_backend_that_works_has_no_problems(test: EngineTest) -> None:
    write(OWN_WORKFLOW, json.dumps(WORKFLOW))
    with token_there():
        assert everything().problems() == []
    assert NpcProceduralBackend().problems() == []


def test_problems_name_the_field(test: EngineTest) -> None:
    backend = http()
    backend.url, backend.allowed_origins = "nowhere", ["https://a.example.org", "cdn"]
    backend.extra_fields = {"level": math.inf}
    problems = backend.problems()
    names = [problem.partition(":")[0] for problem in problems]
    assert names == ["url", "token_env", "allowed_origins", "extra_fields"], problems
    assert "'nowhere'" in problems[0]
    assert problems[1] == f"token_env: set the environment variable {VARIABLE}."
    assert "'cdn'" in problems[2]
    backend.url, backend.allowed_origins = "http://exa mple.org", ["http://cdn example.org"]
    assert "'http://exa mple.org'" in backend.problems()[0]
    assert "'http://cdn example.org'" in backend.problems()[2]
    for extra in ({"node": test}, {1: "one", "two": 2}, {"place": Vector2(1, 2)}):
        backend.extra_fields = extra
        assert backend.problems()[3].startswith("extra_fields: "), extra
        assert backend.describe() != http().describe()
    backend = comfyui()
    backend.files = {"vea": "x"}
    assert backend.problems()[0].startswith("files of wan22: 'vea' is unknown")
    backend.model = "none"
    assert backend.problems()[0].startswith("model: 'none' is unknown")


def test_problems_of_workflows(test: EngineTest) -> None:
    for text, words in (
        ("{", "workflow: is not JSON"),
        ("", "workflow: is not JSON"),
        ('{"nodes": []}', "Export (API)"),
        (json.dumps({"3": WORKFLOW["3"]}), "no node is called 'UNETLoader'"),
        (json.dumps(WORKFLOW).replace("prompt}}", "promt}}"), "'promt' is unknown"),
    ):
        write(OWN_WORKFLOW, text)
        (problem,) = comfyui("own").problems()
        assert words in problem, problem
    backend = comfyui("own")
    for path in ("", "res://absent.json", "res://", "user://absent/too.json"):
        backend.workflow = path
        (problem,) = backend.problems()
        assert problem.startswith(f"workflow: {path!r} is no file"), problem


def test_gates_are_passed_as_the_file_of_generators_does(test: EngineTest) -> None:
    certificate = CERTIFICATE.read_text("ascii")
    write("user://own.crt", certificate)
    for backend in (comfyui(), http()):
        backend.token_env, backend.ca_file = VARIABLE, "user://own.crt"
        backend.token_header, backend.token_prefix = "X-API-Key", "none"
        with token_there():
            assert backend.problems() == []
            session = make_backend(backend)._session
            assert session.headers_for(session.url)["X-API-Key"] == SECRET
            backend.token_header, backend.token_prefix = "", "Basic"
            sent = make_backend(backend)._session.headers_for(session.url)
            assert sent["Authorization"] == f"Basic {SECRET}"
        assert session._certificates == certificate.encode()
        backend.token_env, backend.ca_file = "", "user://absent.crt"
        assert backend.problems() == ["ca_file: 'user://absent.crt' is no file: choose one."]
        backend.ca_file = OWN_WORKFLOW
        write(OWN_WORKFLOW, json.dumps(WORKFLOW))
        assert backend.problems()[0].startswith("ca_file: has no certificate")
        assert error_of(backend).startswith("backend: ca_file: has no certificate")
        backend.ca_file, backend.url = "", "https://me:hush@example.org"
        (problem,) = backend.problems()
        assert problem.startswith("url: remove the part before the @")
        assert "hush" not in problem


def test_a_workflow_that_lacks_places_is_warned_of(test: EngineTest) -> None:
    write(OWN_WORKFLOW, json.dumps(WORKFLOW))
    backend = comfyui("own")
    assert [each.split(":")[0] for each in backend.advice()] == [
        "The workflow has no placeholder for the NPC's picture"
    ]
    assert pool(http(), backend).advice() == [f"hosts[1]: {backend.advice()[0]}"]
    player = NpcVideoPlayer()
    player.backend = backend
    assert backend.advice()[0] in player._get_configuration_warnings()
    backend.bindings = {}
    write(OWN_WORKFLOW, json.dumps(WORKFLOW).replace("{{prompt}}", "laughs"))
    (advice,) = backend.advice()
    assert "no placeholder at all" in advice
    write(OWN_WORKFLOW, "{")
    assert backend.advice() == []
    backend.model = "svd"
    assert backend.advice() == []
    player.free()


def test_problems_of_parts_say_which(test: EngineTest) -> None:
    assert pool().problems() == ["hosts: a pool needs at least one."]
    wrong = failover(pool(None, NpcHttpBackend()), None)
    wrong.price = 0.0
    problems = wrong.problems()
    starts = ("budget: ", "local: hosts[0]: is empty", "local: hosts[1]: url: ", "cloud: is empty")
    assert len(problems) == len(starts), problems
    for problem, start in zip(problems, starts, strict=True):
        assert problem.startswith(start), problem


def test_a_backend_cannot_be_made_of_itself(test: EngineTest) -> None:
    inner = pool(NpcProceduralBackend())
    outer = failover(inner, None)
    before = inner.hosts
    for hosts in ([inner], [NpcProceduralBackend(), outer]):
        with pytest.raises(InvalidDataError, match="made of itself"):
            inner.hosts = hosts
    assert inner.hosts == before
    test.expect_error("made of itself")
    outer.set("cloud", outer)
    assert outer.cloud is None


# ---- The inspector ----


def test_the_inspector_shows_what_counts(test: EngineTest) -> None:
    backend = NpcComfyUiBackend()

    def shown() -> set[str]:
        names = ("files", "workflow", "bindings", "loras_after")
        return {name for name in names if info_of(backend, name)["usage"] & 4}

    assert shown() == {"files"}
    backend.model = "own"
    assert shown() == {"workflow", "bindings", "loras_after"}
    assert info_of(backend, "workflow")["hint_string"] == "*.json"
    assert info_of(backend, "reconnect_timeout")["hint_string"] == "0,300,1,suffix:s"
    assert info_of(NpcBackendPool(), "hosts")["hint_string"] == "24/17:NpcBackend"
    assert info_of(NpcFailoverBackend(), "local")["hint_string"] == "NpcBackend"


def test_the_base_is_abstract(test: EngineTest) -> None:
    assert not ClassDB.can_instantiate("NpcBackend")
    kinds = {str(name) for name in ClassDB.get_inheriters_from_class("NpcBackend")}
    assert kinds == {
        "NpcBackendPool",
        "NpcComfyUiBackend",
        "NpcFailoverBackend",
        "NpcFarmBackend",
        "NpcHttpBackend",
        "NpcProceduralBackend",
        "NpcPythonBackend",  # which stands for one of Python, and is not offered
        "NpcScriptBackend",
        "NpcStillsBackend",
    }
