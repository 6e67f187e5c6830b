"""A function of the game as a generator."""

import asyncio
import inspect
import threading
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, cast

from ..background import background_threads
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
from .broken import log_broken
from .fingerprint import coloured_fingerprint, fingerprint_of
from .received import received_clip

__all__ = ["CallableBackend", "Generator", "translate_with"]

_MAX_BYTES = 64 * 1024 * 1024
_NOT_WANTED = "The clip is no longer wanted."

Generator = Callable[..., Any]
"""Called with the `GenerationRequest`, and with `on_progress` if it needs two arguments, or
has one of that name.

It returns the bytes of a video file, its path, or its pictures: a sequence of uint8 arrays of shape
(height, width, 3), in RGB, as many per second as the preset says. With RGBA, (height, width, 4),
the clip has the alpha; colours are not premultiplied. Any object that NumPy can read as such an
array works too, such as a picture of Pillow.
"""

_WANTED = (
    "each must be an array of uint8, 0 to 255, of the shape (height, width, 3), or 4 with alpha"
)
_translate: Callable[[Any], Any] = lambda made: made  # noqa: E731


def translate_with(translate: Callable[[Any], Any]) -> None:
    """Sets a function that converts the results of generator functions; it runs on a thread.

    For use in an engine, whose paths and pictures are of other types.
    """
    global _translate
    _translate = translate


class CallableBackend(Backend):
    """Generates clips with a function, on a thread of its own, or with a coroutine function.

    A function cannot be stopped from outside. When its clip is no longer wanted, `on_progress`
    raises `GenerationCancelledError`. A function that never calls it runs to its end, and its
    result is discarded.

    Args:
        function: see `Generator`.
        slots: clips that it may generate at the same time.
        uses_image: whether it uses the NPC's picture.
        finish_started: whether every started clip is finished, because it costs money.
        name: distinguishes its stored clips from others; its module and name by default.
        untagged_colours: of files that name none; clips made from pictures always name theirs.

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
                f"The generator function could not connect: {error!r}."
            ) from error
        except Exception as error:
            log_broken(f"The generator function failed on a clip of {request.params.who}:", error)
            raise GenerationFailedError(f"The generator function failed: {error!r}.") from error
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
    second = [each for each in parameters if each.kind in kinds][1:2]
    # A parameter with a default is a lambda's copy of a loop variable.
    return any(each.default is each.empty or each.name == "on_progress" for each in second)


def _file_of(made: Any, request: GenerationRequest, given_up: threading.Event) -> bytes:
    """The clip's file, from any result of the function."""
    made = _translate(made)
    if isinstance(made, bytes | bytearray | memoryview):
        return bytes(made)
    if isinstance(made, str | Path):
        return _read(made)
    if hasattr(made, "__getitem__") and hasattr(made, "__len__"):
        return _encode(made, request, given_up)
    raise GenerationInvalidError(
        f"The generator function returned {type(made).__name__}: it must return the bytes of an"
        " MP4 or WebM file, its path, or its pictures."
    )


def _read(path: str | Path) -> bytes:
    try:
        with open(path, "rb") as file:  # noqa: PTH123  a Path would change what is no path
            data = file.read(_MAX_BYTES + 1)
    except OSError as error:
        raise GenerationInvalidError(
            f"The clip {path} cannot be read: {error.strerror or error}."
        ) from error
    if len(data) > _MAX_BYTES:
        raise ClipTooLargeError(f"The clip {path} has more than {_MAX_BYTES} bytes.")
    return data


def _kind_of(picture: Any) -> tuple[tuple[int, ...], str]:
    """The shape of a picture, () for anything else, and its description in words."""
    # A game whose generator needs no NumPy does not load it.
    import numpy as np

    if not hasattr(picture, "__array__"):
        return (), type(picture).__name__
    array = np.asarray(picture)
    told = f"{array.dtype} {'×'.join(map(str, array.shape))}"
    return (array.shape if array.dtype == np.uint8 else ()), told


def _encode(
    pictures: Sequence[Any], request: GenerationRequest, given_up: threading.Event
) -> bytes:
    """A clip of RGB or RGBA pictures, cropped to even numbers of pixels, as video needs them."""
    # NumPy and FFmpeg are loaded here, on a thread that nobody waits for.
    import numpy as np

    from ..media import encode
    from ..media.colour_planes import is_translucent, planes_of

    kinds = {_kind_of(picture) for picture in pictures}
    told = ", ".join(sorted(kind for _, kind in kinds)[:4])
    shape = next(iter(kinds))[0] if len(kinds) == 1 else ()
    if len(shape) != 3 or shape[2] not in (3, 4):
        raise GenerationInvalidError(
            f"The generator function returned {told or 'no'} pictures: {_WANTED}, and all of one"
            " size."
        )
    if min(shape[:2]) < 4:
        raise GenerationInvalidError(
            f"The generator function returned pictures that are too small ({shape[1]}×{shape[0]}):"
            " each side needs at least 4 pixels."
        )
    height, width = shape[0] // 2 * 2, shape[1] // 2 * 2

    def cut() -> Iterator[Any]:
        for picture in pictures:
            if given_up.is_set():
                raise GenerationCancelledError(_NOT_WANTED)
            yield np.asarray(picture)[:height, :width]

    has_alpha = any(is_translucent(picture) for picture in cut())
    planes = (planes_of(picture, has_alpha=has_alpha) for picture in cut())
    return encode.encode_clip(planes, width, height, request.preset.fps, has_alpha=has_alpha)
