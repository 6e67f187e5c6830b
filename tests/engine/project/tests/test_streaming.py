"""Clips that play before their last byte is there, from a server that sends as a test lets it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np
from clips import COUNT, HEIGHT, WIDTH, grey, make_clip
from ears import in_step
from engine_tests import EngineTest, Steps, until
from godot import Image
from npc_video import GeneratedClip, HttpBackend
from npc_video.backends.base import Backend, Preview
from npc_video.errors import GenerationError
from npc_video.generation.events import Previewed
from npc_video_player.clips.clip_layer import ClipLayer
from npc_video_player.resources.http_backend import NpcHttpBackend
from npc_video_player.screen.placeholder import Placeholder
from players import BARE, made_player
from window import drawn, picture

FRAGMENTS = {"movflags": "frag_keyframe+empty_moov+default_base_moof"}
DEADLINE = 20.0
START = 20
STEP = 9  # of the grey from one frame to the next
HELD = COUNT * 2 // 3 - 1


class Answer:
    """One answer, of which a test lets go as much as it wants."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._let_go, self._broken = 0, False
        self.sent = 0

    def let_go(self, count: int) -> None:
        with self._changed:
            self._let_go = count
            self._changed.notify_all()

    def break_off(self) -> None:
        with self._changed:
            self._broken = True
            self._changed.notify_all()

    def write(self, data: bytes, handler: BaseHTTPRequestHandler) -> None:
        while self.sent < len(data) and not self._broken:
            with self._changed:
                self._changed.wait_for(lambda: self._let_go > self.sent or self._broken, DEADLINE)
                end = min(self._let_go, len(data))
            handler.wfile.write(data[self.sent : end])
            handler.wfile.flush()
            self.sent = end
        handler.close_connection = True


