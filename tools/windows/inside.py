"""Makes a clip and reads it again, in the Python embedded in a Windows program."""

import sys

import numpy as np
from npc_video.media.decode import ClipDecoder
from npc_video.media.encode import MEDIA_TYPE, encode_clip

WIDTH, HEIGHT, FPS, COUNT = 64, 48, 8, 6


def main() -> None:
    pictures = (np.full((HEIGHT * 3 // 2, WIDTH), 16 + 20 * i, np.uint8) for i in range(COUNT))
    clip = encode_clip(pictures, WIDTH, HEIGHT, FPS)
    decoder = ClipDecoder(clip, MEDIA_TYPE)
    try:
        brightness = [frame.planes[0].data[0] for frame in decoder.frames()]
    finally:
        decoder.close()
    assert len(brightness) == COUNT, brightness
    assert all(abs(each - 16 - 20 * i) < 10 for i, each in enumerate(brightness)), brightness
    place = sys.modules["npc_video"].__file__
    print(
        f"@played {len(brightness)} pictures in Python {sys.version.split()[0]}, {place!a}",
        flush=True,
    )


if __name__ == "__main__":
    main()
