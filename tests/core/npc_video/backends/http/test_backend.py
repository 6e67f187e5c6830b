import asyncio
import base64
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from npc_video.backends.base import ClipPart, NpcImage
from npc_video.backends.http import jobs as http_jobs
from npc_video.backends.http.backend import HttpBackend
from npc_video.backends.http.fields import HttpFields, request_fields
from npc_video.backends.http.rules import JobRules
from npc_video.backends.http_session import Limits
from npc_video.backends.token import Token
from npc_video.errors import (
    GenerationError,
    GenerationInvalidError,
    GeneratorOverloadedError,
    GeneratorUnavailableError,
    GeneratorUnreachableError,
    InvalidDataError,
)

from tests.harness.waiting import until

from ..contract import TINY, RemoteContract, Stage, video, wanted
from ..serving import answer, reset, serving, working

DEADLINE = 20.0
PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)
STATUSES = {"refused": 401, "overloaded": 503, "failed": 500, "invalid": 422, "too large": 413}


class Service(Stage):
    """A service that answers 202 and works until it is asked twice."""

    def __init__(self):
        self.what = "clip"
        self.jobs = {}
        self.given_up = []
        self.busy = 0

    def play(self, what):
        self.what = what

    def working(self):
        return sum(state == "slow" for state in self.jobs.values())

    def handle(self, question):
        if self.what == "unreachable":
            reset(question.writer)
            return None
        if question.method == "POST":
            return self.accept(question)
        if question.path == "/clip.webm":
            return answer(body=video(), media_type="video/webm")
        job = question.path.rpartition("/")[2]
        if question.method == "DELETE":
            self.jobs.pop(job, None)
            return answer()
        if self.jobs.get(job) == "slow":
            return answer(body={"status": "running", "progress": 0.25})
        if self.jobs.get(job) == "cancelled":
            return answer(body={"status": "cancelled"})
        if self.jobs.get(job):
            self.jobs[job] = ""
            return answer(body={"status": "running", "progress": 0.5})
        self.jobs.pop(job, None)
        return answer(body={"id": job, "videoUrl": "/clip.webm", "duration": 1.0, "seed": 11})

    def accept(self, question):
        if self.what in STATUSES:
            return answer(STATUSES[self.what], {"error": "As the test says"})
        job = f"job{len(self.jobs)}x{question.json['seed']}"
        self.jobs[job] = self.what
        return answer(202, {"id": job, "statusUrl": f"/jobs/{job}"})


def async_handle(service):
    async def handle(question):
        return service.handle(question)

    return handle


class TestHttp(RemoteContract):
    @asynccontextmanager
    async def stage(self):
        service = Service()
        async with serving(async_handle(service)) as server:
            service.backend = HttpBackend(server.url)
            yield service


def run(test, handle, *, ssl=None, **options):
    """Runs `test(backend, server)` against a server that answers as `handle(question)` says."""

    async def whole():
        async with serving(handle, ssl) as server:
            options.setdefault("limits", Limits(answer_seconds=5.0, generate_seconds=5.0))
            backend = HttpBackend(server.url, **options)
            try:
                return await asyncio.wait_for(test(backend, server), DEADLINE)
            finally:
                await backend.close()
                await until(lambda: server.open_connections == 0)

    return asyncio.run(whole())


async def generate(backend, request=None, early=None):
    tell = (lambda news: None) if early is None else early.append
    return await backend.generate(request or wanted(), lambda part: None, tell)


async def send_video(question):
    return answer(body=video(), media_type="video/webm")


def asked(request=None, **options):
    """What the service is asked: the question, and the clip made of its answer."""

    async def test(backend, server):
        clip = await generate(backend, request)
        return server.questions[0], clip

    return run(test, send_video, **options)


