"""Examines codecs: PyAV decodes what generators send, and encodes what the embedded one draws."""

from pathlib import Path

from ..errors import GenerationError, NpcVideoError
from .finding import Finding

__all__ = ["PART", "examine"]

PART = "codecs"
_MEND = "install PyAV's own wheel again, with `pip install --force-reinstall --no-deps av`"
# One tiny clip each, made with the encoders of the same PyAV.
_CLIPS = Path(__file__).with_name("clips")
_REQUIRED = {"VP9": "vp9.webm", "H.264": "h264.mp4"}  # the embedded generator's, and most servers'
_OPTIONAL = {"HEVC": "hevc.mp4", "AV1": "av1.mp4"}
_SIZE, _FPS = 16, 8


def examine() -> Finding:
    """Tries each codec with a tiny clip."""
    try:
        # Whether they load is what is examined.
        import av

        from ..media import decode, encode  # noqa: F401
    except ImportError as error:
        return Finding(PART, problems=(f"PyAV or NumPy does not load ({error}): {_MEND}.",))
    facts = {"PyAV": av.__version__, "FFmpeg": av.ffmpeg_version_info}
    refused = {name: _refused(file) for name, file in (_REQUIRED | _OPTIONAL).items()}
    facts["decodes"] = ", ".join(name for name, reason in refused.items() if not reason) or "none"
    problems = [
        f"It decodes no {name} ({refused[name]}): {_MEND}." for name in _REQUIRED if refused[name]
    ]
    advice = [
        f"It decodes no {name} ({refused[name]}), so do without, or {_MEND}."
        for name in _OPTIONAL
        if refused[name]
    ]
    if reason := _encoder_refuses():
        problems.append(f"The embedded generator makes no clips ({reason}): {_MEND}.")
    else:
        facts["encodes"] = "VP9"
    return Finding(PART, facts, tuple(problems), tuple(advice))


def _refused(name: str) -> str:
    """Returns the reason why a clip cannot be decoded, or ""."""
    # The doctor begins also where FFmpeg does not load.
    from ..media.decode import ClipDecoder

    kind = "video/webm" if name.endswith(".webm") else "video/mp4"
    try:
        with ClipDecoder((_CLIPS / name).read_bytes(), kind) as decoder:
            return "" if list(decoder.frames()) else "it gives no picture"
    except (NpcVideoError, OSError) as error:
        return str(error).rstrip(".")


def _encoder_refuses() -> str:
    # The doctor begins also where NumPy does not load.
    import numpy as np

    from ..media.encode import encode_clip

    grey = np.full((_SIZE * 3 // 2, _SIZE), 128, np.uint8)
    try:
        encode_clip([grey, grey], _SIZE, _SIZE, _FPS)
    except GenerationError as error:
        return str(error).rstrip(".")
    return ""
