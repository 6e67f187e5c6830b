"""TLS, pages to log in and redirects before a server: passed, or told with a way out."""

import asyncio
import ssl
from pathlib import Path

import pytest
from npc_video.backends.comfyui import ComfyUiBackend, CustomWorkflow
from npc_video.backends.http.backend import HttpBackend
from npc_video.backends.http_session import HttpSession
from npc_video.backends.refusals import unreachable
from npc_video.backends.token import Token
from npc_video.errors import (
    GenerationInvalidError,
    GenerationRefusedError,
    GeneratorUnreachableError,
    InvalidDataError,
)

from .comfyui.client import make
from .comfyui.fake import FakeComfy
from .comfyui.recorded import tiny
from .contract import video, wanted
from .serving import answer, serving

CERTIFICATE = Path(__file__).parents[3] / "data" / "tls" / "untrusted.pem"
PAGE = "<!doctype html><html><title>{}</title>"


def tls():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    return context


def says(*given, **options):
    async def handle(question):
        return answer(*given, **options)

    return handle


def asked(handle, method="GET", path="", ssl=None, shown=str, **options):
    """What one question to a server ends in: its status, or an error."""

    async def whole():
        async with serving(handle, ssl) as server:
            session = HttpSession(shown(server.url), **options)
            try:
                return (await session.ask(method, path)).json()
            finally:
                await session.close()

    return asyncio.run(asyncio.wait_for(whole(), 20.0))


def refused(error, *given, **options):
    with pytest.raises(error) as caught:
        asked(*given, **options)
    return str(caught.value)


YES = says(body={"is": "fine"})


class TestCertificates:
    def test_of_a_file_are_trusted(self):
        assert asked(YES, ssl=tls(), certificates=CERTIFICATE.read_bytes()) == {"is": "fine"}

    def test_in_der_too(self):
        pem = CERTIFICATE.read_text("ascii")
        der = ssl.PEM_cert_to_DER_cert(pem[pem.index("-----BEGIN CERT") :])
        assert asked(YES, ssl=tls(), certificates=der) == {"is": "fine"}

    def test_of_the_environment_are_trusted(self, monkeypatch):
        monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
        assert asked(YES, ssl=tls()) == {"is": "fine"}

    def test_of_the_environment_that_are_none_are_told(self, monkeypatch, tmp_path):
        for path in (tmp_path / "absent.pem", Path(__file__)):
            monkeypatch.setenv("SSL_CERT_FILE", str(path))
            told = refused(GenerationInvalidError, YES, ssl=tls())
            assert f"SSL_CERT_FILE: {path} has no readable certificates" in told

    def test_that_nobody_vouches_for_are_told_with_the_way(self):
        told = refused(GeneratorUnreachableError, YES, ssl=tls())
        assert "is not trusted (self-signed certificate): name the file of it" in told
        assert "ca_file" in told
        assert "SSL_CERT_FILE" in told

    def test_for_another_name_are_told(self):
        told = refused(
            GeneratorUnreachableError,
            YES,
            ssl=tls(),
            shown=lambda url: url.replace("127.0.0.1", "localhost"),
            certificates=CERTIFICATE.read_bytes(),
        )
        assert "use an address with the name that it was made for" in told

    @pytest.mark.parametrize(
        ("reason", "way"),
        [
            ("certificate has expired", "renew it"),
            ("certificate is not yet valid", "clock of this machine"),
            ("unable to get local issuer certificate", "ca_file"),
            ("self-signed certificate in certificate chain", "ca_file"),
        ],
    )
    def test_of_each_kind(self, reason, way):
        said = f"[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: {reason} (_ssl.c:1)"
        told = str(unreachable("https://a:443", ssl.SSLError(said)))
        assert f"({reason}): " in told
        assert way in told

    @pytest.mark.parametrize("data", [b"x", b"-----BEGIN CERTIFICATE-----\nx"])
    def test_that_are_none_are_told_at_once(self, data):
        with pytest.raises(InvalidDataError, match="ca_file: has no certificate"):
            HttpBackend("https://a", certificates=data)

    def test_a_server_without_tls(self):
        async def refuse(reader, writer):
            await reader.read(100)
            writer.write(answer(400))
            writer.close()

        async def whole():
            server = await asyncio.start_server(refuse, "127.0.0.1", 0)
            async with server:
                session = HttpSession(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}")
                with pytest.raises(GeneratorUnreachableError, match="start url with http://"):
                    await session.ask("GET", "")
                await session.close()

        asyncio.run(asyncio.wait_for(whole(), 20.0))

    def test_a_clip_of_comfyui_over_tls(self):
        async def whole():
            fake = FakeComfy()
            fake.server.ssl = tls()
            await fake.start()
            backend = ComfyUiBackend(
                fake.server.url,
                CustomWorkflow(tiny()),
                certificates=CERTIFICATE.read_bytes(),
            )
            try:
                assert (await make(backend)).data
                assert backend._feed.is_open
            finally:
                await backend.close()
                await fake.stop()

        asyncio.run(asyncio.wait_for(whole(), 30.0))

    def test_a_clip_of_a_service_over_tls(self):
        async def whole():
            async with serving(says(body=video(), media_type="video/webm"), tls()) as server:
                backend = HttpBackend(server.url, certificates=CERTIFICATE.read_bytes())
                try:
                    clip = await backend.generate(wanted(), lambda part: None)
                    assert clip.data == video()
                finally:
                    await backend.close()

        asyncio.run(asyncio.wait_for(whole(), 30.0))


