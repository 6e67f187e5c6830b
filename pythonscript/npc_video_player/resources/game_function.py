"""Calls a function of the game as a generator, for a `CallableBackend`.

GDScript runs on the main thread, so the function is called there, and may `await`. Its result is
read, checked and encoded on threads.
"""

from __future__ import annotations

import asyncio
import inspect
import math
import re
from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, overload

from godot import Callable as EngineCallable
from godot import CallError, FileAccess, Image, Object, Script, run_on_main_thread
from npc_video.awaiting import unhurt
from npc_video.errors import (
    ClipTooLargeError,
    GenerationCancelledError,
    GenerationFailedError,
    GenerationInvalidError,
)
from npc_video.records import UNTAGGED_COLOURS

from .coroutine import Coroutine, awaits

if TYPE_CHECKING:
    import numpy as np
    from npc_video import Backend
    from npc_video.backends.base import GenerationRequest
    from numpy.typing import NDArray

__all__ = ["function_backend", "is_async", "is_over", "of_engine"]

_MAX_BYTES = 64 * 1024 * 1024
_MAX_SECONDS = 300.0
# A path of the engine, in which a `Path` leaves one slash. A single letter is a drive.
_PLACE = re.compile("([a-z]{2,}):/+(.*)")
# Seconds between two checks that the object of a function that awaits still exists.
_LOOK_SECONDS = 0.5

_WHAT = "the bytes of an MP4 or WebM file, the path of one, or an Array of Images"
_GONE = (
    "The object of the generator function was freed: call set_generator with a function of one that"
    " stays, or with Callable() for none."
)


def function_backend(
    function: EngineCallable,
    owner: Object | None = None,
    *,
    finish_started: bool = False,
    untagged_colours: str = UNTAGGED_COLOURS[0],
) -> Backend:
    """Makes a backend that calls `function` with one Dictionary, see `asked`.

    Args:
        owner: is kept alive with it, because a Callable keeps no object.
    """
    from npc_video import CallableBackend  # loads asyncio, 60 ms

    made = _GameFunction(function, owner)
    return CallableBackend(
        made,
        name=_place_of(function),
        uses_image=False,
        finish_started=finish_started,
        untagged_colours=untagged_colours,
    )


def asked(request: GenerationRequest) -> dict[str, Any]:
    """Returns the function's argument: the parameters, and the format of the clip.

    `deadline` is infinite while nobody waits for the clip.
    """
    preset = request.preset
    return {
        **request.params.to_dict(),
        "preset": preset.name,
        "width": preset.width,
        "height": preset.height,
        "fps": preset.fps,
        "frame_count": request.frame_count,
        "seconds": request.clip_seconds,
        "deadline": math.inf if request.deadline is None else request.deadline,
    }


def is_async(function: object) -> bool:
    """Tells whether it is an `async def` of Python, which the engine cannot await."""
    call = getattr(function, "__call__", None)  # noqa: B004
    return any(
        inspect.iscoroutinefunction(each) or inspect.isasyncgenfunction(each)
        for each in (function, call)
    )


def is_over(function: EngineCallable) -> bool:
    """Tells whether its owner is gone: it was freed, or it is a lambda without one."""
    if not function.is_valid():
        return True
    return bool(function.is_custom()) and isinstance(function.get_object(), Script)


def _place_of(function: EngineCallable) -> str:
    """Returns the place of its definition, which is the same in the next run of the game."""
    owner = function.get_object()
    script = owner if owner is None or isinstance(owner, Script) else owner.get_script()
    return f"{'' if script is None else script.resource_path}::{function.get_method()}"


