"""Measures the quality of the pictures that a player computes between the frames of a clip.

Scenes are drawn at 48 pictures per second. Of these, 8 or 12 become an H.264 clip, and all others
are compared with the output of the player's shader at their time: PSNR in dB and SSIM, of luma.
Higher is better. `none` holds each frame until the next, `blend` mixes two, `motion` moves their
blocks. Frames of the clip itself are left out: they are the same for all three.

Prints a table, and the same once more as one line of JSON.
"""

import io
import json
import statistics
import tempfile
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from bench import _game, _likeness, _motion_scenes
from bench._motion_scenes import SIDE, Picture

_RATE, _PICTURES = 48, 97
_KEPT = {8: 6, 12: 4}  # by frames per second of the clip: every so many pictures
_MODES = ("none", "blend", "motion")
_OPTIONS = {"preset": "medium", "crf": "19"}
_SECONDS = 600.0

Figures = dict[str, dict[str, float]]  # by mode


def main() -> None:
    truth = {
        name: [picture_at(number / _RATE) for number in range(_PICTURES)]
        for name, picture_at in _motion_scenes.scenes().items()
    }
    clips = {
        f"{name}_{fps}": (_encode(pictures[::step], fps), fps)
        for name, pictures in truth.items()
        for fps, step in _KEPT.items()
    }
    with tempfile.TemporaryDirectory() as folder:
        options = {
            "clips": {name: fps for name, (_, fps) in clips.items()},
            "modes": _MODES,
            "side": SIDE,
            "rate": _RATE,
            # The last frame is mixed with the first of the next loop.
            "last": _PICTURES - 1 - max(_KEPT.values()),
            "to": folder,
        }
        files = {name: data for name, (data, _) in clips.items()}
        _game.play(
            "interpolation", "InterpolationBench", files, options, window=True, seconds=_SECONDS
        )
        figures = {
            f"{name}_{fps}": _compare(pictures, Path(folder), f"{name}_{fps}", step)
            for name, pictures in truth.items()
            for fps, step in _KEPT.items()
        }
    for fps in _KEPT:
        figures[f"mean_{fps}"] = _mean(
            [rows for name, rows in figures.items() if name.endswith(f"_{fps}")]
        )
    _show(figures)


def _encode(pictures: Sequence[Picture], fps: int) -> bytes:
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as output:
        stream = output.add_stream("libx264", rate=fps, options=_OPTIONS)
        stream.width, stream.height, stream.pix_fmt = SIDE, SIDE, "yuv420p"
        context = stream.codec_context
        context.colorspace = av.video.reformatter.Colorspace.ITU709
        context.color_range = av.video.reformatter.ColorRange.MPEG
        for number, picture in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(picture, format="yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, fps)
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return file.getvalue()


def _compare(truth: Sequence[Picture], folder: Path, clip: str, step: int) -> Figures:
    figures: Figures = {}
    for mode in _MODES:
        drawn = np.load(folder / f"{clip}.{mode}.npy")
        errors, likenesses = [], []
        for number, picture in enumerate(drawn):
            if number % step:
                true = _likeness.luma(_motion_scenes.as_rgb(truth[number]))
                shown = _likeness.luma(picture)
                errors.append(_likeness.mean_squared_error(true, shown))
                likenesses.append(_likeness.ssim(true, shown))
        figures[mode] = {
            "psnr": _likeness.psnr(statistics.mean(errors)),
            "ssim": statistics.mean(likenesses),
        }
    return figures


def _mean(rows: Sequence[Figures]) -> Figures:
    return {
        mode: {kind: statistics.mean(row[mode][kind] for row in rows) for kind in ("psnr", "ssim")}
        for mode in _MODES
    }


def _show(figures: dict[str, Figures]) -> None:
    print(f"{'scene, frames per second':<28}" + "".join(f"{mode:>16}" for mode in _MODES))
    for name, row in figures.items():
        cells = (f"{row[mode]['psnr']:>9.2f}{row[mode]['ssim']:>7.3f}" for mode in _MODES)
        print(f"{name:<28}" + "".join(cells))
    rounded = {
        name: {
            mode: {kind: round(value, 4) for kind, value in row.items()}
            for mode, row in modes.items()
        }
        for name, modes in figures.items()
    }
    print(json.dumps(rounded))


if __name__ == "__main__":
    main()