class Server(ThreadingHTTPServer):
    """Answers the first question with the first of its answers, and so on; then it refuses.

    Attributes:
        names: what is asked for is answered with an address, at which the answers are.
    """

    daemon_threads = True

    def __init__(self, data: bytes, count: int, names: bool):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.data = data
        self.answers = [Answer() for _ in range(count)]
        self.asked = self.made = 0
        self.names = names
        self.url = f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.server.made += 1
        if not self.server.names:
            self.do_GET()
            return
        said = b'{"videoUrl": "/clip.mp4"}'
        self.send_response(200)
        self.send_header("content-length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def do_GET(self) -> None:
        number, self.server.asked = self.server.asked, self.server.asked + 1
        if number >= len(self.server.answers):
            self.send_error(400, "No more")
            return
        self.send_response(200)
        self.send_header("content-type", "video/mp4")
        self.send_header("content-length", str(len(self.server.data)))
        self.end_headers()
        self.server.answers[number].write(self.server.data, self)

    def log_request(self, *arguments: Any) -> None:
        """Nothing is printed, as a test's output is looked at."""

    log_error = log_request


@contextmanager
def serving(data: bytes, count: int = 1, *, names: bool = False) -> Iterator[Server]:
    with Server(data, count, names) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            for answer in server.answers:
                answer.break_off()
            server.shutdown()
            thread.join()


def steps_clip(**arguments: Any) -> bytes:
    """Each frame is a grey of its own."""
    options = {"qp": "0", "bf": "0", "g": str(COUNT // 3)}
    return make_clip(grey(lambda index: START + STEP * index), options=options, **arguments).data


class Shown:
    """A player, and what it told."""

    def __init__(
        self, test: EngineTest, server: Server, made_by: Backend | None = None, **properties: Any
    ):
        backend = NpcHttpBackend()
        backend.url = server.url
        settings = {"fallback": "placeholder", "progressive": False, "predictive": False}
        player = self.player = made_player(
            (WIDTH, HEIGHT), backend=backend, **(BARE | settings | properties)
        )
        self.started: list[Any] = []
        self.reasons: list[str] = []
        self.loops = 0
        player.clip_started.connect(self.started.append)
        player.generation_failed.connect(self.reasons.append)
        player.clip_looped.connect(self._looped)
        if made_by is not None:
            player.set_backend(made_by)
        # It asks for what it shows at rest, the first answer.
        test.add_child(player)

    def _looped(self) -> None:
        self.loops += 1

    @property
    def reel(self) -> Any:
        top = self.player._director.screen.layers.top
        return top.reel if isinstance(top, ClipLayer) else None

    @property
    def is_whole(self) -> bool:
        return self.reel is not None and bool(self.reel.clip.data)

    def has_come_to(self, number: int) -> bool:
        return self.reel is not None and self.reel.playback.shot.number == number


def early_part(data: bytes) -> int:
    """How many bytes are needed to see frames up to `HELD`, which is the last of two fragments."""
    third = data.index(b"moof", data.index(b"moof", data.index(b"moof") + 1) + 1)
    return third + 40


def number_on_screen(test: EngineTest) -> int:
    number = (picture(test)[:HEIGHT, :WIDTH].mean() - START) / STEP
    assert abs(number - round(number)) < 0.3, number
    return round(number)


def test_a_clip_is_seen_before_its_last_byte_and_loops_without_a_seam(test: EngineTest) -> Steps:
    data = steps_clip(muxing=FRAGMENTS)
    with serving(data) as server:
        shown, answer = Shown(test, server), server.answers[0]
        answer.let_go(early_part(data))
        yield from until(lambda: shown.started, DEADLINE)
        assert answer.sent <= early_part(data)
        assert shown.started[0]["width"] == WIDTH
        assert shown.started[0]["height"] == HEIGHT
        reel = shown.reel
        yield from until(lambda: shown.has_come_to(HELD))
        yield from drawn()
        # However long nothing comes, the picture stays.
        for _ in range(30):
            yield
            assert number_on_screen(test) == HELD
        assert shown.loops == 0
        answer.let_go(len(data))
        numbers = [HELD]
        while shown.loops < 2:
            yield
            number = number_on_screen(test)
            if number != numbers[-1]:
                numbers.append(number)
        assert shown.is_whole
        assert shown.reel is reel, "it goes on and is not opened again"
        steps = np.diff(numbers) % COUNT
        # A frame of the engine that takes long leaves out what was due within it, and goes on.
        assert sorted(steps)[len(steps) // 2] == 1, numbers
        assert max(steps) < COUNT // 4, numbers
        assert len(shown.started) == 1
        assert not shown.reasons


def test_one_that_breaks_off_holds_its_picture_and_is_told(test: EngineTest) -> Steps:
    data = steps_clip(muxing=FRAGMENTS)
    with serving(data) as server:
        shown, answer = Shown(test, server), server.answers[0]
        answer.let_go(early_part(data))
        yield from until(lambda: shown.has_come_to(HELD), DEADLINE)
        answer.break_off()
        yield from until(lambda: shown.reasons, DEADLINE)
        yield from drawn(10)
        assert number_on_screen(test) == HELD
        assert len(shown.reasons) == 1, shown.reasons
        assert "closed the connection" in shown.reasons[0], shown.reasons
        assert len(shown.started) == 1
        assert server.made == 1


def test_one_that_broke_off_on_its_way_goes_on_when_it_is_fetched_again(test: EngineTest) -> Steps:
    data = steps_clip(muxing=FRAGMENTS)
    with serving(data, count=2, names=True) as server:
        shown, (first, second) = Shown(test, server), server.answers
        first.let_go(early_part(data))
        yield from until(lambda: shown.has_come_to(HELD), DEADLINE)
        reel = shown.reel
        first.break_off()
        second.let_go(len(data))
        yield from until(lambda: shown.is_whole, DEADLINE)
        assert shown.reel is reel
        yield from until(lambda: shown.loops)
        assert (server.made, len(shown.started)) == (1, 1)
        assert not shown.reasons


class Free(HttpBackend):
    """A service whose clips cost nothing: what is lost is made again."""

    async def generate(self, *asked: Any) -> GeneratedClip:
        try:
            return await super().generate(*asked)
        except GenerationError as error:
            error.has_begun = False
            raise


def test_after_one_that_broke_off_the_next_attempt_is_shown_from_its_beginning(
    test: EngineTest,
) -> Steps:
    data = steps_clip(muxing=FRAGMENTS)
    with serving(data, count=2) as server:
        shown, (first, second) = Shown(test, server, Free(server.url)), server.answers
        first.let_go(early_part(data))
        yield from until(lambda: shown.has_come_to(HELD), DEADLINE)
        broken = shown.reel
        first.break_off()
        second.let_go(len(data))
        yield from until(lambda: shown.is_whole, DEADLINE)
        assert shown.reel is not broken
        yield from until(lambda: shown.loops)
        assert len(shown.started) == 1
        assert not shown.reasons


def test_an_index_at_the_end_is_waited_for_in_silence(test: EngineTest) -> Steps:
    data = steps_clip()
    with serving(data) as server:
        shown, answer = Shown(test, server), server.answers[0]
        answer.let_go(len(data) - 1)
        yield from until(lambda: answer.sent == len(data) - 1, DEADLINE)
        for _ in range(20):
            yield
        assert [*shown.started, *shown.reasons] == []
        answer.let_go(len(data))
        yield from until(lambda: shown.started and shown.is_whole, DEADLINE)
        yield from until(lambda: shown.loops)
        assert not shown.reasons


def test_one_that_is_played_once_ends_when_it_is_whole(test: EngineTest) -> Steps:
    data = steps_clip(muxing=FRAGMENTS)
    with serving(data) as server:
        shown, answer = Shown(test, server, loop=False), server.answers[0]
        finished: list[int] = []
        shown.player.clip_finished.connect(lambda: finished.append(1))
        answer.let_go(early_part(data))
        yield from until(lambda: shown.has_come_to(HELD), DEADLINE)
        for _ in range(30):
            yield
        assert not finished
        answer.let_go(len(data))
        yield from until(lambda: finished, DEADLINE)
        yield from drawn()
        assert number_on_screen(test) == COUNT - 1


def test_players_share_what_comes_in(test: EngineTest) -> Steps:
    data = steps_clip(muxing=FRAGMENTS)
    with serving(data) as server:
        first, second = Shown(test, server), Shown(test, server)
        server.answers[0].let_go(early_part(data))
        yield from until(lambda: first.started and second.started, DEADLINE)
        assert first.reel is second.reel
        server.answers[0].let_go(len(data))
        yield from until(lambda: first.loops and second.loops, DEADLINE)
        assert first.reel is second.reel
        assert (len(first.started), len(second.started), server.asked) == (1, 1, 1)


def test_who_asks_again_while_it_comes_in_keeps_it(test: EngineTest) -> Steps:
    data = steps_clip(muxing=FRAGMENTS)
    with serving(data) as server:
        shown = Shown(test, server)
        server.answers[0].let_go(early_part(data))
        yield from until(lambda: shown.started, DEADLINE)
        reel = shown.reel
        assert shown.player.request({})
        yield from drawn()
        assert shown.reel is reel
        server.answers[0].let_go(len(data))
        yield from until(lambda: shown.is_whole, DEADLINE)
        assert shown.reel is reel
        assert server.asked == 1


def test_who_leaves_does_not_wait_for_it(test: EngineTest) -> Steps:
    data = steps_clip(muxing=FRAGMENTS)
    with serving(data) as server:
        shown = Shown(test, server)
        server.answers[0].let_go(early_part(data))
        yield from until(lambda: shown.started, DEADLINE)
        playback = shown.reel.playback
        test.remove_child(shown.player)
        shown.player.free()
        yield from until(lambda: playback._filling.done())


def preview_of(level: int) -> Preview:
    """A still of 8×6 pixels, grey, with a lighter middle."""
    pixels = np.full((6, 8, 3), level, np.uint8)
    pixels[2:4, 3:5] += 60
    image = Image.create_from_data(8, 6, False, Image.FORMAT_RGB8, pixels.tobytes())
    return Preview(bytes(image.save_png_to_buffer()), "image/png")


def preview(shown: Shown, still: Preview) -> Steps:
    """As if the generator told it; then waits until it is all that is seen."""
    director = shown.player._director
    before = shown.player._director.screen.layers.top
    director._take(Previewed(director.wanted, still))
    layers = shown.player._director.screen.layers
    yield from until(lambda: layers.top is not before and len(layers) == 1)
    yield from drawn()


def test_stills_are_seen_smooth_until_the_clip_is_there(test: EngineTest) -> Steps:
    data = steps_clip(muxing=FRAGMENTS)
    with serving(data) as server:
        shown = Shown(test, server)
        for level in (60, 120):
            yield from preview(shown, preview_of(level))
            seen = picture(test)[:HEIGHT, :WIDTH, 0]
            assert abs(seen[4, 4] - level) <= 2
            assert seen[HEIGHT // 2, WIDTH // 2] > level + 40
            assert np.abs(np.diff(seen, axis=1)).max() <= 6, "no edge of a pixel is seen"
        assert [*shown.started, *shown.reasons] == []
        server.answers[0].let_go(len(data))
        yield from until(lambda: shown.started, DEADLINE)
        # What moves is not covered again.
        shown.player._director._take(Previewed(shown.player._director.wanted, preview_of(60)))
        yield from until(lambda: shown.loops)
        assert shown.is_whole


def test_stills_go_with_the_attempt(test: EngineTest) -> Steps:
    with serving(b"x") as server:
        shown = Shown(test, server)
        yield from preview(shown, preview_of(60))
        server.answers[0].break_off()
        yield from until(lambda: shown.reasons, DEADLINE)
        assert isinstance(shown.player._director.screen.layers.top, Placeholder)


def test_a_damaged_still_changes_nothing(test: EngineTest) -> Steps:
    with serving(b"x") as server:
        shown = Shown(test, server)
        top = shown.player._director.screen.layers.top
        director = shown.player._director
        director._take(Previewed(director.wanted, Preview(b"\x89PNG and no more", "image/png")))
        yield from until(lambda: shown.player._director.screen.previews._coming is None)
        assert shown.player._director.screen.layers.top is top


def test_its_sound_begins_when_all_of_it_is_there(test: EngineTest) -> Steps:
    times = np.arange(48000 * 3) / 48000
    tone = (3000 * np.sin(2 * np.pi * 440 * times)).astype(np.int16)
    data = steps_clip(muxing=FRAGMENTS, sound=tone)
    with serving(data) as server:
        shown = Shown(test, server)
        # Its pictures are written first, and then its sound.
        server.answers[0].let_go(len(data) - 1)
        yield from until(lambda: shown.started, DEADLINE)
        assert shown.reel.sound is None
        server.answers[0].let_go(len(data))
        yield from until(
            lambda: shown.player._director.screen.layers.top.sound is not None, DEADLINE
        )
        yield from in_step(shown.player)
