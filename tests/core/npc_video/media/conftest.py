import io
from collections.abc import Callable
from fractions import Fraction

import av
import numpy as np
import pytest
from npc_video.face.ember import EmberPainter
from npc_video.face.pose import pose
from npc_video.media.encode import encode_clip

SIZE, FPS, COUNT = 128, 8, 24


def pictures(expression="happy", count=COUNT, size=SIZE):
    painter = EmberPainter(size, size)
    for index in range(count):
        yield painter.paint(pose(expression, "neutral", "bounce", 1.0, index / count))


@pytest.fixture(scope="session")
def webm() -> bytes:
    """128×128, 8 fps, 3 s."""
    return encode_clip(pictures(), SIZE, SIZE, FPS)


@pytest.fixture(scope="session")
def make_clip() -> Callable[..., bytes]:
    """Writes a file as a server might send it: any codec, container, pixel format and tags.

    Its frames get lighter by 8 of 255, and more opaque by `alpha` where they have alpha. `ticks`
    are their time stamps in frames, where these are not one after the other.
    """

    def make(
        codec="libx264",
        container="mp4",
        pixels="yuv420p",
        count=COUNT,
        size=SIZE,
        first=0,
        ticks=None,
        fps=FPS,
        alpha=0,
        options=None,
        muxing=None,
        metadata=None,
        **tags,
    ):
        file = io.BytesIO()
        with av.open(file, "w", format=container, options=muxing or {}) as output:
            stream = output.add_stream(codec, rate=fps, options=options or {})
            stream.metadata.update(metadata or {})
            stream.width = stream.height = size
            stream.pix_fmt = pixels
            for name, value in tags.items():
                setattr(stream.codec_context, name, value)
            for index, tick in enumerate(ticks or range(first, first + count)):
                grey = np.full((size, size, 4), 8 * index % 256, np.uint8)
                grey[..., 3] = alpha * index
                frame = av.VideoFrame.from_ndarray(grey, format="rgba").reformat(format=pixels)
                frame.pts, frame.time_base = tick, Fraction(1, fps)
                output.mux(stream.encode(frame))
            output.mux(stream.encode(None))
        return file.getvalue()

    return make


@pytest.fixture(scope="session")
def fragmented(make_clip) -> bytes:
    """An MP4 of three fragments, with frames that are not stored in the order they are shown."""
    return make_clip(
        options={"g": "8", "bf": "2"},
        muxing={"movflags": "frag_keyframe+empty_moov+default_base_moof"},
    )


@pytest.fixture(scope="session")
def make_pictures() -> Callable[..., object]:
    return pictures