class TestQuestion:
    def test_has_the_fields_of_the_specification(self):
        request = wanted(image=NpcImage.of(PNG))
        params = replace(
            request.params, negative_prompt="blur", loras=("a:0.5", "b"), emotion="joy"
        )
        question, _ = asked(replace(request, params=params))
        assert (question.method, question.path) == ("POST", "/api/generate-video")
        assert question.json == {
            "prompt": "a laugh",
            "negative_prompt": "blur",
            "width": 64,
            "height": 64,
            "fps": 8,
            "steps": TINY.steps,
            "cfg_scale": TINY.cfg,
            "loras": ["a:0.5", "b"],
            "seed": 7,
            "duration": 1.0,
            "npc_id": "ember",
            "npc_name": "",
            "expression": "happy",
            "emotion": "joy",
            "animation": "idle",
            "intensity": 0.5,
            "style": "",
            "image": "data:image/png;base64," + base64.b64encode(PNG).decode(),
        }

    def test_carries_token_and_headers(self):
        token = Token.from_environment("T", {"T": "hush\n"})
        question, _ = asked(token=token, headers={"X-Game": "ember"})
        assert question.headers["authorization"] == "Bearer hush"
        assert question.headers["x-game"] == "ember"

    def test_goes_to_the_path_that_was_given(self):
        assert asked(path="/v2/make")[0].path == "/v2/make"

    def test_names_fields_as_the_service_does(self):
        fields = HttpFields(
            request={"prompt": "input.text", "seed": "input.seed", "npc_id": ""},
            extra={"model": "tiny"},
        )
        said = asked(fields=fields)[0].json
        assert said["input"] == {"text": "a laugh", "seed": 7}
        assert said["model"] == "tiny"
        assert not {"prompt", "seed", "npc_id"} & set(said)

    @pytest.mark.parametrize(
        ("names", "sentence"),
        [
            ({"request": {"promt": "text"}}, "request_fields: 'promt' .* mean prompt"),
            ({"answer": {"videoUrl": "url"}}, "answer_fields: 'videoUrl' .* mean video_url"),
        ],
    )
    def test_a_name_that_is_none_of_ours_would_go_unheard(self, names, sentence):
        with pytest.raises(InvalidDataError, match=sentence):
            HttpFields(**names)

    def test_every_field_that_is_sent_can_be_named(self):
        sent = request_fields(replace(wanted(), image=NpcImage.of(PNG)))
        HttpFields(request=dict.fromkeys(sent, ""))

    def test_says_when_names_contradict_each_other(self):
        fields = HttpFields(request={"prompt": "width.text"}, extra={"width": 3})
        with pytest.raises(GenerationInvalidError, match=r"width\.text"):
            asked(fields=fields)


