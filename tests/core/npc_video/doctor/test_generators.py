import asyncio

import pytest
from npc_video.backends.base import NpcImage
from npc_video.backends.comfyui import ComfyUiBackend, CustomWorkflow
from npc_video.backends.procedural import ProceduralBackend
from npc_video.backends.scripted import Script, ScriptedBackend
from npc_video.doctor.finding import State, report
from npc_video.doctor.generators import examine, facts, finding, sample_picture
from npc_video.errors import GenerationFailedError
from npc_video.records import QUALITY_PRESETS

from ..backends.comfyui.fake import FakeComfy
from ..backends.comfyui.recorded import tiny
from ..backends.contract import TINY


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
    assert text.startswith("generator mine: fine\n  reachable       yes")
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
    assert "told to be off" in dict(facts(told))["problem"]


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
    assert "generator comfy: wrong" in text
    assert "does not have 'absent.safetensors'" in text


def test_the_sample_is_a_picture():
    assert NpcImage.of(sample_picture().data).media_type == "image/png"
