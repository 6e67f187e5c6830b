"""Clips with sound, as a server might send them."""

import io
from fractions import Fraction

import av
import numpy as np

FPS, SECONDS = 8, 2
CLICK = 1.0
MEDIA_TYPES = {"mp4": "video/mp4", "webm": "video/webm", "matroska": "video/x-matroska"}


def make(
    codec="aac",
    container="mp4",
    rate=48_000,
    layout="stereo",
    late=0.0,
    first=0,
    b_frames=0,
    muxing=None,
):
    """A clip that clicks after `CLICK` seconds of its sound, which begins `late` seconds late.

    Its first picture has the time stamp of frame `first`.
    """
    file = io.BytesIO()
    with av.open(file, "w", format=container, options=muxing or {}) as output:
        video = "libvpx-vp9" if container == "webm" else "libx264"
        options = {"bf": str(b_frames), "b-adapt": "0"} if video == "libx264" else {}
        stream = output.add_stream(video, rate=FPS, options=options)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        voice = output.add_stream(codec, rate=rate, layout=layout)
        for index in range(FPS * SECONDS):
            frame = av.VideoFrame(64, 64, "yuv420p")
            for plane in frame.planes:
                plane.update(bytes([128]) * plane.buffer_size)
            frame.pts, frame.time_base = first + index, Fraction(1, FPS)
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
        channels = voice.codec_context.layout.nb_channels
        wave = (np.sin(np.arange(SECONDS * rate) / 20) * 3000).astype(np.int16)
        wave[int(CLICK * rate) :][:50] = 30_000
        tone = av.AudioFrame.from_ndarray(wave.repeat(channels)[None], "s16", layout)
        tone.rate, tone.time_base = rate, Fraction(1, rate)
        tone.pts = round((late + first / FPS) * rate)
        output.mux(voice.encode(tone))
        output.mux(voice.encode(None))
    return file.getvalue()