class TestAnswer:
    def test_the_video_itself(self):
        clip = asked()[1]
        assert clip.data == video()
        assert (clip.width, clip.height, clip.fps, clip.duration) == (64, 64, 8.0, 1.0)
        assert clip.seed == 7

    def test_a_status_url_until_it_names_the_clip(self):
        service = Service()

        async def test(backend, server):
            clip = await generate(backend)
            return clip, [question.path for question in server.questions]

        clip, paths = run(test, async_handle(service))
        assert clip.data == video()
        assert clip.seed == 11
        assert paths == ["/api/generate-video", *["/jobs/job0x7"] * 2, "/clip.webm"]

    def test_a_location_or_an_id(self):
        for options, said in (
            ({}, answer(202, {"id": 5}, location="/jobs/5")),
            ({}, answer(202, location="/jobs/5")),
            ({"status_path": "jobs/{id}"}, answer(202, {"id": 5})),
        ):

            async def handle(question, said=said):
                if question.method == "POST":
                    return said
                assert question.path == "/jobs/5"
                return await send_video(question)

            async def test(backend, server):
                return await generate(backend)

            assert run(test, handle, **options).data == video()

    def test_is_asked_for_again_soon_at_first_and_as_the_service_wishes(self):
        rules = JobRules("")
        pauses = [rules.pause({}, elapsed) for elapsed in (0.0, 0.5, 10.0, 100.0)]
        assert pauses == sorted(pauses)
        assert pauses[0] <= 0.05
        assert pauses[-1] == 1.0
        assert rules.pause({"retry-after": "7"}, 0.0) == 7.0
        assert rules.pause({"retry-after": "9999"}, 0.0) == 30.0
        assert rules.pause({"retry-after": "soon"}, 0.0) <= 0.05
        assert rules.pause({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0.0) <= 0.05

    def test_is_asked_for_no_more_often_than_the_settings_say(self):
        rules = JobRules("", poll_seconds=5.0)
        pauses = [rules.pause({}, elapsed) for elapsed in (0.0, 100.0, 500.0, 1e6)]
        assert pauses == [5.0, 5.0, 10.0, 20.0]
        assert rules.pause({"retry-after": "1"}, 0.0) == 5.0
        assert rules.pause({"retry-after": "25"}, 0.0) == 25.0

    def test_names_of_its_own(self):
        fields = HttpFields(answer={"video_url": "output.0.href"})

        async def handle(question):
            if question.method == "POST":
                return answer(body={"output": [{"href": "v.webm"}]})
            return await send_video(question)

        async def test(backend, server):
            await generate(backend)
            return server.questions[1].path

        # Relative to the address that answered.
        assert run(test, handle, fields=fields) == "/api/v.webm"

    @pytest.mark.parametrize("colours", ["bt601", "bt709"])
    def test_has_the_colours_that_the_service_is_said_to_write(self, colours):
        async def test(backend, server):
            early = []
            clip = await generate(backend, early=early)
            assert clip.untagged_colours == colours
            assert {part.untagged_colours for part in early} == {colours}

        run(test, send_video, untagged_colours=colours)

    def test_playback_may_begin_before_the_last_byte(self):
        data = video()

        async def test(backend, server):
            early = []
            making = asyncio.ensure_future(generate(backend, early=early))
            await until(lambda: early)
            assert not making.done()
            go_on.set()
            clip = await making
            assert early[0] == ClipPart(data[:100], "video/webm")
            assert b"".join(part.data for part in early) == clip.data == data

        async def handle(question):
            whole = answer(body=data, media_type="video/webm")
            question.writer.write(whole[: len(whole) - len(data) + 100])
            await go_on.wait()
            return data[100:]

        go_on = asyncio.Event()
        run(test, handle)


class TestGivingUp:
    def test_a_job_that_began_before_its_answer_came_is_given_up_too(self):
        service, go_on = Service(), asyncio.Event()
        service.play("slow")

        async def handle(question):
            said = service.handle(question)
            if question.method == "POST":
                await go_on.wait()
            return said

        async def test(backend, server):
            making = asyncio.ensure_future(generate(backend))
            await until(lambda: service.working() == 1)
            making.cancel()
            await asyncio.sleep(0)
            go_on.set()
            with pytest.raises(asyncio.CancelledError):
                await making
            assert service.working() == 0

        run(test, handle)

    def test_a_service_that_does_not_answer_is_left_soon_and_told_of_early_no_more(self):
        early, begun, left = [], asyncio.Event(), asyncio.Event()
        data = video()

        async def handle(question):
            question.writer.write(answer(body=data, media_type="video/webm")[: -len(data) + 100])
            begun.set()
            while not question.reader.at_eof():
                await question.reader.read(100)
            left.set()

        async def test(backend, server):
            making = asyncio.ensure_future(generate(backend, early=early))
            await begun.wait()
            making.cancel()
            with pytest.raises(asyncio.CancelledError):
                await making
            before = len(early)
            await left.wait()
            assert len(early) == before

        run(test, handle)

    def test_ending_in_the_middle_of_giving_up_leaves_nothing(self):
        begun = asyncio.Event()

        async def handle(question):
            begun.set()
            await question.reader.read()

        async def test(backend, server):
            making = asyncio.ensure_future(generate(backend))
            await begun.wait()
            for _ in range(3):
                making.cancel()
                await asyncio.sleep(0)
            with pytest.raises(asyncio.CancelledError):
                await making
            await until(lambda: not working())

        run(test, handle)


class Polled:
    """A service with one job, whose status is answered as `says(question)` tells, in turn."""

    def __init__(self, *says):
        self.says = list(says)
        self.asked = 0

    async def __call__(self, question):
        if question.method == "POST":
            return answer(202, {"statusUrl": "/jobs/1"})
        if question.method == "DELETE":
            return answer()
        self.asked += 1
        say = self.says.pop(0) if len(self.says) > 1 else self.says[0]
        return say(question)


def lost(question):
    reset(question.writer)


def down(question):
    return answer(503, {"error": "restarting"})


def running(question):
    return answer(body={"status": "running"})


def done(question):
    return answer(body=video(), media_type="video/webm")


class TestLostPolls:
    @pytest.mark.parametrize("failure", [lost, down, lambda question: answer(500)])
    def test_a_few_lost_ones_do_not_end_the_job(self, failure):
        service = Polled(failure, failure, running, failure, failure, failure, done)

        async def test(backend, server):
            return await generate(backend)

        assert run(test, service).data == video()
        assert service.asked == 7

    @pytest.mark.parametrize(
        ("failure", "error"), [(lost, GeneratorUnreachableError), (down, GeneratorOverloadedError)]
    )
    def test_a_service_that_stays_away_is_unreachable(self, failure, error, monkeypatch):
        monkeypatch.setattr(http_jobs, "RESTS", (0.01,) * 5)
        service = Polled(running, failure)

        async def test(backend, server):
            with pytest.raises(error):
                await generate(backend)

        run(test, service)
        assert service.asked == 7

    def test_other_errors_end_it_at_once(self):
        for status in (404, 401, 413):
            service = Polled(running, lambda question, status=status: answer(status))

            async def test(backend, server):
                with pytest.raises(GenerationError):
                    await generate(backend)

            run(test, service)
            assert service.asked == 2

    def test_the_time_for_the_clip_is_not_exceeded(self):
        service = Polled(lambda question: answer(503, retry_after=30))

        async def test(backend, server):
            with pytest.raises(GeneratorUnavailableError, match=r"was not ready after 0\.3 s"):
                await generate(backend)

        run(test, service, limits=Limits(answer_seconds=5.0, generate_seconds=0.3))


def test_from_another_origin_only_when_allowed_and_without_the_token():
    async def whole():
        async with serving(send_video) as other:

            async def handle(question):
                return answer(body={"videoUrl": other.url + "/v.webm"})

            async with serving(handle) as server:
                token = Token.from_environment("T", {"T": "hush"})
                strict = HttpBackend(server.url, token=token)
                with pytest.raises(GenerationInvalidError, match="allowed_origins"):
                    await generate(strict)
                assert other.questions == []
                open_minded = HttpBackend(server.url, token=token, allowed_origins=[other.url])
                assert (await generate(open_minded)).data == video()
                assert "authorization" not in other.questions[0].headers
                await strict.close()
                await open_minded.close()

    asyncio.run(whole())


@pytest.mark.parametrize(
    "url", ["", "ftp://host", "file:///etc/passwd", "http://", "http://a:x@b", "http://[::1"]
)
def test_refuses_what_is_no_web_address(url):
    with pytest.raises(InvalidDataError, match="url"):
        HttpBackend(url)


class TestToken:
    def test_shows_nowhere(self):
        token = Token.from_environment("NAME", {"NAME": "hush"})
        assert "hush" not in repr(token) + str(token) + repr(HttpBackend("http://x", token=token))
        assert token.reveal() == "hush"

    def test_from_a_file(self, tmp_path):
        path = tmp_path / "token"
        path.write_text("hush\n", "utf-8")
        assert Token.from_file(path).reveal() == "hush"

    def test_not_from_inside_a_project(self, tmp_path):
        (tmp_path / "project.godot").touch()
        (tmp_path / "keys").mkdir()
        path = tmp_path / "keys" / "token"
        path.write_text("hush", "utf-8")
        with pytest.raises(GenerationInvalidError, match="move it out"):
            Token.from_file(path).reveal()

    @pytest.mark.parametrize("content", ["", " \n", "two\nlines", "töken"])
    def test_must_be_one_line(self, content):
        with pytest.raises(GenerationInvalidError, match="more than one line"):
            Token.from_environment("T", {"T": content}).reveal()

    def test_that_is_missing_is_named(self, tmp_path):
        with pytest.raises(GenerationInvalidError, match="variable NAME"):
            Token.from_environment("NAME", {}).reveal()
        with pytest.raises(GenerationInvalidError, match="cannot be read"):
            Token.from_file(tmp_path / "absent").reveal()
