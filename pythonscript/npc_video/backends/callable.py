"""A function of the game's own as a generator."""

import asyncio
import inspect
import threading
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, cast

from ..background import background_threads
from ..broken import log_broken
from ..errors import (
    ClipTooLargeError,
    GenerationCancelledError,
    GenerationFailedError,
    GenerationInvalidError,
    GeneratorUnreachableError,
    NpcVideoError,
)
from ..records import UNTAGGED_COLOURS, GeneratedClip, check_untagged_colours
from .base import Backend, Capabilities, GenerationRequest, OnEarly, OnProgress, ignore
from .fingerprint import coloured_fingerprint, fingerprint_of
from .received import received_clip

__all__ = ["CallableBackend", "Generator"]

_MOST_BYTES = 64 * 1024 * 1024
_NOT_WANTED = "The clip is not wanted any more."

Generator = Callable[..., Any]
"""Called with the `GenerationRequest`, and with `on_progress` if it takes two arguments.

It returns the file of a clip as bytes, the path of one, or its pictures: a sequence of arrays of
uint8 with the shape (height, width, 3), in RGB, as many for each second as the preset says.
"""


class CallableBackend(Backend):
    """Has clips made by a function, on a thread of its own, or by a coroutine function.

    A function cannot be stopped from outside. It is told by `on_progress`, which raises
    `GenerationCancelledError` once the clip was given up; one that never calls it works on to its
    end, and what it returns is thrown away.

    Args:
        function: see `Generator`.
        slots: how many clips it may make at once.
        uses_image: it wants the NPC's picture.
        finish_started: no clip is given up once it has begun, as each one costs money.
        name: tells its clips on disk from those of others; where it is defined, if not given.
        untagged_colours: of files that name none; pictures become one that does.

    Raises:
        InvalidDataError: a value is not valid.
    """

    def __init__(
        self,
        function: Generator,
        *,
        slots: int = 1,
        uses_image: bool = True,
        finish_started: bool = False,
        name: str = "",
        untagged_colours: str = UNTAGGED_COLOURS[0],
    ):
        self._untagged_colours = check_untagged_colours(untagged_colours)
        self._function = function
        self._name = name or _place_of(function)
        self._is_async = inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(
            getattr(function, "__call__", None)  # noqa: B004
        )
        self._tells = _takes_two(function)
        self._slots = slots
        self._uses_image = uses_image
        self._finish_started = finish_started
        self._threads = background_threads(slots, "generator")

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(
            slots=self._slots,
            uses_image=self._uses_image,
            finish_started=self._finish_started,
        )

    @property
    def fingerprint(self) -> str:
        return coloured_fingerprint(fingerprint_of("function", self._name), self._untagged_colours)

    async def generate(
        self, request: GenerationRequest, on_progress: OnProgress, on_early: OnEarly = ignore
    ) -> GeneratedClip:
        started = time.perf_counter()
        on_progress(0.0)
        given_up = threading.Event()
        try:
            made = await self._call(request, on_progress, given_up)
            data = await asyncio.to_thread(_file_of, made, request, given_up)
        except NpcVideoError:
            raise
        except (ConnectionError, TimeoutError) as error:
            raise GeneratorUnreachableError(
                f"The generator function reached nobody: {error!r}."
            ) from error
        except Exception as error:
            log_broken("The generator function broke:", error)
            raise GenerationFailedError(f"The generator function broke: {error!r}.") from error
        finally:
            given_up.set()
        seconds = time.perf_counter() - started
        clip = await received_clip(
            request,
            data,
            seed=request.params.seed,
            generation_seconds=seconds,
            untagged_colours=self._untagged_colours,
        )
        on_progress(1.0)
        return clip

    async def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _call(
        self, request: GenerationRequest, on_progress: OnProgress, given_up: threading.Event
    ) -> Any:
        loop = asyncio.get_running_loop()
        told = 0.0

        def pass_on(part: float) -> None:
            nonlocal told
            if told < part < 1.0 and not given_up.is_set():
                told = part
                on_progress(part)

        def tell(part: float) -> None:
            if given_up.is_set():
                raise GenerationCancelledError(_NOT_WANTED)
            loop.call_soon_threadsafe(pass_on, part)

        arguments = (request, tell) if self._tells else (request,)
        if self._is_async:
            return await cast(Awaitable[Any], self._function(*arguments))
        return await loop.run_in_executor(self._threads, self._function, *arguments)


def _place_of(function: Generator) -> str:
    named = function if hasattr(function, "__qualname__") else type(function)
    return f"{named.__module__}.{named.__qualname__}"


def _takes_two(function: Generator) -> bool:
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return False
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return sum(each.kind in kinds for each in parameters) >= 2


def _file_of(made: Any, request: GenerationRequest, given_up: threading.Event) -> bytes:
    """The clip's file, of whatever the function returned."""
    if isinstance(made, bytes | bytearray | memoryview):
        return bytes(made)
    if isinstance(made, str | Path):
        return _read(Path(made))
    if hasattr(made, "__getitem__") and hasattr(made, "__len__"):
        return _encode(made, request, given_up)
    raise GenerationInvalidError(
        f"The generator function returned {type(made).__name__}: let it return the bytes of an MP4"
        " or WebM file, the path of one, or its pictures."
    )


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise GenerationInvalidError(
            f"The clip {path} cannot be read: {error.strerror or error}."
        ) from error
    if len(data) > _MOST_BYTES:
        raise ClipTooLargeError(f"The clip {path} has more than {_MOST_BYTES} bytes.")
    return data


def _encode(
    pictures: Sequence[Any], request: GenerationRequest, given_up: threading.Event
) -> bytes:
    """A clip of pictures in RGB, cut to even numbers of pixels, as video needs them."""
    import av
    import numpy as np

    from ..media import encode

    shapes: set[tuple[int, ...]] = {np.shape(picture) for picture in pictures}
    shape = next(iter(shapes), ())
    if len(shapes) != 1 or len(shape) != 3 or shape[2] != 3 or min(shape[:2]) < 4:
        raise GenerationInvalidError(
            "The generator function returned pictures of no, small or several sizes: each must be"
            " an array of uint8 with the shape (height, width, 3)."
        )
    height, width = shape[0] // 2 * 2, shape[1] // 2 * 2

    def planes() -> Any:
        for picture in pictures:
            if given_up.is_set():
                raise GenerationCancelledError(_NOT_WANTED)
            cut = np.ascontiguousarray(picture[:height, :width], np.uint8)
            frame = av.VideoFrame.from_ndarray(cut, format="rgb24")
            yield frame.reformat(
                format="yuv420p", dst_colorspace="ITU709", dst_color_range="MPEG"
            ).to_ndarray()

    return encode.encode_clip(planes(), width, height, request.preset.fps)
