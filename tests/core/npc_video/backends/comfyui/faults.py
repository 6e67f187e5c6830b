"""What goes wrong between server and client: the same tests for the fake and for a real one."""

import asyncio
from abc import ABC, abstractmethod
from contextlib import AsyncExitStack
from dataclasses import replace

import pytest
from npc_video.backends.base import ClipPart
from npc_video.backends.comfyui import ComfyUiBackend, CustomWorkflow
from npc_video.backends.comfyui import backend as comfyui_backend
from npc_video.errors import (
    ClipTooLargeError,
    GenerationCancelledError,
    GenerationFailedError,
    GenerationInvalidError,
    GenerationRefusedError,
)
from npc_video.media.container import MediaLimits
from npc_video.media.picture_file import decode_preview

from ..serving import answer
from .client import asked, make, until_pending, until_running
from .gate import Cut, Gate
from .recorded import CLIP, picture, still

MP4 = "video/mp4"
PAGE = b"<!doctype html><html><title>Please log in</title>"


def first(count, start, said):
    """Answers the first questions of a path by itself."""
    left = [count]

    def answers(question):
        if question.path.startswith(start) and left[0]:
            left[0] -= 1
            return said
        return None

    return answers


def cut(length=300):
    """An answer that ends before it said it would."""
    whole = answer(body=CLIP, media_type=MP4)
    return Cut(whole[: whole.index(b"\r\n\r\n") + 4 + length])


