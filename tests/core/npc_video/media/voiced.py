"""Clips with sound, as a server might send them."""

import io
from fractions import Fraction

import av
import numpy as np

FPS, SECONDS = 8, 2
CLICK = 1.0
BLOCK = 1024  # samples
MEDIA_TYPES = {
    "mp4": "video/mp4",
    "mov": "video/mp4",
    "3gp": "video/mp4",
    "webm": "video/webm",
    "matroska": "video/x-matroska",
}


def make(
    codec="aac",
    container="mp4",
    rate=48_000,
    layout="stereo",
    late=0.0,
    first=0,
    b_frames=0,
    muxing=None,
    wave=None,
):
    """A clip that clicks after `CLICK` seconds of its sound, which begins `late` seconds late.

    Its first picture has the time stamp of frame `first`. `wave` replaces the click: samples of 16
    bit, as many as channels in each row.
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
        if wave is None:
            wave = clicking(rate)[:, None].repeat(channels, axis=1)
        for place in range(0, len(wave), BLOCK):
            part = wave[place : place + BLOCK].reshape(1, -1)
            tone = av.AudioFrame.from_ndarray(part, "s16", layout)
            tone.rate, tone.time_base = rate, Fraction(1, rate)
            tone.pts = round((late + first / FPS) * rate) + place
            output.mux(voice.encode(tone))
        output.mux(voice.encode(None))
    return file.getvalue()


def clicking(rate):
    wave = (np.sin(np.arange(SECONDS * rate) / 20) * 3000).astype(np.int16)
    wave[int(CLICK * rate) :][:50] = 30_000
    return wave


def rewritten(data, container, change):
    """The same clip with other packets of sound.

    Args:
        change: gets the seconds at which a packet is heard, and returns them or others, or None for
            one that is lost.
    """
    file = io.BytesIO()
    with (
        av.open(io.BytesIO(data)) as source,
        av.open(file, "w", format=container) as output,
    ):
        streams = {
            stream.index: output.add_stream_from_template(stream) for stream in source.streams
        }
        packets = [packet for packet in source.demux() if packet.size]
        for packet in sorted(packets, key=lambda packet: packet.dts * packet.time_base):
            if packet.stream.type == "audio":
                seconds = change(float(packet.pts * packet.time_base))
                if seconds is None:
                    continue
                packet.pts = packet.dts = round(seconds / packet.time_base)
            packet.stream = streams[packet.stream.index]
            output.mux_one(packet)
    return file.getvalue()
