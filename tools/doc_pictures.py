"""Makes the pictures of the documentation from those that `run.py shots` has saved.

    python -m tools.doc_pictures DIR

The documentation has them smaller, and as WebP.
"""

import sys
from pathlib import Path

import av
from av.video.frame import VideoFrame
from av.video.reformatter import Interpolation

from tools.example_shots import SHOTS
from tools.paths import ROOT

FOLDER = ROOT / "docs" / "pictures"
# The picture in the documentation: the picture in DIR.
PICTURES = {
    "bake": "editor_bake",
    **{f"example_{name}": f"example_{name}" for name in SHOTS},
    "generating": "demo_fallback_procedural",
    "generator": "editor_generator",
    "inspector": "editor_inspector_folded",
    "preview": "editor_preview",
    "what_happens": "demo_what_happens_clip",
}
_WIDTH = 1280


def smaller(picture: Path) -> bytes:
    """Returns a picture as WebP, no wider than a page."""
    with av.open(picture) as file:
        frame = next(file.decode(video=0))
    assert isinstance(frame, VideoFrame)
    width = min(frame.width, _WIDTH)
    height = round(frame.height * width / frame.width / 2) * 2
    scaled = frame.reformat(width, height, "yuv420p", interpolation=Interpolation.LANCZOS)
    encoder = av.CodecContext.create("libwebp", "w")
    encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuv420p"
    encoder.options = {"quality": "80"}
    return b"".join(map(bytes, [*encoder.encode(scaled), *encoder.encode(None)]))


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name, shot in PICTURES.items():
        data = smaller(Path(sys.argv[1], f"{shot}.png"))
        (FOLDER / f"{name}.webp").write_bytes(data)


if __name__ == "__main__":
    main()
