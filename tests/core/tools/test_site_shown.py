"""The documentation's site in a browser: nothing is too wide for a phone, and search finds."""

import functools
import http.server
import threading

import pytest
from npc_video.shipping.console import Failure

from tests.harness.browser import browser_page
from tools import site
from tools.chromium import find_or_fetch
from tools.paths import ROOT

pytest.importorskip("zensical", reason="an environment that only runs programs builds no site")

SITE = ROOT / "build" / "site"
# The dialog of the search is in a shadow tree, whose host has the focus.
DIALOG = "document.activeElement.shadowRoot"
QUESTION = {"text": "crossfade_curve"}
OVERFLOWS = "document.documentElement.scrollWidth > innerWidth"
FOREIGN = """performance.getEntriesByType("resource").map(each => each.name)
    .filter(name => !name.startsWith(location.origin))"""


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def chromium():
    try:
        return find_or_fetch()
    except Failure as failure:
        pytest.skip(str(failure))


@pytest.fixture(scope="module")
def address(chromium):
    site.build()
    handler = functools.partial(Quiet, directory=SITE)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def test_pages_fit_a_phone_and_load_nothing_from_elsewhere(chromium, address):
    pages = [path.parent.relative_to(SITE).as_posix() for path in SITE.rglob("index.html")]
    assert "graph" in pages
    with browser_page(chromium) as page:
        for name in pages:
            page.open(f"{address}{'' if name == '.' else f'{name}/'}", 390, 800)
            assert not page.evaluate(OVERFLOWS), name
            assert not page.evaluate(FOREIGN), name
        assert page.faults == []


@pytest.mark.parametrize("width", [1280, 390])
def test_search_finds_a_property(chromium, address, width):
    with browser_page(chromium) as page:
        page.open(f"{address}graph/", width, 800)
        page.evaluate("document.querySelector('.md-search__button').click()")
        page.until(f"{DIALOG} && {DIALOG}.querySelector('input')")
        page.call("Input.insertText", **QUESTION)
        page.until(
            f"[...{DIALOG}.querySelectorAll('a')].some(each =>"
            " each.pathname === '/classes/NpcVideoPlayer/' && each.hash === '#crossfade_curve')"
        )
        assert page.faults == []
