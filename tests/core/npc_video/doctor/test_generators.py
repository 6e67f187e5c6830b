import asyncio

import pytest
from npc_video.backends.base import NpcImage
from npc_video.backends.comfyui import ComfyUiBackend, CustomWorkflow
from npc_video.backends.procedural import ProceduralBackend
from npc_video.backends.scripted import Script, ScriptedBackend
from npc_video.backends.settings import load_backends
from npc_video.cli import main
from npc_video.doctor import examine, report, sample_picture
from npc_video.errors import GenerationFailedError
from npc_video.records import QUALITY_PRESETS

from .backends.comfyui.fake import FakeComfy
from .backends.comfyui.recorded import tiny
from .backends.contract import TINY


def examined(backend, **options):
    async def whole():
        try:
            return await examine("mine", backend, options.pop("preset", TINY), **options)
        finally:
            await backend.close()

    return asyncio.run(whole())


def test_one_that_works():
    finding = examined(ProceduralBackend())
    assert finding.is_fine
    text = report(finding)
    assert "mine: works" in text
    assert "64×64, 8 frames a second, 3.0 s" in text


def test_without_a_preset_no_clip_is_made():
    backend = ScriptedBackend()
    finding = examined(backend, preset=None)
    assert finding.is_reachable
    assert (finding.version, finding.problems, finding.clip) == ("scripted", (), None)
    assert backend.begun == []


def test_one_that_is_off():
    backend = ScriptedBackend()
    backend.is_up = False
    finding = examined(backend)
    assert not finding.is_fine
    assert backend.begun == []
    assert "reachable  no" in report(finding)
    assert "told to be off" in report(finding)


@pytest.mark.parametrize(
    ("script", "options", "message"),
    [
        (Script(error=GenerationFailedError("No memory.")), {}, "problem    No memory."),
        (Script(ends=False), {"seconds": 0.05}, "no clip within 0.05 s"),
    ],
)
def test_one_that_makes_no_clip(script, options, message):
    finding = examined(ScriptedBackend(default=script), **options)
    assert finding.is_reachable
    assert not finding.is_fine
    assert message in report(finding)


def test_a_server_of_comfyui():
    async def whole(graph):
        fake = FakeComfy()
        await fake.start()
        backend = ComfyUiBackend(fake.server.url, CustomWorkflow(graph))
        try:
            return await examine("comfy", backend, QUALITY_PRESETS["realtime"])
        finally:
            await backend.close()
            await fake.stop()

    text = report(asyncio.run(whole(tiny())))
    assert "yes, version 0.3.75" in text
    assert "tiny_taehv.safetensors, tiny_wan_i2v.safetensors, tiny_wan_lora.safetensors" in text
    text = report(asyncio.run(whole(tiny(unet="absent.safetensors"))))
    assert "does not work" in text
    assert "does not have 'absent.safetensors'" in text


def test_the_sample_is_a_picture():
    assert NpcImage.of(sample_picture().data).media_type == "image/png"


def test_on_the_command_line(tmp_path, capsys):
    path = tmp_path / "npc_video.toml"
    path.write_text('[generators.drawn]\nkind = "procedural"\n', "utf-8")
    assert main(["doctor", str(path)]) == 0
    assert "drawn: works" in capsys.readouterr().out
    path.write_text('[generators.x]\nkind = "http"\nurl = "http://127.0.0.1:9"\n', "utf-8")
    assert main(["doctor", str(path)]) == 1
    assert "x: does not work" in capsys.readouterr().out
    path.write_text("generators = 3", "utf-8")
    assert main(["doctor", str(path)]) == 2
    assert "generators" in capsys.readouterr().err
    assert main(["doctor", str(tmp_path)]) == 2
    assert "cannot be read" in capsys.readouterr().err


def test_without_a_file_it_says_what_to_write(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["doctor"]) == 2
    told = capsys.readouterr().err
    assert told.startswith(f"{tmp_path / 'npc_video.toml'} is not there.")
    example = told.partition("such as\n\n")[2].partition("\n\nor name")[0]
    (tmp_path / "npc_video.toml").write_text(example, "utf-8")

    async def whole():
        backends = load_backends("npc_video.toml")
        for backend in backends.values():
            await backend.close()
        return list(backends)

    assert asyncio.run(whole()) == ["local", "service"]
