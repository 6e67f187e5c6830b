import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from npc_video.backends.origin import allowed_origin, is_allowed, origin_of
from npc_video.errors import InvalidDataError

WEB_TEXTS = st.text() | st.builds("{}://{}".format, st.sampled_from(["http", "https"]), st.text())


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("http://127.0.0.1:8188", "http://127.0.0.1:8188"),
        ("https://video.example.org/api/?of=a b", "https://video.example.org:443"),
        ("HTTP://My_Box/", "http://my_box:80"),
        ("http://example.org.", "http://example.org.:80"),
        ("http://[::1]:8188/", "http://[::1]:8188"),
        ("http://[0:0:0:0:0:0:0:1]", "http://[::1]:80"),
        ("https://exämple.org", "https://xn--exmple-cua.org:443"),
    ],
)
def test_the_origin_of_an_address(url: str, origin: str) -> None:
    assert origin_of(url) == origin


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.org",
        "ftp://example.org",
        "http://",
        "http://:8188",
        "http://me@example.org",
        "http://exa mple.org",
        " http://example.org",
        "http://example.org/ ",
        "http://exa\nmple.org",
        "http://example.org/\u200b",
        f"http://{'a.' * 200}org",
        "http://exa%20mple.org",
        "http://example\\.org",
        'http://"example.org"',
        "http://<example.org>",
        "http://example..org",
        f"http://{'x' * 64}.org",
        "http://example.org:port",
        "http://example.org:99999",
        "http://[::1",
        "http://[::g]",
        "http://a[::1]b",
    ],
)
def test_what_is_no_address_is_told(url: str) -> None:
    with pytest.raises(InvalidDataError, match="is not an address such as http"):
        origin_of(url)


@given(WEB_TEXTS)
@example("http://xn--")
@example("http://\u0660.org")
@example("http://h\u2044a/")
def test_any_text_is_an_address_or_is_told(url: str) -> None:
    try:
        origin = origin_of(url)
    except InvalidDataError:
        return
    assert origin_of(origin) == origin
    scheme, _, rest = origin.partition("://")
    host, _, port = rest.rpartition(":")
    sent_to = httpx.Request("GET", origin).headers["host"]
    assert sent_to == (host if httpx.URL(origin).port is None else rest)
    assert (scheme, port.isdigit()) == (httpx.URL(origin).scheme, True)


class TestAllowedOrigins:
    @pytest.mark.parametrize(
        ("text", "origin"),
        [
            ("https://cdn.example.org", "https://cdn.example.org:443"),
            ("https://*.example.org", "https://*.example.org:443"),
            ("http://*.Example.org:8080", "http://*.example.org:8080"),
        ],
    )
    def test_are_origins_or_all_hosts_below_a_name(self, text: str, origin: str) -> None:
        assert allowed_origin(text) == origin

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "https://*",
            "https://*.org",
            "https://*.",
            "https://a.*.org",
            "https://*a.org",
            "https://*.0.0.1",
            "*.example.org",
            "ftp://*.example.org",
            "https://*.*.example.org",
        ],
    )
    def test_anything_else_is_refused_with_an_example(self, text: str) -> None:
        with pytest.raises(InvalidDataError, match=r"allowed_origins: .*https://\*\.example\.org"):
            allowed_origin(text)

    @given(WEB_TEXTS)
    def test_nothing_is_below_a_name_by_accident(self, text: str) -> None:
        try:
            origin = origin_of(text)
        except InvalidDataError:
            return
        allowed = allowed_origin("https://*.example.org")
        assert not is_allowed(origin, [allowed]) or origin.endswith(".example.org:443")
