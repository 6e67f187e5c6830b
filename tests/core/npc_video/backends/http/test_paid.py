"""A job that may cost money is sent once, whatever becomes of its answers, and whoever asks."""

import asyncio
import threading
from contextlib import suppress

import pytest
from npc_video.backends.failover import FailoverBackend
from npc_video.backends.http import fetch as http_fetch
from npc_video.backends.http import jobs as http_jobs
from npc_video.backends.http.backend import HttpBackend
from npc_video.backends.http_session import Limits
from npc_video.backends.pool.backend import BackendPool
from npc_video.backends.scripted import ScriptedBackend
from npc_video.errors import (
    GenerationError,
    GenerationFailedError,
    GenerationInvalidError,
    GenerationRefusedError,
    GeneratorOverloadedError,
    GeneratorUnavailableError,
    GeneratorUnreachableError,
)
from npc_video.generation.events import ClipReady, Failed
from npc_video.manager import VideoGenerationManager
from npc_video.records import VideoGenerationConfig, VideoParams

from tests.harness.waiting import until

from ..contract import video, wanted
from ..serving import answer, reset, serving

DEADLINE = 20.0


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(http_fetch, "FETCH_RESTS", (0.01,) * 4)
    monkeypatch.setattr(http_jobs, "RESTS", (0.01,) * 4)
    monkeypatch.setattr(http_jobs, "_SEND_RESTS", (0.01,) * 3)


class Service:
    """A service whose answers a test gives: to POST, to questions about the job, to the clip's.

    Each is a function of the question, or several of which the last one goes on.
    """

    def __init__(self, post=None, status=None, clip=None):
        self.says = {
            "POST": self._several(post or accepted),
            "status": self._several(status or made),
            "clip": self._several(clip or whole),
        }
        self.posts = []
        self.cancels = 0

    @staticmethod
    def _several(says):
        return list(says) if isinstance(says, list | tuple) else [says]

    async def __call__(self, question):
        if question.method == "POST":
            self.posts.append(question)
            return self._next("POST")(question)
        if question.method == "DELETE":
            self.cancels += 1
            return answer(405)
        return self._next("clip" if question.path == "/clip.webm" else "status")(question)

    def _next(self, kind):
        says = self.says[kind]
        return says.pop(0) if len(says) > 1 else says[0]


def accepted(question):
    return answer(202, {"id": "job", "statusUrl": "/jobs/job"})


def waiting(question):
    return answer(body={"status": "running"})


def made(question):
    return answer(body={"status": "completed", "videoUrl": "/clip.webm"})


def whole(question):
    return answer(body=video(), media_type="video/webm")


def lost(question):
    reset(question.writer)


def says(status=200, body=b"", **more):
    return lambda question: answer(status, body, **more)


def run(service, test, **options):
    """Runs `test(backend)` against the service."""

    async def whole_test():
        async with serving(service) as server:
            options.setdefault("limits", Limits(answer_seconds=5.0, generate_seconds=5.0))
            backend = HttpBackend(server.url, **options)
            try:
                return await asyncio.wait_for(test(backend), DEADLINE)
            finally:
                await backend.close()

    return asyncio.run(whole_test())


async def generate(backend, **more):
    return await backend.generate(wanted(**more), lambda part: None)


def error_of(service, kind=GenerationError, **options):
    async def test(backend):
        with pytest.raises(kind) as caught:
            await generate(backend)
        return caught.value

    return run(service, test, **options)


LOSSES = {
    "after the limit": (
        Service(status=waiting),
        {"limits": Limits(generate_seconds=0.2)},
        GeneratorUnavailableError,
    ),
    "a service that went away": (Service(status=(waiting, lost)), {}, GeneratorUnreachableError),
    "a service that is down": (
        Service(status=(waiting, says(503))),
        {},
        GeneratorOverloadedError,
    ),
    "a clip that does not come": (Service(clip=lost), {}, GeneratorUnreachableError),
    "a clip that is busy for ever": (Service(clip=says(503)), {}, GeneratorOverloadedError),
    "an answer that was lost": (Service(post=lost), {}, GeneratorUnreachableError),
    "a gateway that did not wait": (Service(post=says(504)), {}, GeneratorUnreachableError),
    "a clip that nobody names": (
        Service(status=says(body={"status": "completed", "files": []})),
        {},
        GenerationInvalidError,
    ),
}


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("layer", ["alone", "pool", "failover", "cloud first"])
def test_a_job_is_sent_once(name, layer):
    template, options, error = LOSSES[name]
    service = Service()
    service.says = {kind: list(each) for kind, each in template.says.items()}
    other = ScriptedBackend()

    async def test(backend):
        wrapped = {
            "alone": lambda: backend,
            "pool": lambda: BackendPool({"http": backend, "other": other}),
            "failover": lambda: FailoverBackend(backend, other),
            "cloud first": lambda: FailoverBackend(other, backend, cloud_first=True),
        }[layer]()
        with pytest.raises(error) as caught:
            await generate(wrapped)
        assert str(caught.value).endswith(".")
        await wrapped.close()

    run(service, test, **options)
    assert len(service.posts) == 1
    assert other.begun == []


