import asyncio
from dataclasses import replace

import pytest
from npc_video.backends.base import NpcImage
from npc_video.backends.comfyui import ComfyUiBackend, CustomWorkflow, Svd, Wan22
from npc_video.backends.http.backend import HttpBackend
from npc_video.backends.pool.backend import BackendPool
from npc_video.backends.procedural import ProceduralBackend
from npc_video.backends.scripted import Script, ScriptedBackend
from npc_video.doctor.backends import examine, facts, finding, sample_picture
from npc_video.doctor.finding import State, report
from npc_video.errors import GenerationFailedError, GeneratorOverloadedError
from npc_video.records import QUALITY_PRESETS

from ..backends.comfyui.fake import FakeComfy
from ..backends.comfyui.recorded import CLIP, tiny
from ..backends.contract import TINY
from ..backends.serving import Server, answer


def examined(backend, **options):
    async def whole():
        try:
            return await examine(backend, options.pop("preset", TINY), **options)
        finally:
            await backend.close()

    return asyncio.run(whole())


def test_one_that_works():
    found = asyncio.run(finding("mine", ProceduralBackend(), TINY))
    assert found.state is State.FINE
    text = report(found)
    assert text.startswith("backend mine: fine\n  reachable       yes")
    assert "64×64, 8 frames a second, 3.0 s" in text


def test_one_that_breaks_in_a_way_that_none_should(monkeypatch):
    backend = ScriptedBackend()

    async def fail():
        raise ZeroDivisionError("by nothing")

    monkeypatch.setattr(backend, "health", fail)
    found = asyncio.run(finding("mine", backend, TINY))
    assert found.state is State.WRONG
    assert found.name == "mine"
    assert "ZeroDivisionError: by nothing" in found.problems[0]


def test_without_a_preset_no_clip_is_made():
    backend = ScriptedBackend()
    told = examined(backend, preset=None)
    assert told.is_reachable
    assert (told.version, told.problems, told.clip) == ("scripted", (), None)
    assert backend.begun == []


def test_one_that_is_off():
    backend = ScriptedBackend()
    backend.is_up = False
    told = examined(backend)
    assert not told.is_fine
    assert backend.begun == []
    assert dict(facts(told))["reachable"] == "no"
    assert "switched off" in dict(facts(told))["problem"]


@pytest.mark.parametrize(
    ("script", "options", "message"),
    [
        (Script(error=GenerationFailedError("No memory.")), {}, "No memory."),
        (Script(ends=False), {"seconds": 0.05}, "no clip within 0.05 s"),
    ],
)
def test_one_that_makes_no_clip(script, options, message):
    told = examined(ScriptedBackend(default=script), **options)
    assert told.is_reachable
    assert not told.is_fine
    assert message in dict(facts(told))["problem"]


def test_a_server_of_comfyui():
    async def whole(graph):
        fake = FakeComfy()
        await fake.start()
        backend = ComfyUiBackend(fake.server.url, CustomWorkflow(graph))
        try:
            return await finding("comfy", backend, QUALITY_PRESETS["realtime"])
        finally:
            await backend.close()
            await fake.stop()

    text = report(asyncio.run(whole(tiny())))
    assert "yes, version 0.3.75" in text
    assert "tiny_taehv.safetensors, tiny_wan_i2v.safetensors, tiny_wan_lora.safetensors" in text
    text = report(asyncio.run(whole(tiny(unet="absent.safetensors"))))
    assert "backend comfy: wrong" in text
    assert "does not have 'absent.safetensors'" in text
    assert "answers, but lacks what the problems name, version 0.3.75" in text


