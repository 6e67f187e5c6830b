import asyncio
import threading
from contextlib import asynccontextmanager

import numpy as np
import pytest
from npc_video.backends.callable import CallableBackend
from npc_video.errors import (
    GenerationCancelledError,
    GenerationFailedError,
    GenerationInvalidError,
    GeneratorUnreachableError,
    InvalidDataError,
)
from npc_video.media.decode import ClipDecoder

from .contract import ERRORS, TINY, Contract, Stage, video, wanted

DEADLINE = 10.0


class FunctionStage(Stage):
    """A function on a thread, that hears of its end through `on_progress`."""

    def __init__(self):
        self.what = "clip"
        self.busy = 0
        self.backend = CallableBackend(self.function, slots=3)

    def play(self, what):
        self.what = what

    def working(self):
        return self.busy

    def function(self, request, on_progress):
        self.busy += 1
        try:
            if self.what in ERRORS:
                raise ERRORS[self.what]("As the test says.")
            on_progress(0.5)
            while self.what == "slow":
                on_progress(0.5)
            return video()
        finally:
            self.busy -= 1


class CoroutineStage(FunctionStage):
    async def function(self, request):
        self.busy += 1
        try:
            if self.what in ERRORS:
                raise ERRORS[self.what]("As the test says.")
            if self.what == "slow":
                await asyncio.Event().wait()
            return video()
        finally:
            self.busy -= 1


class TestFunction(Contract):
    @asynccontextmanager
    async def stage(self):
        yield FunctionStage()


class TestCoroutine(Contract):
    @asynccontextmanager
    async def stage(self):
        yield CoroutineStage()


def made(function, **options):
    async def whole():
        backend = CallableBackend(function, **options)
        try:
            return await asyncio.wait_for(backend.generate(wanted(), lambda part: None), DEADLINE)
        finally:
            await backend.close()

    return asyncio.run(whole())


def test_a_path(tmp_path):
    path = tmp_path / "clip.webm"
    path.write_bytes(video())
    assert made(lambda request: path).data == video()
    assert made(lambda request: str(path)).data == video()


def test_its_files_have_the_colours_that_it_is_said_to_write():
    backend = CallableBackend(lambda request: video(), untagged_colours="bt709")

    async def whole():
        try:
            return await backend.generate(wanted(), lambda part: None)
        finally:
            await backend.close()

    assert asyncio.run(whole()).untagged_colours == "bt709"
    with pytest.raises(InvalidDataError, match="untagged_colours"):
        CallableBackend(print, untagged_colours="rgb")


def test_pictures_become_a_clip_with_their_colours():
    pictures = np.zeros((8, 33, 48, 3), np.uint8)
    pictures[..., 0] = 200
    clip = made(lambda request: pictures)
    assert (clip.width, clip.height, clip.fps, clip.duration) == (48, 32, TINY.fps, 1.0)
    decoder = ClipDecoder(clip.data, clip.media_type)
    planes = next(iter(decoder.frames())).planes
    luma, blue, red = (int(np.frombuffer(plane.data, np.uint8)[0]) for plane in planes)
    decoder.close()
    # BT.709 in limited range: 16 + 219 · 0.2126 · 200/255, and so on.
    assert luma == pytest.approx(53, abs=3)
    assert (blue, red) == (pytest.approx(108, abs=3), pytest.approx(216, abs=3))


def figure(index):
    """A thin red stroke on what is transparent, and white where nobody sees it."""
    picture = np.full((64, 96, 4), 255, np.uint8)
    picture[..., 3] = 0
    picture[:, 40 + index : 43 + index] = 200, 0, 0, 255
    return picture


def decoded(clip):
    """The frames of a clip as RGB, not multiplied by alpha, and its alpha."""
    decoder = ClipDecoder(clip.data, clip.media_type)
    assert decoder.info.layout.has_alpha
    shape = decoder.info.layout
    for frame in decoder.frames():
        luma, blue, red, alpha = (
            np.ndarray(
                (shape.height >> (index in (1, 2)), shape.width >> (index in (1, 2))),
                np.uint8,
                plane.data,
                strides=(plane.stride, 1),
            ).astype(float)
            for index, plane in enumerate(frame.planes)
        )
        luma = (luma - 16.0) / 219.0
        blue, red = (plane.repeat(2, 0).repeat(2, 1) - 128.0 for plane in (blue, red))
        red, blue = luma + 1.5748 * red / 224.0, luma + 1.8556 * blue / 224.0
        green = (luma - 0.2126 * red - 0.0722 * blue) / 0.7152
        yield 255.0 * np.stack((red, green, blue), axis=2), alpha
    decoder.close()


def test_clips_of_pictures_with_alpha_have_it():
    clip = made(lambda request: [figure(index) for index in range(8)])
    frames = list(decoded(clip))
    assert len(frames) == 8
    for index, (colours, alpha) in enumerate(frames):
        inside = alpha[4:60, 41 + index]
        assert inside.min() > 220.0
        assert alpha[:, :30].max() < 10.0
        assert alpha[:, 60:].max() < 10.0
        # Nothing of the white that nobody is to see is at the edges.
        seen = colours[alpha > 8.0]
        assert seen[:, 1:].max() < 60.0
        assert seen[:, 0].min() > 140.0