PAIRS = {
    "pool": lambda first, second: BackendPool({"first": first, "second": second}),
    "failover": lambda first, second: FailoverBackend(first, second),
}
# By a POST's answer: how many of four clips come where only the first of two hosts answers so.
ANSWERS = {
    "wrong token": (says(401), 4),
    "wrong address": (says(404), 4),
    "elsewhere": (says(301, location="/other"), 4),
    "too busy": (says(503), 4),
    "too large": (says(413), 4),
    "not allowed": (says(422, {"detail": [{"loc": ["body", "prompt"]}]}), 4),
    "broken": (says(500), 3),
    "behind a gate": (says(502), 3),
    "no video": (says(body=b"x" * 5000, media_type="video/mp4"), 3),
    "no JSON": (says(body=b"oops"), 3),
    "lost": (lost, 3),
}


@pytest.mark.parametrize("layer", PAIRS)
@pytest.mark.parametrize("name", ANSWERS)
def test_a_bad_host_does_not_swallow_what_a_good_one_makes(name, layer):
    post, clips = ANSWERS[name]
    good = ScriptedBackend()

    async def test(backend):
        both = PAIRS[layer](backend, good)
        for seed in range(4):
            with suppress(GenerationError):
                await both.generate(wanted(seed=seed), lambda part: None)
        await both.close()

    run(Service(post=post), test)
    assert len(good.begun) == clips


@pytest.mark.parametrize("layer", PAIRS)
def test_what_one_of_two_has_begun_it_is_asked_for_again(layer):
    service, other = Service(status=says(body={"status": "running"})), ScriptedBackend()

    async def test(backend):
        both = PAIRS[layer](backend, other)
        with pytest.raises(GeneratorUnavailableError):
            await generate(both)
        service.says["status"] = [made]
        assert (await generate(both)).data == video()
        await both.close()

    run(service, test, limits=Limits(answer_seconds=5.0, generate_seconds=2.0))
    assert len(service.posts) == 1
    assert other.begun == []


@pytest.mark.parametrize("layer", PAIRS)
@pytest.mark.parametrize("name", ANSWERS)
def test_of_several_hosts_each_error_says_which(name, layer):
    async def test(backend):
        other = HttpBackend(backend.place)
        both = PAIRS[layer](backend, other)
        with pytest.raises(GenerationError) as caught:
            await generate(both)
        await both.close()
        assert backend.place in str(caught.value)

    run(Service(post=ANSWERS[name][0]), test)


def test_a_host_that_clips_lie_on_is_named_and_nothing_of_the_address_but_that():
    async def broken(question):
        return answer(500, {"error": "no disk"})

    async def whole_test():
        async with serving(broken) as other:
            clip = f"{other.url}/clip.webm?signature=s3cret"
            async with serving(Service(post=says(body={"videoUrl": clip}))) as server:
                backend = HttpBackend(server.url, allowed_origins=[other.url])
                with pytest.raises(GenerationFailedError) as answered:
                    await generate(backend)
                await other.stop()
                with pytest.raises(GeneratorUnreachableError) as unreachable:
                    await generate(backend)
                await backend.close()
                for caught in (answered, unreachable):
                    assert f"The server at {other.url}" in str(caught.value)
                    assert "s3cret" not in str(caught.value)

    asyncio.run(whole_test())


@pytest.mark.parametrize(
    ("post", "status", "is_of_request"),
    [
        (says(400, {"error": "width must be a multiple of 8"}), None, True),
        (says(403, {"error": "Flagged by our content policy"}), None, True),
        (says(403, {"error": "Your plan has no videos"}), None, False),
        (says(500, {"error": "out of memory"}), None, False),
        (says(404), None, False),
        (None, says(body={"status": "failed", "error": "NSFW content"}), True),
        (None, says(body={"status": "moderated"}), True),
        (None, says(body={"status": "blocked"}), True),
        (None, says(body={"status": "failed", "error": "CUDA out of memory"}), False),
        (None, says(body={"status": "failed"}), False),
    ],
)
def test_whose_doing_it_is_can_be_told(post, status, is_of_request):
    error = error_of(Service(post=post, status=status), GenerationError)
    assert error.is_of_request is is_of_request