@pytest.mark.parametrize(
    ("workflow", "loopable", "told"),
    [
        (Wan22(), True, "yes"),
        (Wan22(), False, "no, loopable is off"),
        (Svd(), True, "no, the model takes no picture to end in"),
        (CustomWorkflow(tiny()), True, "as the workflow makes them"),
    ],
)
def test_whether_clips_are_loopable(workflow, loopable, told):
    """Whatever becomes of the server."""

    async def health(url):
        backend = ComfyUiBackend(url, workflow, loopable=loopable)
        try:
            return await backend.health()
        finally:
            await backend.close()

    async def whole():
        fake = FakeComfy()
        await fake.start()
        url = fake.server.url
        there = await health(url)
        await fake.stop()
        return there, await health(url)

    for found in asyncio.run(whole()):
        assert found.loopable == told


def test_a_test_clip_that_is_seamless_is_told_as_that():
    told = examined(ProceduralBackend())
    assert dict(facts(told))["test clip"].endswith("kB")
    seamless = replace(told, clip=replace(told.clip, seamless=True))
    assert dict(facts(seamless))["test clip"].endswith("kB, seamless")


def comfy_of_one_node(url):
    return ComfyUiBackend(url, CustomWorkflow({"1": {"class_type": "SaveVideo", "inputs": {}}}))


def reachable(handle, make=comfy_of_one_node):
    """What is told of a server that answers so, and the problems."""

    async def whole():
        async def answering(question):
            return handle(question)

        server = Server(answering)
        await server.start()
        backend = make(server.url)
        try:
            return await finding("ada", backend, TINY)
        finally:
            await backend.close()
            await server.stop()

    found = asyncio.run(whole())
    return found.facts["reachable"], found.problems


@pytest.mark.parametrize(
    "other",
    [answer(404), answer(401), answer(body=b"<html>hello", media_type="text/html"), answer(500)],
    ids=["unknown", "closed", "a page", "broken"],
)
def test_a_server_that_is_another(other):
    told, problems = reachable(lambda question: other)
    assert told == "answers, but not as it should"
    assert problems


def test_a_server_that_breaks_off_later_has_told_its_version():
    stats = answer(body={"system": {"comfyui_version": "0.33.0"}})
    told, problems = reachable(
        lambda question: stats if question.path == "/system_stats" else answer(500)
    )
    assert told == "answers, but lacks what the problems name, version 0.33.0"
    assert problems


@pytest.mark.parametrize("status", [502, 504])
def test_a_gateway_without_its_server_is_not_the_server(status):
    assert reachable(lambda question: answer(status))[0] == "no"


def test_several_are_asked_as_one():
    def pool(url):
        return BackendPool({name: HttpBackend(url) for name in ("ada", "bo")})

    asked = []

    def handle(question):
        asked.append(question.path)
        return answer(429, retry_after=0)

    told, problems = reachable(handle, pool)
    assert told == "answers, but not as it should"
    assert [problem[:5] for problem in problems] == ["ada: ", "bo: T"]
    assert len(asked) == 4


def test_one_that_is_busy_is_asked_once_more():
    """Each question once: how it is, and for a clip."""
    asked = []

    def handle(question):
        asked.append(question.method)
        if asked.count(question.method) == 1:
            return answer(429, retry_after=0)
        return answer(body=CLIP, media_type="video/mp4")

    told, problems = reachable(handle, HttpBackend)
    assert (told, problems) == ("yes", ())
    assert asked == ["GET", "GET", "POST", "POST"]


@pytest.mark.parametrize(("wish", "posts"), [(0, 2), (61, 1)])
def test_one_that_stays_busy(wish, posts):
    asked = []

    def handle(question):
        asked.append(question.method)
        return answer(429, retry_after=wish) if question.method == "POST" else answer()

    told, problems = reachable(handle, HttpBackend)
    assert told == "yes"
    assert "429" in problems[0]
    assert asked.count("POST") == posts


def test_what_may_have_begun_is_not_asked_for_again():
    error = GeneratorOverloadedError("Later.", retry_after=0.0)
    error.has_begun = True
    backend = ScriptedBackend(default=Script(error=error))
    assert examined(backend).problems == ("Later.",)
    assert len(backend.begun) == 1


def test_the_sample_is_a_picture():
    assert NpcImage.of(sample_picture().data).media_type == "image/png"