def test_one_picture_with_alpha_among_others_suffices():
    pictures = [np.full((64, 96, 4), 255, np.uint8) for _ in range(7)] + [figure(0)]
    *before, (_, last) = decoded(made(lambda request: pictures))
    assert all(alpha.min() > 245.0 for _, alpha in before)
    assert last[:, :30].max() < 10.0


def test_clips_of_opaque_pictures_have_no_alpha():
    clip = made(lambda request: np.full((8, 32, 48, 4), 255, np.uint8))
    decoder = ClipDecoder(clip.data, clip.media_type)
    assert not decoder.info.layout.has_alpha
    decoder.close()


def test_what_can_be_seen_as_an_array_is_a_picture():
    class Seen:
        def __array__(self, dtype=None, copy=None):
            return np.zeros((32, 48, 3), np.uint8)

    clip = made(lambda request: [Seen()] * 3)
    assert (clip.width, clip.height) == (48, 32)


@pytest.mark.parametrize(
    ("picture", "told"),
    [
        (np.full((64, 64, 3), 0.5, np.float32), "float32 64×64×3"),
        (np.zeros((64, 64, 3), np.int64), "int64 64×64×3"),
        (np.zeros((64, 64, 3), bool), "bool 64×64×3"),
        (np.zeros((64, 64), np.uint8), "uint8 64×64"),
        (np.zeros((3, 64, 64), np.uint8), "uint8 3×64×64"),
        ([[[0, 0, 0]] * 8] * 8, "list"),
        (object(), "object"),
        ("frame.png", "str"),
        (None, "NoneType"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_other_pictures_are_refused_in_a_sentence(picture, told):
    with pytest.raises(GenerationInvalidError) as error:
        made(lambda request: [picture] * 3)
    assert f"returned {told} pictures" in str(error.value)
    assert "an array of uint8, 0 to 255, of the shape (height, width, 3), or 4" in str(error.value)
    assert str(error.value).count(". ") == 0


def test_a_path_that_leads_nowhere_is_told_as_it_was_written():
    with pytest.raises(GenerationInvalidError, match=r"The clip user://x\.webm cannot be read"):
        made(lambda request: "user://x.webm")


@pytest.mark.parametrize(
    "nonsense",
    [None, 5, {}, [], [np.zeros((2, 2, 3))], np.zeros((8, 32, 32)), "/no/such/file", b"no video"],
    ids=repr,
)
def test_what_is_no_clip_is_told(nonsense):
    with pytest.raises(GenerationInvalidError):
        made(lambda request: nonsense)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (ZeroDivisionError("half"), GenerationFailedError),
        (ConnectionRefusedError("nobody"), GeneratorUnreachableError),
        (GenerationInvalidError("No prompt."), GenerationInvalidError),
    ],
)
def test_errors_of_the_function(error, expected):
    def function(request):
        raise error

    with pytest.raises(expected, match=str(error)):
        made(function)


def test_gets_the_request_and_a_thread_of_its_own():
    seen = []

    def function(request):
        seen.append((request, threading.current_thread()))
        return video()

    made(function)
    assert seen[0][0] == wanted()
    assert seen[0][1] is not threading.main_thread()


def test_on_progress_is_for_who_needs_it_or_names_it():
    made(lambda request, data=None: data or video())

    def asks(request, on_progress=None):
        on_progress(0.5)
        return video()

    made(asks)


def test_on_progress_tells_a_function_that_it_was_given_up():
    begun, go_on, heard = threading.Event(), threading.Event(), threading.Event()

    def function(request, on_progress):
        begun.set()
        go_on.wait(DEADLINE)
        try:
            on_progress(0.5)
        except GenerationCancelledError:
            heard.set()
            raise

    async def whole():
        backend = CallableBackend(function)
        making = asyncio.ensure_future(backend.generate(wanted(), lambda part: None))
        assert await asyncio.to_thread(begun.wait, DEADLINE)
        making.cancel()
        with pytest.raises(asyncio.CancelledError):
            await making
        go_on.set()
        assert await asyncio.to_thread(heard.wait, DEADLINE)
        await backend.close()

    asyncio.run(whole())


def test_encoding_ends_when_the_clip_is_given_up():
    asked, go_on = threading.Event(), threading.Event()

    class Pictures:
        count = 0

        def __len__(self):
            return 1000

        def __getitem__(self, index):
            if index >= len(self):
                raise IndexError
            self.count += 1
            if self.count > len(self):  # it is encoding, not looking at them
                asked.set()
                assert go_on.wait(DEADLINE)
            return picture

    picture = np.zeros((32, 32, 3), np.uint8)
    pictures = Pictures()

    async def whole():
        backend = CallableBackend(lambda request: pictures)
        making = asyncio.ensure_future(backend.generate(wanted(), lambda part: None))
        assert await asyncio.to_thread(asked.wait, DEADLINE)
        making.cancel()
        with pytest.raises(asyncio.CancelledError):
            await making
        go_on.set()
        await backend.close()

    asyncio.run(whole())  # waits for the thread
    assert pictures.count < 1010