class TestRedirects:
    @pytest.mark.parametrize("method", ["GET", "POST"])
    def test_to_tls_name_the_new_address(self, method):
        moved = says(301, location="https://127.0.0.1:8443/comfy/prompt")
        told = refused(
            GenerationInvalidError, moved, method, "prompt", shown=lambda url: url + "/comfy"
        )
        assert told.endswith(
            "redirects to https://127.0.0.1:8443/comfy/prompt: set url to"
            " https://127.0.0.1:8443/comfy/"
        )

    def test_usual_ports_go_without_saying(self):
        moved = says(308, location="https://127.0.0.1/prompt")
        told = refused(GenerationInvalidError, moved, "POST", "prompt")
        assert told.endswith(": set url to https://127.0.0.1/")

    @pytest.mark.parametrize("has_others", [True, False])
    def test_to_another_port_which_may_be_a_store_of_clips(self, has_others):
        moved = says(303, location="http://127.0.0.1:8333/clips/a")
        options = {"allowed_origins": []} if has_others else {}
        told = refused(GenerationInvalidError, moved, **options)
        assert "set url to http://127.0.0.1:8333/" in told
        assert ("or add http://127.0.0.1:8333 to allowed_origins" in told) == has_others

    def test_to_another_place_of_the_server(self):
        told = refused(GenerationInvalidError, says(307, location="/other"), "POST")
        assert "/other: set url to that address" in told

    @pytest.mark.parametrize("has_others", [True, False])
    def test_to_another_host(self, has_others):
        moved = says(302, location="https://cdn.example.org/a")
        options = {"allowed_origins": []} if has_others else {}
        told = refused(GenerationInvalidError, moved, **options)
        assert "set url to where the server is now" in told
        assert ("allowed_origins" in told) == has_others

    @pytest.mark.parametrize(
        "place",
        [
            "/login?next=/prompt",
            "https://sso.example.org/a",
            "https://a.org/oauth2/start",
            "/sign-in",
        ],
    )
    def test_to_a_page_to_log_in(self, place):
        told = refused(GenerationInvalidError, says(302, location=place), "POST")
        assert "cannot log in there" in told
        assert "token_env" in told
        assert "next=" not in told

    @pytest.mark.parametrize("place", ["https://author.org/a", "https://plugin.org/blogin"])
    def test_to_what_only_sounds_like_one(self, place):
        told = refused(GenerationInvalidError, says(302, location=place), "POST")
        assert "set url to where the server is now" in told

    def test_followed_to_a_page_to_log_in(self):
        async def handle(question):
            if question.path == "/login":
                return answer(body=PAGE.format("Welcome").encode(), media_type="text/html")
            return answer(302, location="/login?next=/")

        told = refused(GenerationInvalidError, handle)
        assert "a web page: 'Welcome'" in told
        assert "cannot log in there" in told


class TestPages:
    @pytest.mark.parametrize(
        ("page", "way"),
        [
            (PAGE.format("Sign in to continue"), "token_env"),
            ('<HTML><form><input type="password">', "token_env"),
            (PAGE.format("Maintenance"), "address of the server itself"),
        ],
    )
    def test_in_place_of_an_answer(self, page, way):
        told = refused(GenerationInvalidError, says(body=page.encode(), media_type="text/html"))
        assert "answered with a web page" in told
        assert way in told


class TestUsers:
    def test_and_their_passwords_are_sent_as_basic(self):
        async def handle(question):
            if question.headers.get("authorization") != "Basic bWU6cHc=":
                return answer(401, www_authenticate='Basic realm="ComfyUI"')
            return answer(body={})

        token = Token.from_environment("USER", {"USER": "me:pw"})
        assert asked(handle, token=token, token_prefix="Basic") == {}
        encoded = Token.from_environment("USER", {"USER": "bWU6cHc="})
        assert asked(handle, token=encoded, token_prefix="Basic") == {}
        for options in ({}, {"token": token}):
            told = refused(GenerationRefusedError, handle, **options)
            assert "put USER:PASSWORD into an environment variable" in told
            assert "token_prefix to Basic" in told

    @pytest.mark.parametrize(
        "url",
        [
            "http://me:hush@example.org:8188",
            "https://me:hush@example.org/comfy/",
            "http://me:hush/@example.org",
            "htp://me:hush@example.org",
            "me:hush@example.org",
            "http://example.org/?token=hush",
            "https://example.org/comfy?token=hush@a",
            "http://example.org#hush",
        ],
    )
    def test_in_an_address_are_told_and_not_repeated(self, url):
        for made in (HttpBackend, lambda url: ComfyUiBackend(url, CustomWorkflow(tiny()))):
            with pytest.raises(InvalidDataError, match=r"^url: ") as caught:
                made(url)
            assert "hush" not in str(caught.value)

    def test_in_an_address_are_told_with_the_way(self):
        with pytest.raises(InvalidDataError, match=r"USER:PASSWORD .* token_env, and set token_pr"):
            HttpSession("http://me:hush@example.org:8188")
        with pytest.raises(InvalidDataError, match=r"remove the \? .* token_env"):
            HttpSession("http://example.org/?token=hush")
