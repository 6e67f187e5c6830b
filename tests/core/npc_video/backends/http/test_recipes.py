"""Every recipe against a service that is as its public documentation says."""

import asyncio
import itertools
import re
from pathlib import Path

import pytest
from npc_video.backends.base import NpcImage
from npc_video.backends.http import fetch as http_fetch
from npc_video.backends.http.recipes import RECIPES, with_recipe
from npc_video.backends.http.settings import http_backend
from npc_video.backends.settings import load_backends
from npc_video.errors import (
    GenerationError,
    GenerationFailedError,
    GenerationInvalidError,
    GenerationRefusedError,
    GeneratorUnavailableError,
    InvalidDataError,
)

from tests.harness.waiting import until

from ..contract import video, wanted
from ..services import MODERATED, SECRET, SERVICES, RunPod
from ..serving import answer, reset

DEADLINE = 30.0
PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)
SERVICES_IN_DOCS = ("fal", "fal-sync", "replicate", "runway", "luma", "openai", "runpod")
DOCS = Path(__file__).parents[5] / "docs" / "generators.md"


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(http_fetch, "FETCH_RESTS", (0.01,) * 6)
    for service in SERVICES.values():
        monkeypatch.setenv(service.token_env, SECRET)


@pytest.fixture(params=sorted(SERVICES))
def service(request):
    return SERVICES[request.param]()


def run(service, test, **more):
    """Runs `test(backend)` with the generator that the service's recipe makes."""

    async def whole():
        async with service.running(**more) as backend:
            return await asyncio.wait_for(test(backend), DEADLINE)

    return asyncio.run(whole())


async def generate(backend, parts=None, **more):
    tell = (lambda part: None) if parts is None else parts.append
    return await backend.generate(wanted(image=NpcImage.of(PNG), **more), tell)


def test_there_is_a_service_for_every_recipe():
    assert set(SERVICES) == set(RECIPES)


def test_brings_the_clip_of_one_job(service):
    parts = []

    async def test(backend):
        return await generate(backend, parts)

    clip = run(service, test)
    assert clip.data == video()
    assert len(service.sent) == 1
    assert service.cancels == []
    assert parts == sorted(parts)
    assert (parts[0], parts[-1]) == (0.0, 1.0)
    assert (0.4 in parts) == service.tells_progress
    assert not any("authorization" in headers for headers in service.downloads)
    assert clip.seed == (11 if service.name.startswith("fal") else 7)


def test_sends_the_picture_and_the_words(service):
    async def test(backend):
        await generate(backend)
        return backend.capabilities

    can = run(service, test)
    said = str(service.sent[0])
    assert "a laugh" in said
    assert ("data:image/png;base64," in said) == can.uses_image == (service.name != "luma")
    assert can.finish_started


def test_a_key_that_is_not_accepted_is_told(service, monkeypatch):
    monkeypatch.setenv(service.token_env, "another")

    async def test(backend):
        with pytest.raises(GenerationRefusedError, match=service.token_env) as caught:
            await generate(backend)
        assert not caught.value.has_begun

    run(service, test)


def test_what_the_service_does_not_make_is_told_with_its_reason(service):
    service.what = "moderated"

    async def test(backend):
        with pytest.raises(GenerationError, match=re.escape(MODERATED)) as caught:
            await generate(backend)
        return type(caught.value)

    assert run(service, test) in (GenerationFailedError, GenerationInvalidError)
    assert len(service.sent) == 1


CANCELS = {
    "fal": ("PUT", "/fal-ai/wan-i2v/requests/job-0/cancel"),
    "luma": ("DELETE", "/dream-machine/v1/generations/job-0"),
    "replicate": ("POST", "/v1/predictions/job-0/cancel"),
    "runpod": ("POST", "/v2/my-endpoint/cancel/job-0"),
    "runway": ("DELETE", "/v1/tasks/job-0"),
}


def test_is_given_up_after_its_limit_and_not_sent_again(service):
    service.what = "slow"

    async def test(backend):
        with pytest.raises(GeneratorUnavailableError, match=r"0\.3 s") as caught:
            await generate(backend)
        assert caught.value.has_begun

    run(service, test, time_limit=0.3)
    assert len(service.sent) == 1
    assert service.cancels == ([CANCELS[service.name]] if service.name in CANCELS else [])


