import asyncio

import pytest
from npc_video.backends.base import Capabilities, NpcImage
from npc_video.backends.pictures import Pictures
from npc_video.errors import GenerationInvalidError
from npc_video.manager import VideoGenerationManager
from npc_video.records import Purpose, VideoGenerationConfig, VideoParams

from ..test_manager import REALTIME, ScriptedBackend
from ..waiting import until
from .comfyui.recorded import picture

PNG = picture().data


class TestReading:
    def test_a_file_once(self, tmp_path):
        path = tmp_path / "npc.png"
        path.write_bytes(PNG)
        pictures = Pictures()
        first = asyncio.run(pictures.get(str(path)))
        path.unlink()
        assert asyncio.run(pictures.get(str(path))) is first
        assert first == NpcImage.of(PNG)

    def test_keeps_the_ones_used_last(self):
        read = []
        pictures = Pictures(lambda name: read.append(name) or PNG)

        async def get():
            for number in range(17):
                await pictures.get(str(number))
                await pictures.get("0")
            await pictures.get("1")

        asyncio.run(get())
        assert read.count("0") == 1
        assert read.count("1") == 2

    @pytest.mark.parametrize(
        ("data", "kind"),
        [
            (PNG, "image/png"),
            (b"\xff\xd8\xff\xe0", "image/jpeg"),
            (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
        ],
    )
    def test_knows_pictures_by_their_bytes(self, data, kind):
        assert NpcImage.of(data).media_type == kind

    @pytest.mark.parametrize("data", [b"", b"GIF89a", b"<svg/>", b"RIFF\0\0\0\0WAVE"])
    def test_refuses_other_files(self, data):
        with pytest.raises(GenerationInvalidError, match="PNG, JPEG or WebP"):
            NpcImage.of(data)

    def test_says_which_one_is_missing(self, tmp_path):
        with pytest.raises(GenerationInvalidError, match=r"absent.*cannot be read"):
            asyncio.run(Pictures().get(str(tmp_path / "absent")))

    def test_refuses_one_that_is_far_too_large(self):
        with pytest.raises(GenerationInvalidError, match="smaller"):
            asyncio.run(Pictures(lambda name: bytes(33 * 1024 * 1024)).get("npc"))


class Asked(ScriptedBackend):
    """Notes what it is asked for."""

    def __init__(self, can):
        super().__init__()
        self.can, self.requests = can, []

    @property
    def capabilities(self):
        return self.can

    async def generate(self, request, on_progress, on_early):
        self.requests.append(request)
        return await super().generate(request, on_progress, on_early)


def request_of(backend, config=REALTIME, **more):
    manager = VideoGenerationManager(config, backend, read_picture=lambda name: PNG)
    manager.request(VideoParams(npc_id="ember", **more))
    until(lambda: backend.requests)
    manager.close()
    return backend.requests[0]


def test_the_manager_gives_the_picture_to_who_uses_it():
    with_picture = request_of(Asked(Capabilities(uses_image=True)), npc_base_image="npc.png")
    assert with_picture.image == NpcImage.of(PNG)
    assert request_of(Asked(Capabilities(uses_image=True))).image is None
    assert request_of(Asked(Capabilities()), npc_base_image="npc.png").image is None


def test_the_manager_tells_how_long_somebody_will_wait():
    config = VideoGenerationConfig(preset="realtime", max_wait=3.0, predictive=False)
    request = request_of(Asked(Capabilities()), config)
    assert request.purpose is Purpose.URGENT
    assert 0.0 < request.deadline <= 3.0