class FaultTests(ABC):
    DEADLINE = 60.0

    @abstractmethod
    def serve(self):
        """An async context manager of a server with `port`."""

    def run(self, test, workflow=None, answers=None, *, reconnect_timeout=5.0, **options):
        """Runs `test(gate, backend)` with a gate that answers so."""

        async def whole():
            async with AsyncExitStack() as stack:
                server = await stack.enter_async_context(self.serve())
                gate = Gate(server.port, *([answers] if answers else []))
                await stack.enter_async_context(gate)
                workflow_ = workflow or CustomWorkflow(still())
                backend = ComfyUiBackend(
                    gate.url, workflow_, reconnect_timeout=reconnect_timeout, **options
                )
                stack.push_async_callback(backend.close)
                await asyncio.wait_for(test(gate, backend), self.DEADLINE)

        asyncio.run(whole())

    @pytest.mark.parametrize(
        ("count", "said"),
        [
            (3, answer(502, "Bad Gateway", "text/html")),
            (2, answer(404, "404: Not Found", "text/plain")),
            (1, answer(401)),
            (1, answer(500)),
            (1, answer(body=b"", media_type=MP4)),
            (2, answer(body=PAGE, media_type="text/html")),
            (2, cut()),
            (1, answer(body=CLIP[:600], media_type=MP4)),
        ],
        ids=["gateway", "late", "refused", "failed", "empty", "page", "broken off", "half"],
    )
    def test_a_clip_that_is_made_is_fetched_until_it_comes(self, count, said):
        async def test(gate, backend):
            assert (await make(backend)).duration > 0.5
            assert gate.count("POST", "/prompt") == 1

        self.run(test, answers=first(count, "/view", said))

    @pytest.mark.parametrize("path", ["/system_stats", "/object_info", "/upload", "/prompt"])
    def test_a_gate_that_fails_now_and_then(self, path):
        async def test(gate, backend):
            assert (await make(backend)).data

        self.run(test, answers=first(2, path, answer(502)))

    @pytest.mark.parametrize("path", ["/system_stats", "/object_info"])
    def test_the_doctor_is_not_misled_by_one(self, path):
        async def test(gate, backend):
            assert (await backend.health()).is_ready

        self.run(test, answers=first(1, path, answer(504)))

    def test_what_was_shown_of_a_clip_is_not_told_twice(self):
        async def test(gate, backend):
            early = []
            clip = await make(backend, early=early)
            told = b"".join(each.data for each in early if isinstance(each, ClipPart))
            assert told == cut(300)[-len(told) :]
            assert len(told) == 300
            assert len(clip.data) > 300

        self.run(test, answers=first(1, "/view", cut(300)))

    def test_a_page_in_the_place_of_a_clip_is_told(self):
        async def test(gate, backend):
            with pytest.raises(GenerationInvalidError, match="a web page: 'Please log in'"):
                await make(backend)

        page = answer(body=PAGE, media_type="text/html")
        self.run(test, answers=first(-1, "/view", page), reconnect_timeout=0.0)

    def test_a_clip_that_never_comes_is_told(self):
        async def test(gate, backend):
            with pytest.raises(GenerationInvalidError, match=r"has made .*mp4, but does not"):
                await make(backend)

        self.run(test, answers=first(-1, "/view", answer(404)), reconnect_timeout=0.0)

    @pytest.mark.parametrize("status", [401, 403, 429, 500, 502, 503])
    def test_one_bad_answer_is_not_the_end_of_a_job(self, status):
        async def test(gate, backend):
            assert (await make(backend)).data
            assert gate.count("POST", "/prompt") == 1

        self.run(test, answers=first(2, "/history", answer(status)))

    def test_but_many_are(self):
        async def test(gate, backend):
            with pytest.raises(GenerationRefusedError, match="401"):
                await make(backend)

        self.run(test, answers=first(-1, "/history", answer(401)), reconnect_timeout=0.1)

    def test_a_queue_that_is_hidden(self):
        async def test(gate, backend):
            assert (await make(backend)).data

        self.run(test, answers=first(-1, "/queue", answer(404)))

    def test_a_history_that_was_cleared_after_the_end_was_told(self):
        async def test(gate, backend):
            assert (await make(backend)).data
            assert gate.count("POST", "/prompt") == 1

        self.run(test, answers=first(-1, "/history", answer(body={})))

    @pytest.mark.parametrize("once", [True, False])
    def test_a_history_that_was_cleared_where_nothing_is_told(self, once, monkeypatch):
        monkeypatch.setattr(comfyui_backend, "_SOCKET_SECONDS", 0.1)

        async def test(gate, backend):
            assert (await make(backend)).data
            assert gate.count("POST", "/prompt") == 1

        self.run(test, answers=blind(), finish_started=once)

    def test_a_history_that_was_cleared_with_its_files(self, monkeypatch):
        monkeypatch.setattr(comfyui_backend, "_SOCKET_SECONDS", 0.1)

        async def test(gate, backend):
            with pytest.raises(GenerationFailedError, match="history was cleared"):
                await make(backend)

        slow = CustomWorkflow(still(slow=1.0))
        self.run(test, slow, blind(first(-1, "/view", answer(404))))

    def test_a_job_that_is_taken_out_of_the_queue(self):
        async def test(gate, backend):
            running = asyncio.ensure_future(make(backend))
            await until_running(backend, 1)
            waiting = asyncio.ensure_future(make(backend))
            await until_pending(backend, 1)
            await backend._session.ask("POST", "queue", json={"clear": True})
            queued = (await backend._session.ask("GET", "queue")).json()["queue_pending"]
            if queued:
                await backend._session.ask("POST", "queue", json={"delete": [queued[0][1]]})
            with pytest.raises(GenerationCancelledError, match="removed the job"):
                await waiting
            assert (await running).data

        self.run(test, CustomWorkflow(still(slow=1.5)))

    def test_a_picture_that_the_server_has_lost_is_sent_again(self):
        state = {"lose": False}

        def answers(question):
            if question.path != "/prompt" or not state["lose"]:
                return None
            state["lose"] = False
            name = question.json["prompt"]["7"]["inputs"]["image"]
            details = f"image - Invalid image file: {name}"
            said = {"type": "custom_validation_failed", "message": "…", "details": details}
            errors = {"7": {"errors": [said], "class_type": "LoadImage"}}
            return answer(400, {"error": {"message": "…"}, "node_errors": errors})

        async def test(gate, backend):
            for _ in range(2):
                assert (await make(backend)).data
                assert gate.count("POST", "/upload/image") == 1
            state["lose"] = True
            assert (await make(backend)).data
            assert gate.count("POST", "/upload/image") == 2

        self.run(test, answers=answers)

    @pytest.mark.parametrize(("size", "sent"), [(1500, 1024), (1024, 1024), (64, 64)])
    def test_portraits_are_sent_as_large_as_a_model_can_use(self, size, sent):
        async def test(gate, backend):
            request = replace(asked(), image=picture(size=size))
            assert (await make(backend, request)).data
            (upload,) = [q.body for q in gate.passed if q.path == "/upload/image"]
            png = upload[upload.index(b"\x89PNG") : upload.index(b"IEND") + 8]
            still = decode_preview(png, "image/png", MediaLimits())
            assert (still.width, still.height) == (max(sent, 256), max(sent, 256))

        self.run(test)

    def test_a_portrait_that_a_gate_refuses_is_named(self):
        async def test(gate, backend):
            with pytest.raises(ClipTooLargeError, match=r"The NPC's picture of \d+ bytes"):
                await make(backend)

        self.run(test, answers=first(-1, "/upload", answer(413)))


def blind(more=lambda question: None):
    """No websocket, and a history that forgets all: nothing is told of a job but that it runs."""

    def answers(question):
        if question.path == "/ws":
            return answer(400)
        if question.path.startswith("/history"):
            return answer(body={})
        return more(question)

    return answers