def test_is_given_up_when_it_is_cancelled(service):
    service.what = "slow"

    async def test(backend):
        making = asyncio.ensure_future(generate(backend))
        await until(lambda: service.looks or (service.name == "fal-sync" and service.sent))
        making.cancel()
        with pytest.raises(asyncio.CancelledError):
            await making

    run(service, test)
    assert len(service.sent) == 1
    assert service.cancels == ([CANCELS[service.name]] if service.name in CANCELS else [])


@pytest.mark.parametrize("name", ["fal", "openai"])
def test_a_job_that_went_on_is_asked_for_when_its_clip_is_wanted_again(name):
    service = SERVICES[name]()
    service.what = "slow"

    async def test(backend):
        with pytest.raises(GeneratorUnavailableError):
            await generate(backend)
        service.jobs["job-0"] = "clip"
        return await generate(backend)

    assert run(service, test, time_limit=2.0).data == video()
    assert len(service.sent) == 1


@pytest.mark.parametrize("name", ["luma", "replicate", "runpod", "runway"])
def test_a_job_that_was_ended_makes_way_for_another(name):
    service = SERVICES[name]()
    service.what = "slow"

    async def test(backend):
        with pytest.raises(GeneratorUnavailableError):
            await generate(backend)
        service.what = "clip"
        return await generate(backend)

    assert run(service, test, time_limit=2.0).data == video()
    assert len(service.sent) == 2


def cut(question):
    question.writer.write(answer(body=video(), media_type="video/webm")[:-40])


def expired(question):
    return answer(403, b"<Error><Code>AccessDenied</Code></Error>", "application/xml")


DOWNLOADS = {
    "cut": cut,
    "lost": lambda question: reset(question.writer),
    "busy": lambda question: answer(503, retry_after=0),
    "not there yet": lambda question: answer(404),
    "expired": expired,
    "broken": lambda question: answer(502),
}


@pytest.mark.parametrize("how", DOWNLOADS)
def test_a_clip_that_is_made_is_fetched_again(service, how):
    if service.name == "runpod":
        service.output = "url"
    service.broken = [DOWNLOADS[how]] * 3

    async def test(backend):
        return await generate(backend)

    assert run(service, test).data == video()
    assert len(service.downloads) == 4
    assert len(service.sent) == 1
    assert service.cancels == []


def test_a_clip_that_did_not_come_is_fetched_when_it_is_wanted_again(service):
    if service.name == "runpod":
        service.output = "url"
    service.broken = [expired] * 7

    async def test(backend):
        with pytest.raises(GenerationRefusedError) as caught:
            await generate(backend)
        assert caught.value.has_begun
        return await generate(backend)

    assert run(service, test).data == video()
    assert len(service.sent) == 1
    assert service.cancels == []


@pytest.mark.parametrize("output", ["base64", "data", "url", "text"])
def test_a_worker_may_give_the_clip_in_several_ways(output):
    service = RunPod()
    service.output = output

    async def test(backend):
        return await generate(backend)

    assert run(service, test).data == video()


def test_what_is_urgent_goes_first_where_the_service_has_a_header_for_it():
    service = SERVICES["fal"]()
    headers = []
    handle = service.handle

    def noting(question):
        headers.append(question.headers.get("x-fal-queue-priority"))
        return handle(question)

    service.handle = noting

    async def test(backend):
        await generate(backend)
        await generate(backend, seed=8, urgent=False)

    run(service, test)
    assert [each for each in headers if each] == ["normal", "low"]


def rows_of(heading):
    """The cells of the documentation's table below a line that begins so, by the first cell."""
    lines = iter(DOCS.read_text("utf-8").split("\n"))
    next(line for line in lines if line.startswith(heading))
    table = itertools.takewhile(
        lambda line: line.startswith("|"),
        itertools.dropwhile(lambda line: not line.startswith("|"), lines),
    )
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in table]
    return {row[0]: row for row in cells[2:]}


