"""The client against a real server, and the fake against it too."""

import asyncio
import json
import uuid
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import groupby

import httpx
import pytest
from httpx_ws import aconnect_ws
from npc_video.backends.base import GenerationRequest
from npc_video.backends.comfyui import ComfyUiBackend, CustomWorkflow, LtxVideo2b, Wan22
from npc_video.backends.comfyui.values import Values
from npc_video.doctor.backends import examine, facts
from npc_video.media.decode import ClipDecoder
from npc_video.records import VideoParams

from tests.core.npc_video.backends.comfyui.client import ClientTests, asked, make
from tests.core.npc_video.backends.comfyui.fake import FakeComfy
from tests.core.npc_video.backends.comfyui.faults import FaultTests
from tests.core.npc_video.backends.comfyui.recorded import picture, tiny
from tests.core.npc_video.backends.contract import TINY

HELLO = json.dumps({"type": "feature_flags", "data": {"supports_preview_metadata": True}})


class Shared:
    """The server of the session, in the way in which the tests of the client handle it."""

    def __init__(self, server):
        self._server = server
        self.port = server.port

    async def kill(self):
        await asyncio.to_thread(self._server.kill)

    async def restart(self):
        await asyncio.to_thread(self._server.start)


class OnRealServer:
    DEADLINE = 240.0

    @pytest.fixture(autouse=True)
    def _use(self, comfyui):
        self._server = comfyui

    @asynccontextmanager
    async def serve(self):
        yield Shared(self._server)


class TestRealServer(OnRealServer, ClientTests):
    @pytest.mark.parametrize("size", [64, 256])
    def test_clips_of_the_size_that_was_asked_for(self, size):
        async def test(proxy, server, backend):
            clip = await make(backend, asked(size=size))
            assert (clip.width, clip.height) == (size, size)
            decoder = ClipDecoder(clip.data, clip.media_type)
            # Wan makes 4 · n + 1 frames.
            assert len(list(decoder.frames())) == 9
            decoder.close()

        self.run(test)

    def test_the_doctor_has_a_clip_made(self):
        async def test(proxy, server, backend):
            examined = await examine(backend, TINY)
            assert examined.is_fine
            assert ("reachable", f"yes, version {version_of(self._server)}") in facts(examined)

        self.run(test)

    def test_tells_what_it_is(self):
        async def test(proxy, server, backend):
            health = await backend.health()
            assert health.is_ready
            assert health.version == version_of(self._server)
            assert "tiny_wan_i2v.safetensors" in health.models

        self.run(test)


class TestFaultsOfRealServer(OnRealServer, FaultTests):
    def test_a_picture_that_was_deleted_is_sent_again(self):
        async def test(gate, backend):
            for uploads in (1, 2):
                assert (await make(backend)).data
                assert gate.count("POST", "/upload/image") == uploads
                self._server.delete_pictures()

        self.run(test)


def version_of(server):
    """As the server itself says."""
    stats = httpx.get(f"{server.url}/system_stats", trust_env=False).json()
    return stats["system"]["comfyui_version"]


# The models of the chains whose clips end in the picture, where the server looks for them.
FOLDERS = {
    "UNETLoader": ("unet_name", "diffusion_models"),
    "LoraLoaderModelOnly": ("lora_name", "loras"),
    "CLIPLoader": ("clip_name", "text_encoders"),
    "VAELoader": ("vae_name", "vae"),
    "CheckpointLoaderSimple": ("ckpt_name", "checkpoints"),
}


def looped(chain):
    params = VideoParams(prompt="the guard laughs", negative_prompt="blurry", seed=8)
    values = Values.of(GenerationRequest(params, TINY), "", f"npc_video/{uuid.uuid4().hex}")
    return chain.build(replace(values, image="npc_video/npc.png", ends_in_image=True))


async def validated(url, graph):
    """How the server answers the question for a job, which is then taken back."""
    prompt_id = str(uuid.uuid4())
    async with httpx.AsyncClient(base_url=url, timeout=60.0, trust_env=False) as client:
        files = {"image": ("npc.png", picture().data, "image/png")}
        data = {"type": "input", "subfolder": "npc_video", "overwrite": "true"}
        await client.post("/upload/image", files=files, data=data)
        answer = await client.post("/prompt", json={"prompt": graph, "prompt_id": prompt_id})
        await client.post("/queue", json={"delete": [prompt_id]})
        await client.post("/interrupt", json={"prompt_id": prompt_id})
    return answer.status_code, answer.json()


