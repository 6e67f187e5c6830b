"""Examines generators: their health, and the time that each takes for one clip."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeGuard

from ..backends.base import Backend, GenerationRequest, NpcImage, busy_seconds, ignore
from ..errors import GenerationError, GeneratorOverloadedError
from ..records import GeneratedClip, QualityPreset, VideoParams
from .finding import Finding, of_error

__all__ = ["PART", "Examined", "examine", "facts", "finding", "sample_picture"]

PART = "backend"

_PICTURE_SIZE = 512
_PROBLEM, _ADVICE = "problem", "advice"
_LONGEST_PAUSE = 60.0  # seconds


@dataclass(frozen=True, slots=True)
class Examined:
    """The answers of a backend to the examination.

    Attributes:
        is_reachable: it answers, and has what it needs.
        answers: it answers.
        clip: the clip that it made; None if it made none.
        seconds: until that clip arrived, or until it was clear that none would.
        problems: what is wrong, each a sentence that says what to do.
        advice: what could be better, each a sentence that says what to do.
        loopable: as `Health.loopable`.
    """

    is_reachable: bool
    answers: bool
    version: str
    models: tuple[str, ...]
    clip: GeneratedClip | None
    seconds: float
    problems: tuple[str, ...]
    advice: tuple[str, ...] = ()
    loopable: str = ""

    @property
    def is_fine(self) -> bool:
        return self.clip is not None and not self.problems


async def finding(name: str, backend: Backend, preset: QualityPreset) -> Finding:
    """Examines a backend that makes one clip at `preset`, if it works."""
    try:
        examined = await examine(backend, preset)
    except Exception as error:
        return of_error(PART, error, name)
    apart = (_PROBLEM, _ADVICE)
    told = {about: fact for about, fact in facts(examined) if about not in apart}
    return Finding(PART, told, examined.problems, examined.advice, name)


async def examine(
    backend: Backend, preset: QualityPreset | None, *, seconds: float = 600.0
) -> Examined:
    """Asks a backend for its health, and for a clip at `preset` within `seconds`.

    Without a preset no clip is made, so this costs nothing. A busy generator is asked once more,
    after its `Retry-After`.
    """
    health = await backend.health()
    if _is_worth_waiting(health.again_after):
        await asyncio.sleep(health.again_after)
        health = await backend.health()
    started = time.perf_counter()
    clip, problems = None, list(health.problems)
    if health.is_ready and preset is not None:
        try:
            async with asyncio.timeout(seconds):
                clip = await _clip(backend, preset)
        except TimeoutError:
            problems.append(f"It made no clip within {seconds:g} s: try a smaller preset.")
        except GenerationError as error:
            problems.append(str(error))
    return Examined(
        health.is_ready,
        health.is_ready or health.answers,
        health.version,
        health.models,
        clip,
        time.perf_counter() - started,
        tuple(problems),
        health.advice,
        health.loopable,
    )


def facts(examined: Examined) -> Iterator[tuple[str, str]]:
    """Yields the facts about a backend as pairs of label and text."""
    version = f", version {examined.version}" if examined.version else ""
    if examined.is_reachable:
        yield "reachable", f"yes{version}"
    elif examined.answers and version:
        yield "reachable", f"answers, but lacks what the problems name{version}"
    else:
        yield "reachable", "answers, but not as it should" if examined.answers else "no"
    if examined.models:
        yield "models", ", ".join(examined.models)
    if examined.loopable:
        yield "loopable", examined.loopable
    clip = examined.clip
    if clip is not None:
        yield (
            "test clip",
            f"{clip.width}×{clip.height}, {clip.fps:g} frames a second,"
            f" {clip.duration:.1f} s, {len(clip.data) / 1000:.0f} kB"
            + (", seamless" if clip.seamless else ""),
        )
        yield (
            "seconds",
            f"{examined.seconds:.1f}: {clip.waiting_seconds:.1f} waiting,"
            f" {clip.generation_seconds:.1f} making, {clip.transfer_seconds:.1f} fetching",
        )
    for problem in examined.problems:
        yield _PROBLEM, problem
    for advice in examined.advice:
        yield _ADVICE, advice


def sample_picture() -> NpcImage:
    """Draws a face. Takes a moment, because it imports NumPy and FFmpeg."""
    # Most generators are asked for a clip without a picture.
    import av

    from ..face.ember import EmberPainter
    from ..face.pose import pose

    painter = EmberPainter(_PICTURE_SIZE, _PICTURE_SIZE)
    drawn = painter.paint(pose("neutral", "neutral", "idle", 0.5, 0.0))
    frame = av.VideoFrame.from_ndarray(drawn, format="yuv420p").reformat(format="rgb24")
    encoder = av.CodecContext.create("png", "w")
    encoder.width, encoder.height, encoder.pix_fmt = frame.width, frame.height, "rgb24"
    encoder.time_base = Fraction(1)
    frame.pts = 0
    packets = [*encoder.encode(frame), *encoder.encode(None)]
    return NpcImage.of(b"".join(bytes(packet) for packet in packets))


async def _clip(backend: Backend, preset: QualityPreset) -> GeneratedClip:
    request = await _request(backend, preset)
    try:
        return await backend.generate(request, ignore)
    except GeneratorOverloadedError as error:
        pause = busy_seconds(error)
        if not _is_worth_waiting(pause):
            raise
    await asyncio.sleep(pause)
    return await backend.generate(request, ignore)


def _is_worth_waiting(pause: float | None) -> TypeGuard[float]:
    return pause is not None and pause <= _LONGEST_PAUSE


async def _request(backend: Backend, preset: QualityPreset) -> GenerationRequest:
    uses_image = backend.capabilities.uses_image
    image = await asyncio.to_thread(sample_picture) if uses_image else None
    # A new seed each time, or servers return a clip that they made before.
    params = VideoParams(
        prompt="a friendly portrait, smiling, looking at the camera",
        negative_prompt="blurry",
        expression="happy",
        npc_id="doctor",
        seed=int(time.time()),
    )
    return GenerationRequest(params, preset, image=image, deadline=preset.max_seconds)
