"""Whatever a server does, the request ends in the right typed error, within its time."""

import asyncio
import gc
import gzip
import ssl
import threading
from pathlib import Path

import pytest
from npc_video.backends.http.backend import HttpBackend
from npc_video.backends.http_session import Limits
from npc_video.backends.token import Token
from npc_video.errors import (
    ClipTooLargeError,
    GenerationCancelledError,
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

CERTIFICATE = Path(__file__).parents[4] / "data" / "tls" / "untrusted.pem"
LIMITS = Limits(
    connect_seconds=2.0,
    answer_seconds=0.5,
    generate_seconds=0.5,
    max_bytes=100_000,
    max_json_bytes=50_000,
)
# Far above what the limits allow, for slow machines.
DEADLINE = 10.0
VIDEO_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: video/webm\r\n"
FOREVER = b"content-length: 1000000000\r\n\r\n"


async def reset_at_once(question):
    reset(question.writer)


async def reset_in_the_head(question):
    question.writer.write(b"HTTP/1.1 200 OK\r\ncontent-")
    await question.writer.drain()
    reset(question.writer)


async def reset_in_the_body(question):
    question.writer.write(VIDEO_HEAD + b"content-length: 5000\r\n\r\n" + video()[:300])
    await question.writer.drain()
    await asyncio.sleep(0.02)
    reset(question.writer)


async def close_at_once(question):
    return None


async def never_answer(question):
    await asyncio.Event().wait()


async def slow_head(question):
    for byte in VIDEO_HEAD:
        question.writer.write(bytes([byte]))
        await asyncio.sleep(1.0)


async def one_byte_a_second(question):
    question.writer.write(VIDEO_HEAD + b"content-length: 5000\r\n\r\n")
    for byte in video():
        question.writer.write(bytes([byte]))
        await asyncio.sleep(1.0)


async def endless_body(question):
    question.writer.write(VIDEO_HEAD + b"transfer-encoding: chunked\r\n\r\n")
    while True:
        question.writer.write(b"4000\r\n" + bytes(0x4000) + b"\r\n")
        await question.writer.drain()


async def endless_head(question):
    question.writer.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        question.writer.write(b"x-filler: " + b"y" * 1000 + b"\r\n")
        await question.writer.drain()


async def gzip_bomb(question):
    body = gzip.compress(bytes(20_000_000))
    return answer(body=body, media_type="video/webm", content_encoding="gzip")


async def redirect_in_a_circle(question):
    if question.method == "POST":
        return answer(body={"videoUrl": "/v.webm"})
    return answer(302, location="/v.webm")


async def redirect_elsewhere(question):
    if question.method == "POST":
        return answer(body={"videoUrl": "/v.webm"})
    return answer(302, location="http://127.0.0.2:9/v.webm")


def says(status=200, body=b"", **more):
    async def handle(question):
        return answer(status, body, **more)

    return handle


FAULTS = {
    "reset at once": (reset_at_once, GeneratorUnreachableError),
    "reset in the head": (reset_in_the_head, GeneratorUnreachableError),
    "reset in the body": (reset_in_the_body, GeneratorUnreachableError),
    "closed at once": (close_at_once, GeneratorUnreachableError),
    "no answer": (never_answer, GeneratorUnreachableError),
    "slow head": (slow_head, GeneratorUnreachableError),
    "one byte a second": (one_byte_a_second, GeneratorUnreachableError),
    "endless head": (endless_head, GeneratorUnreachableError),
    "endless body": (endless_body, ClipTooLargeError),
    "shorter than said": (
        lambda question: short(question),
        GeneratorUnreachableError,
    ),
    "longer than said": (
        says(body=video(), media_type="video/webm", content_length=200),
        GenerationInvalidError,
    ),
    "a length too large": (
        lambda question: head_only(question),
        GeneratorUnreachableError,
    ),
    "no http": (lambda question: raw(b"SSH-2.0-OpenSSH\r\n\r\n"), GeneratorUnreachableError),
    "wrong type": (says(body=b"<html>", media_type="text/html"), GenerationInvalidError),
    "text called video": (says(body=b"x" * 99, media_type="video/mp4"), GenerationInvalidError),
    "a damaged video": (
        says(body=video()[:60] + bytes(900), media_type="video/webm"),
        GenerationInvalidError,
    ),
    "nothing": (says(media_type="video/webm"), GenerationInvalidError),
    "bad json": (says(body=b'{"id": '), GenerationInvalidError),
    "deep json": (says(body=b"[" * 40_000), GenerationInvalidError),
    "a list": (says(body=[1, 2]), GenerationInvalidError),
    "an address that is none": (says(body={"videoUrl": 5}), GenerationInvalidError),
    "an address of a file": (
        says(body={"videoUrl": "file:///etc/passwd"}),
        GenerationInvalidError,
    ),
    "an address elsewhere": (
        says(body={"videoUrl": "http://127.0.0.2:9/v.webm"}),
        GenerationInvalidError,
    ),
    "no address": (says(body={"id": 5}), GenerationInvalidError),
    "it failed": (says(body={"status": "failed", "error": "no model"}), GenerationFailedError),
    "it was cancelled": (says(body={"status": "cancelled"}), GenerationCancelledError),
    "never done": (says(202, {"statusUrl": "/s"}), GeneratorUnavailableError),
    "redirect elsewhere": (redirect_elsewhere, GenerationInvalidError),
    "redirect in a circle": (redirect_in_a_circle, GenerationInvalidError),
    "redirect of what is sent": (says(307, location="/other"), GenerationInvalidError),
    "gzip bomb": (gzip_bomb, ClipTooLargeError),
    "gzip that breaks off": (
        says(body=gzip.compress(video())[:-9], media_type="video/webm", content_encoding="gzip"),
        GenerationInvalidError,
    ),
    "gzip that is none": (
        says(body=video(), media_type="video/webm", content_encoding="gzip"),
        GenerationInvalidError,
    ),
    "compressed otherwise": (
        says(body=video(), media_type="video/webm", content_encoding="br"),
        GenerationInvalidError,
    ),
    "400": (says(400, {"error": "steps"}), GenerationInvalidError),
    "401": (says(401), GenerationRefusedError),
    "404": (says(404), GenerationInvalidError),
    "413": (says(413), ClipTooLargeError),
    "429, compressed": (says(429, content_encoding="gzip"), GeneratorOverloadedError),
    "429": (says(429), GeneratorOverloadedError),
    "500": (says(500, {"error": "oom"}), GenerationFailedError),
    "502": (says(502), GeneratorUnreachableError),
    "503": (says(503), GeneratorOverloadedError),
    "endless reason": (
        lambda question: endless_reason(question),
        GenerationFailedError,
    ),
}


async def raw(data):
    return data


async def short(question):
    question.writer.write(answer(body=video(), media_type="video/webm")[:-50])


async def head_only(question):
    question.writer.write(VIDEO_HEAD + FOREVER + video())


async def endless_reason(question):
    question.writer.write(b"HTTP/1.1 500 Oh\r\ntransfer-encoding: chunked\r\n\r\n")
    while True:
        question.writer.write(b"4\r\noops\r\n")
        await asyncio.sleep(0)


async def attempt(backend):
    return await backend.generate(wanted(), lambda part: None)


def caught(handle, error, *, ssl=None, token=None):
    """The error that a server's behaviour ends in, and nothing else of it stays."""

    async def whole():
        async with serving(handle, ssl) as server:
            backend = HttpBackend(server.url, limits=LIMITS, token=token)
            with pytest.raises(error) as caught:
                await asyncio.wait_for(attempt(backend), DEADLINE)
            await backend.close()
            return caught.value

    value = asyncio.run(whole())
    assert not [t for t in threading.enumerate() if t.name.startswith("asyncio")]
    gc.collect()  # a socket that was forgotten is a warning, and so an error
    return value


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_ends_in_its_error(name):
    handle, error = FAULTS[name]
    value = caught(handle, error)
    assert type(value) is error
    assert str(value).endswith(".")
    assert len(str(value)) < 500


def test_nobody_listens():
    async def whole():
        async with serving(says()) as server:
            url = server.url
        backend = HttpBackend(url, limits=LIMITS)
        health = await backend.health()
        with pytest.raises(GeneratorUnreachableError):
            await attempt(backend)
        await backend.close()
        return health

    assert not asyncio.run(whole()).is_ready


def test_a_host_that_does_not_exist():
    async def whole():
        backend = HttpBackend("http://no-such-host.invalid", limits=LIMITS)
        with pytest.raises(GeneratorUnreachableError):
            await asyncio.wait_for(attempt(backend), DEADLINE)
        await backend.close()

    asyncio.run(whole())


def test_a_certificate_that_nobody_vouches_for():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    value = caught(says(), GeneratorUnreachableError, ssl=context)
    assert "not trusted" in str(value)


def test_overload_tells_when_to_ask_again():
    assert caught(says(429, retry_after=7), GeneratorOverloadedError).retry_after == 7.0
    date = "Wed, 21 Oct 2015 07:28:00 GMT"
    assert caught(says(503, retry_after=date), GeneratorOverloadedError).retry_after == 0.0
    assert caught(says(503, retry_after="soon"), GeneratorOverloadedError).retry_after is None


@pytest.mark.parametrize("status", [401, 403])
def test_a_refusal_names_where_the_token_came_from(status, tmp_path):
    path = tmp_path / "token"
    path.write_text("hush", "utf-8")
    refused = GenerationRefusedError
    none = str(caught(says(status), refused))
    assert "No token was sent" in none
    assert "token_env" in none
    token = Token.from_environment("NPC_VIDEO_TOKEN", {"NPC_VIDEO_TOKEN": "hush"})
    wrong = str(caught(says(status, {"error": "bad token"}), refused, token=token))
    assert "bad token" in wrong
    assert "the environment variable NPC_VIDEO_TOKEN" in wrong
    assert f"the file {path}" in str(caught(says(status), refused, token=Token.from_file(path)))
    assert "hush" not in none + wrong


def test_what_a_server_says_is_told_but_not_the_token():
    value = caught(says(500, {"error": "no model"}), GenerationFailedError)
    assert "no model" in str(value)


def test_the_game_goes_on_showing_something_under_every_fault():
    """One fault of each kind through the manager: an answer at once, then a reason."""
    kinds = {error: handle for handle, error in FAULTS.values()}
    turn = iter(kinds.values())

    async def handle(question):
        return await current["handle"](question)

    current = {}
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    context = serving(handle)
    server = asyncio.run_coroutine_threadsafe(context.__aenter__(), loop).result(DEADLINE)
    config = VideoGenerationConfig(preset="realtime", predictive=False, progressive=False)
    try:
        for number, current["handle"] in enumerate(turn):
            manager = VideoGenerationManager(config, HttpBackend(server.url, limits=LIMITS))
            params = VideoParams(npc_id="ember", seed=number)
            assert manager.request(params).fallback is not None
            events = []
            asyncio.run(until(lambda m=manager, e=events: ended(m, e), 30.0))
            assert len([e for e in events if isinstance(e, Failed)]) == 1
            manager.close()
    finally:
        asyncio.run_coroutine_threadsafe(context.__aexit__(None, None, None), loop).result(DEADLINE)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(DEADLINE)
        loop.close()


def ended(manager, events):
    events += manager.poll()
    return any(isinstance(event, Failed | ClipReady) for event in events)
