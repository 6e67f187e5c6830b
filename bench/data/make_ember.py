"""Makes `ember.ogv`, the clip of `bench/playback.py` as Theora, which Godot's own player needs.

Run `python -m bench.data.make_ember FFMPEG` with an ffmpeg that has libtheora, which PyAV has not.
"""

import subprocess
import sys
from pathlib import Path

from bench._ember import FPS, FRAMES, SIDE, pictures

# The file is then smaller than ours and looks worse, so its player has rather less to do.
_QUALITY = "3"


def main() -> None:
    source = f"-f rawvideo -pix_fmt yuv420p -video_size {SIDE}x{SIDE} -framerate {FPS} -i -"
    target = Path(__file__).with_name("ember.ogv")
    subprocess.run(
        [sys.argv[1], "-y", *source.split(), "-c:v", "libtheora", "-q:v", _QUALITY, target],
        input=b"".join(picture.tobytes() for picture in pictures()),
        check=True,
    )
    print(f"{target.name}: {target.stat().st_size / 1000:.0f} KB, {FRAMES} frames")


if __name__ == "__main__":
    main()