@pytest.mark.parametrize("name", LOSSES)
def test_the_game_is_told_and_nothing_is_sent_again(name):
    template, options, _ = LOSSES[name]
    service = Service()
    service.says = {kind: list(each) for kind, each in template.says.items()}
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    context = serving(service)
    server = asyncio.run_coroutine_threadsafe(context.__aenter__(), loop).result(DEADLINE)
    config = VideoGenerationConfig(preset="realtime", predictive=False, progressive=False)
    manager = VideoGenerationManager(config, HttpBackend(server.url, **options))
    try:
        manager.request(VideoParams(npc_id="paid"))
        events = []

        def ended():
            events.extend(manager.poll())
            return any(isinstance(event, Failed | ClipReady) for event in events)

        asyncio.run(until(ended))
        assert [type(event) for event in events if isinstance(event, Failed | ClipReady)] == [
            Failed
        ]
        assert len(service.posts) == 1
    finally:
        manager.close()
        asyncio.run_coroutine_threadsafe(context.__aexit__(None, None, None), loop).result(DEADLINE)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(DEADLINE)
        loop.close()


def test_what_the_service_has_not_taken_may_be_sent_again():
    for said in (says(429, retry_after=1), says(503)):
        assert not error_of(Service(post=said), GeneratorOverloadedError).has_begun

    async def nowhere():
        async with serving(Service()) as server:
            url = server.url
        backend = HttpBackend(url)
        with pytest.raises(GeneratorUnreachableError) as caught:
            await generate(backend)
        await backend.close()
        return caught.value

    assert not asyncio.run(nowhere()).has_begun


def test_a_job_is_sent_on_a_connection_of_its_own():
    """One that was kept may be closed in that moment, and nobody knew whether it has arrived."""
    service, seen = Service(), []

    async def noting(question):
        is_new = question.writer not in seen
        seen.append(question.writer)
        if question.method == "POST" and not is_new:
            return None
        return await service(question)

    async def test(backend):
        for seed in range(3):
            await generate(backend, seed=seed)

    run(noting, test)
    assert len(service.posts) == 3
    assert len(set(map(id, seen))) < len(seen)


class TestWantedAgain:
    """What has begun is asked for first, before another job is sent."""

    def again(self, service, first=GenerationError, **options):
        async def test(backend):
            with pytest.raises(first):
                await generate(backend)
            try:
                return await generate(backend)
            except GenerationError as error:
                return error

        return run(service, test, **options)

    def test_after_the_limit_where_the_service_goes_on_all_the_same(self):
        service = Service(status=waiting)

        async def test(backend):
            with pytest.raises(GeneratorUnavailableError):
                await generate(backend)
            service.says["status"] = [made]
            return await generate(backend)

        limits = Limits(generate_seconds=0.2)
        assert run(service, test, limits=limits).data == video()
        assert (len(service.posts), service.cancels) == (1, 1)

    def test_after_the_service_was_away(self):
        service = Service(status=(waiting, *[lost] * 5, waiting, made))
        assert self.again(service).data == video()
        assert len(service.posts) == 1

    def test_after_the_clip_did_not_come(self):
        service = Service(clip=(*[lost] * 5, whole))
        assert self.again(service).data == video()
        assert (len(service.posts), service.cancels) == (1, 0)

    def test_after_a_word_that_nobody_knows(self):
        service = Service(status=(says(body={"status": "baking"}), made))
        assert self.again(service).data == video()
        assert len(service.posts) == 1

    @pytest.mark.parametrize(
        "over",
        [
            says(404),
            says(body={"status": "failed", "error": "no memory"}),
            says(body={"status": "cancelled"}),
        ],
    )
    def test_another_is_sent_when_that_one_will_never_come(self, over):
        service = Service(status=(waiting, *[lost] * 5, over, made))
        assert self.again(service).data == video()
        assert len(service.posts) == 2

    def test_another_is_sent_after_one_that_failed(self):
        service = Service(status=(says(body={"status": "failed", "error": "no memory"}), made))
        assert self.again(service, GenerationFailedError).data == video()
        assert len(service.posts) == 2

    def test_another_is_sent_when_the_clip_never_comes(self):
        service = Service(clip=(*[says(404)] * 15, whole))

        async def test(backend):
            for _ in range(3):
                with pytest.raises(GenerationInvalidError, match="404"):
                    await generate(backend)
            assert len(service.posts) == 1
            return await generate(backend)

        assert run(service, test).data == video()
        assert len(service.posts) == 2

    def test_other_clips_have_jobs_of_their_own(self):
        service = Service(status=(waiting, *[lost] * 5, made))

        async def test(backend):
            with pytest.raises(GeneratorUnreachableError):
                await generate(backend, seed=1)
            await generate(backend, seed=2)

        run(service, test)
        assert len(service.posts) == 2


