"""No server of this machine is sought behind a proxy, whatever system or environment say."""

import asyncio
import urllib.request

import pytest
from npc_video.backends.comfyui.feed import Feed
from npc_video.backends.direct import is_direct, is_this_machine
from npc_video.backends.http_session import HttpSession

from .comfyui.fake import FakeComfy
from .serving import Server, answer, serving

PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")


@pytest.fixture
def proxy(monkeypatch):
    """Names a proxy to all that ask, at a port where nobody listens unless the test does."""

    def name(url="http://127.0.0.1:9"):
        for variable in PROXIES:
            monkeypatch.setenv(variable, url)

    for variable in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(variable, raising=False)
    name()
    return name


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "LocalHost.",
        "game.localhost",
        "127.0.0.1",
        "127.200.3.4",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0.0.0.0",
        "[::1]",
        "[0:0:0:0:0:0:0:1]",
        "[::ffff:127.0.0.1]",
        "[::]",
    ],
)
def test_this_machine_in_every_spelling(host):
    assert is_this_machine(host)
    assert is_direct(host)


@pytest.mark.parametrize(
    "host",
    [
        "example.org",
        "localhost.example.org",
        "notlocalhost",
        "127.0.0.1.example.org",
        "192.168.1.2",
        "128.0.0.1",
        "[2001:db8::1]",
        "[::ffff:8.8.8.8]",
        "1270000000000",
    ],
)
def test_other_machines(host):
    assert not is_this_machine(host)


def test_what_the_system_excepts_from_its_proxy_is_asked_directly(monkeypatch):
    monkeypatch.setattr(urllib.request, "proxy_bypass", lambda host: host == "render.lan")
    assert is_direct("render.lan")
    assert not is_direct("example.org")


async def ask(url):
    session = HttpSession(url)
    try:
        return await session.ask("GET", "hello")
    finally:
        await session.close()


@pytest.mark.parametrize(
    ("bound", "host"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("127.0.0.1", "127.1"),
        ("127.0.0.1", "localhost"),
        ("127.0.0.1", "LOCALHOST"),
        ("127.3.2.1", "127.3.2.1"),
        ("::1", "[::1]"),
        ("::1", "[0:0:0:0:0:0:0:1]"),
    ],
)
def test_a_server_of_this_machine_is_reached_past_the_proxy(proxy, bound, host):
    async def handle(question):
        return answer(body={"path": question.path})

    async def test():
        server = Server(handle, host=bound)
        try:
            await server.start()
        except OSError:
            pytest.skip(f"this machine has no address {bound}")
        try:
            return await ask(f"http://{host}:{server.port}")
        finally:
            await server.stop()

    assert asyncio.run(test()).json() == {"path": "/hello"}


def test_a_server_that_one_of_this_machine_points_to_is_reached_too(proxy):
    async def elsewhere(question):
        return answer(body="there")

    async def test():
        async with serving(elsewhere) as target:
            there = target.url.replace("127.0.0.1", "localhost")

            async def handle(question):
                return answer(302, location=f"{there}/x")

            async with serving(handle) as server:
                session = HttpSession(server.url, allowed_origins=[there])
                try:
                    return await session.ask("GET", "hello")
                finally:
                    await session.close()

    assert asyncio.run(test()).json() == "there"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_its_websocket_is_reached_too(proxy, host):
    async def test():
        fake = FakeComfy()
        await fake.start()
        session = HttpSession(f"http://{host}:{fake.server.port}")
        feed = Feed(session, "test")
        try:
            await feed.open(20.0)
            assert feed.is_open
        finally:
            await feed.close()
            await session.close()
            await fake.stop()

    asyncio.run(test())


def test_other_servers_are_asked_through_the_proxy(proxy):
    async def handle(question):
        return answer(body=question.headers["host"])

    async def test():
        async with serving(handle) as server:
            proxy(server.url)
            return await ask("http://video.example.org")

    assert asyncio.run(test()).json() == "video.example.org"