@pytest.mark.parametrize("chain", [Wan22(), LtxVideo2b()], ids=lambda chain: type(chain).__name__)
def test_the_server_takes_graphs_that_end_in_the_picture(comfyui, chain):
    graph = looped(chain)
    for node in graph.values():
        if node["class_type"] in FOLDERS:
            field, folder = FOLDERS[node["class_type"]]
            # An empty file will do until it is loaded.
            model = comfyui._base / "models" / folder / node["inputs"][field]
            model.parent.mkdir(exist_ok=True)
            model.touch()
        if node["class_type"] == "ManualSigmas":
            # Newer than some servers; it gives the same kind.
            shift = {"max_shift": 2.05, "base_shift": 0.95, "stretch": True, "terminal": 0.1}
            node |= {"class_type": "LTXVScheduler", "inputs": {"steps": 8, **shift}}
    status, answer = asyncio.run(validated(comfyui.url, graph))
    assert (status, answer["node_errors"]) == (200, {})


def test_a_clip_from_the_first_frame_to_the_last(comfyui):
    """As `Wan22` begins it, run by the tiny model, which shows nothing that anybody would know."""
    graph = tiny()
    node = next(node for node in graph.values() if node["class_type"] == "WanImageToVideo")
    (ends,) = (
        node["inputs"]
        for node in looped(Wan22()).values()
        if node["class_type"] == "WanFirstLastFrameToVideo"
    )
    assert set(ends) - {"end_image"} == set(node["inputs"])
    node["class_type"] = "WanFirstLastFrameToVideo"
    node["inputs"]["end_image"] = node["inputs"]["start_image"]

    async def whole():
        backend = ComfyUiBackend(comfyui.url, CustomWorkflow(graph))
        try:
            return await make(backend, asked())
        finally:
            await backend.close()

    clip = asyncio.run(whole())
    decoder = ClipDecoder(clip.data, clip.media_type)
    assert len(list(decoder.frames())) == 9
    decoder.close()
    assert not clip.seamless


async def conversation(url):
    """What a server says of a job, without what differs each time."""
    graph = json.loads(
        json.dumps(tiny())
        .replace('"{{width}}"', "64")
        .replace('"{{height}}"', "64")
        .replace('"{{frames}}"', "13")
        .replace('"{{steps}}"', "6")
        .replace('"{{fps}}"', "8.0")
        .replace('"{{seed}}"', str(uuid.uuid4().int % 2**32))
        .replace("{{prompt}}", f"the guard laughs {uuid.uuid4()}")
    )
    client_id, prompt_id = str(uuid.uuid4()), str(uuid.uuid4())
    image = picture()
    async with httpx.AsyncClient(base_url=url, timeout=60.0, trust_env=False) as client:
        files = {"image": ("npc.png", image.data, "image/png")}
        data = {"type": "input", "subfolder": "npc_video"}
        uploaded = (await client.post("/upload/image", files=files, data=data)).json()
        graph["7"]["inputs"]["image"] = f"{uploaded['subfolder']}/{uploaded['name']}"
        said = []
        async with aconnect_ws(
            f"{url}/ws", client, params={"clientId": client_id}, max_message_size_bytes=1 << 24
        ) as ws:
            await ws.send_text(HELLO)
            body = {"prompt": graph, "client_id": client_id, "prompt_id": prompt_id}
            accepted = (await client.post("/prompt", json=body)).json()
            while True:
                data = (await ws.receive()).data
                if not isinstance(data, str):
                    said.append("preview")
                    continue
                message = json.loads(data)
                if "prompt_id" in message["data"] and message["type"] != "progress_state":
                    said.append(message["type"])
                if message["type"] == "executing" and message["data"]["node"] is None:
                    break
        history = (await client.get(f"/history/{prompt_id}")).json()
        entry = history[prompt_id]
        file = entry["outputs"]["12"]["images"][0]
        view = await client.get("/view", params=file)
        missing = (await client.get(f"/history/{uuid.uuid4()}")).json()
        queue = (await client.get("/queue")).json()
        refused = await client.post("/prompt", json={"prompt": {"1": {"class_type": "Nope"}}})
    return {
        "events": [kind for kind, _ in groupby(said)],
        "accepted": sorted(accepted),
        "entry": sorted(entry),
        "outputs": sorted(entry["outputs"]["12"]),
        "file": sorted(file),
        "status": entry["status"]["status_str"],
        "messages": [kind for kind, _ in entry["status"]["messages"]],
        "view": (view.status_code, view.headers["content-type"]),
        "missing": missing,
        "queue": queue,
        "uploaded": sorted(uploaded),
        "refused": refused.status_code,
    }


def test_the_fake_speaks_as_the_real_one(comfyui):
    async def both():
        fake = FakeComfy()
        await fake.start()
        try:
            return await conversation(comfyui.url), await conversation(fake.server.url)
        finally:
            await fake.stop()

    real, fake = asyncio.run(both())
    assert fake == real