class TestIdempotencyKey:
    HEADER = "Idempotency-Key"

    def keys(self, service):
        return [question.headers.get("idempotency-key") for question in service.posts]

    def test_has_a_lost_job_sent_again_with_the_same_key(self):
        service = Service(post=(lost, lost, accepted))

        async def test(backend):
            await generate(backend)
            return await generate(backend)

        assert run(service, test, idempotency_header=self.HEADER).data == video()
        first, second, third, fourth = self.keys(service)
        assert first == second == third != fourth

    def test_is_kept_for_when_the_clip_is_wanted_again(self):
        service = Service(post=(*[lost] * 4, accepted))

        async def test(backend):
            with pytest.raises(GeneratorUnreachableError):
                await generate(backend)
            await generate(backend)

        run(service, test, idempotency_header=self.HEADER)
        assert len(service.posts) == 5
        assert len(set(self.keys(service))) == 1

    def test_is_sent_only_where_the_service_takes_one(self):
        service = Service()
        run(service, generate)
        assert self.keys(service) == [None]


def test_a_refusal_of_another_host_does_not_ask_for_a_token():
    async def forbidden(question):
        return answer(403, b"Request has expired")

    async def test(backend):
        with pytest.raises(GenerationRefusedError, match="expired") as caught:
            await generate(backend)
        assert "token" not in str(caught.value)

    async def whole_test():
        async with serving(forbidden) as other:
            service = Service(post=says(body={"videoUrl": f"{other.url}/clip.webm"}))
            async with serving(service) as server:
                backend = HttpBackend(server.url, allowed_origins=[other.url])
                await asyncio.wait_for(test(backend), DEADLINE)
                await backend.close()

    asyncio.run(whole_test())


class TestPolls:
    def test_a_job_that_is_not_known_yet_is_asked_for_again(self):
        service = Service(status=(says(404), says(404), waiting, made))
        assert run(service, generate).data == video()

    def test_a_job_that_stays_unknown_is_not(self, monkeypatch):
        monkeypatch.setattr(http_jobs, "RESTS", (0.01,) * 30)
        service = Service(status=(*[says(404)] * 10, made))
        assert "does not know the job" in str(error_of(service, GenerationInvalidError))

    def test_a_job_that_is_not_known_any_more_is_not(self):
        service = Service(status=(waiting, says(404, {"detail": "task not found"})))
        assert "task not found" in str(error_of(service, GenerationInvalidError))

    def test_a_page_in_place_of_the_answer_may_pass(self):
        page = says(body=b"<html>maintenance", media_type="text/html")
        assert run(Service(status=(page, page, made)), generate).data == video()
        told = str(error_of(Service(status=page), GenerationInvalidError))
        assert "a web page: '<html>maintenance'" in told

    def test_a_service_that_says_when_to_ask_again_is_there(self):
        busy = says(429, {"error": "slow down"}, retry_after=0)
        assert run(Service(status=(*[busy] * 20, made)), generate).data == video()

    @pytest.mark.parametrize(("rest", "limit"), [(0.01, 5.0), (60.0, 1.5)])
    def test_a_clip_that_is_made_is_not_given_up_because_nobody_names_it(
        self, rest, limit, monkeypatch
    ):
        monkeypatch.setattr(http_jobs, "RESTS", (rest,) * 4)
        service = Service(status=says(body={"status": "completed", "files": [{"href": "x"}]}))
        error = error_of(service, GenerationInvalidError, limits=Limits(generate_seconds=limit))
        assert "status, files.0.href" in str(error)
        assert service.cancels == 0

    def test_the_clip_may_be_named_a_moment_after_it_is_done(self):
        done = says(body={"status": "completed"})
        assert run(Service(status=(done, done, made)), generate).data == video()