class TestDocs:
    def test_tell_of_every_recipe(self):
        rows = rows_of("## Video services")
        assert list(rows) == [f"`{name}`" for name in SERVICES_IN_DOCS]
        for name, recipe in RECIPES.items():
            _, model, token, picture, _ = rows[f"`{name}`"]
            assert token == f"`{recipe['token_env']}`"
            needs = model.startswith(("to be named", "the same"))
            assert needs if "model" not in recipe else model == f"`{recipe['model']}`"
            sent = recipe["fields"]["request"].get("image", "only")
            assert picture.strip("`").split()[0] in sent

    def test_tell_what_was_tried(self):
        rows = rows_of("Tests so far:")
        assert list(rows) == [f"`{name}`" for name in SERVICES_IN_DOCS]
        assert {row[1] for row in rows.values()} == {"nothing"}

    def test_what_they_show_can_be_read(self, tmp_path):
        shown = re.findall(r"```toml\n(.*?)```", DOCS.read_text("utf-8"), re.DOTALL)
        shown = [text for text in shown if 'service = "' in text and "workflow" not in text]
        assert len(shown) == 2
        for text in shown:
            path = tmp_path / "npc_video.toml"
            path.write_text(text, "utf-8")
            assert load_backends(path)


def _words(cell):
    return re.findall(r"`([^`]+)`", cell)


class TestSettings:
    def test_what_is_written_beside_a_recipe_counts_in_its_place(self):
        service = SERVICES["fal"]()
        fields = {"request": {"seed": "", "fps": "frames_per_second"}, "extra": {"loop": True}}
        with pytest.raises(GenerationInvalidError, match="422"):  # which this model does not know
            run(service, generate, fields=fields)
        sent = service.sent[0]
        assert sent["frames_per_second"] == 8
        assert sent["loop"] is True
        assert "seed" not in sent
        assert "prompt" in sent

    def test_origins_are_added_to_those_of_the_recipe(self):
        merged = with_recipe({"service": "fal", "allowed_origins": ["https://a.example.org"]})
        assert "https://*.fal.media" in merged["allowed_origins"]
        assert "https://a.example.org" in merged["allowed_origins"]

    def test_a_token_of_another_source_counts_instead(self, tmp_path, monkeypatch):
        monkeypatch.delenv("FAL_KEY")
        path = tmp_path / "key"
        path.write_text(SECRET, "utf-8")
        for more in (
            {"token_file": str(path)},
            {"headers": {"Authorization": f"Key {SECRET}"}},
        ):
            assert run(SERVICES["fal"](), generate, **more).data == video()

    def test_recipes_are_left_as_they_are(self):
        before = repr(RECIPES)
        with_recipe({"service": "runway", "headers": {"X-A": "b"}, "fields": {"extra": {"a": 1}}})
        assert repr(RECIPES) == before

    @pytest.mark.parametrize(
        ("settings", "message"),
        [
            ({"service": "fall"}, "service: 'fall' is unknown; perhaps you mean fal"),
            ({"service": "fal"}, "model: name the model"),
            ({"service": "runway", "time_limit": 0}, "time_limit: 0 is outside"),
            ({"service": "runway", "poll_seconds": -1}, "poll_seconds: -1 is outside"),
            ({"service": "runway", "cancel_method": "STOP"}, "cancel_method: 'STOP' is unknown"),
            ({"service": "runway", "token_header": "X Key"}, "'X Key' is not a valid header"),
            ({"service": "runway", "statuses": {"odd": "over"}}, "statuses: odd: 'over'"),
            ({"service": 5}, "service"),
        ],
    )
    def test_mistakes_are_named(self, settings, message):
        with pytest.raises(InvalidDataError, match=message):
            http_backend(settings)

    def test_a_file_names_a_service(self, tmp_path):
        path = tmp_path / "npc_video.toml"
        table = '[backends.cloud]\nkind = "http"\nservice = "{}"\nmodel = "a/b"\n'
        for name in RECIPES:
            path.write_text(table.format(name), "utf-8")
            assert load_backends(path)["cloud"].capabilities.finish_started
        path.write_text(table.format("fall"), "utf-8")
        with pytest.raises(InvalidDataError, match=r"backends\.cloud: service: 'fall'"):
            load_backends(path)