class _GameFunction:
    """Calls the function, one call at a time, also after a clip was given up."""

    def __init__(self, function: EngineCallable, owner: Object | None):
        self._function = function
        self._owner = owner
        self._turn = asyncio.Lock()
        self._coroutine: Coroutine | None = None

    async def __call__(self, request: GenerationRequest) -> bytes | Sequence[Any]:
        await self._turn.acquire()
        ended: Future[Any] = Future()
        call = asyncio.ensure_future(self._call(request, ended))
        try:
            made = await unhurt(call)
        except asyncio.CancelledError:
            ended.cancel()  # if it has not begun; later nothing can stop it
            call.add_done_callback(_forget)
            raise
        return await asyncio.to_thread(_file_or_pictures, made)

    async def _call(self, request: GenerationRequest, ended: Future[Any]) -> Any:
        try:
            run_on_main_thread(self._begin, asked(request), ended)
            async with asyncio.timeout(_MAX_SECONDS):
                return await self._end_of(ended)
        except TimeoutError as error:
            raise GenerationFailedError(
                f"The generator function did not return within {_MAX_SECONDS:g} s: see what it"
                " awaits."
            ) from error
        finally:
            self._turn.release()

    async def _end_of(self, ended: Future[Any]) -> Any:
        end = asyncio.wrap_future(ended)
        while not (await asyncio.wait({end}, timeout=_LOOK_SECONDS))[0]:
            # A function that awaits ends silently with its object.
            look = asyncio.wrap_future(run_on_main_thread(self._is_there))
            await asyncio.wait({look})
            if look.cancelled():
                raise GenerationCancelledError("The game has ended.")
            if not look.result():
                raise GenerationFailedError(_GONE)
        return end.result()

    # ---- On the main thread ----

    def _is_there(self) -> bool:
        if not self._function.is_valid():
            self._coroutine = None
            return False
        return True

    def _begin(self, arguments: dict[str, Any], ended: Future[Any]) -> None:
        if not ended.set_running_or_notify_cancel():
            return
        if not self._function.is_valid():
            ended.set_exception(GenerationFailedError(_GONE))
            return
        try:
            made = self._function(arguments)
        except CallError as error:
            ended.set_exception(
                GenerationInvalidError(
                    f"The generator function cannot be called, as it must take one Dictionary:"
                    f" {error}."
                )
            )
            return
        if awaits(made):
            made.completed.connect(ended.set_result)
            self._coroutine = Coroutine(made)
        else:
            ended.set_result(made)


def _forget(call: asyncio.Future[Any]) -> None:
    """Reads the result of a call that nobody waits for, or asyncio would report its error."""
    if not call.cancelled():
        call.exception()


# ---- On a thread ----


def of_engine(made: Any) -> Any:
    """Converts the engine's paths and Images in a Python function's result to plain ones."""
    if isinstance(made, str | PurePath) and (place := _PLACE.match(PurePath(made).as_posix())):
        return _read(f"{place[1]}://{place[2]}")
    if isinstance(made, list | tuple) and any(isinstance(each, Image) for each in made):
        return _Pictures(list(made))
    return made


def _file_or_pictures(made: Any) -> bytes | Sequence[Any]:
    """Converts a function's result to one that `CallableBackend` takes."""
    if isinstance(made, bytes):
        return made
    if isinstance(made, str):
        return _read(made)
    if isinstance(made, list):
        return _Pictures(made)
    if made is None:
        raise GenerationInvalidError(
            "The generator function returned nothing: if the log has an error of it, mend that;"
            f" else let it return {_WHAT}."
        )
    raise GenerationInvalidError(
        f"The generator function returned {type(made).__name__}: it must return {_WHAT}."
    )


def _read(path: str) -> bytes:
    """Reads a file of the game, from its package too, or of the player's."""
    file = FileAccess.open(path, FileAccess.READ)
    if file is None:
        raise GenerationInvalidError(
            f"The generator function returned the path {path!r}, where no file can be read: write"
            " it before returning, below user://."
        )
    if file.get_length() > _MAX_BYTES:
        raise ClipTooLargeError(f"The clip {path} has more than {_MAX_BYTES} bytes.")
    return bytes(file.get_buffer(file.get_length()))


class _Pictures(Sequence[Any]):
    """Images as arrays in RGBA, each made on demand, because all together would be large.

    Raises:
        GenerationInvalidError: there are none, or something else, or they differ in size.
    """

    def __init__(self, images: list[Any]):
        if not images or not all(isinstance(image, Image) for image in images):
            raise GenerationInvalidError(
                "The generator function returned an Array with nothing in it, or not only Images:"
                " let it return one Image for each of the frame_count frames."
            )
        sizes = {(image.get_width(), image.get_height()) for image in images}
        if len(sizes) != 1:
            told = ", ".join(f"{width}×{height}" for width, height in sorted(sizes)[:4])
            raise GenerationInvalidError(
                f"The generator function returned Images of several sizes ({told}): let all have"
                " the width and height of the request."
            )
        self._images = images

    def __len__(self) -> int:
        return len(self._images)

    @overload
    def __getitem__(self, index: int) -> NDArray[np.uint8]: ...
    @overload
    def __getitem__(self, index: slice) -> list[NDArray[np.uint8]]: ...
    def __getitem__(self, index: int | slice) -> NDArray[np.uint8] | list[NDArray[np.uint8]]:
        if isinstance(index, slice):
            return [_pixels_of(image) for image in self._images[index]]
        return _pixels_of(self._images[index])


def _pixels_of(shared: Image) -> NDArray[np.uint8]:
    import numpy as np  # 0.1 s

    image = Image()
    image.copy_from(shared)  # the game may go on using its own
    if image.is_compressed():
        image.decompress()
    image.clear_mipmaps()
    image.convert(Image.FORMAT_RGBA8)
    pixels = np.frombuffer(image.get_data(), np.uint8)
    return pixels.reshape(image.get_height(), image.get_width(), 4)
