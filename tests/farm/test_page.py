"""The gateway's page in a browser, at the widths of a desktop and of a phone."""

import asyncio
import threading
from contextlib import contextmanager

import pytest
from npc_video.shipping.console import Failure
from npc_video_farm.figures import Failure as FailedJob
from npc_video_farm.figures import Figures, TenantFigures, write_figures
from npc_video_farm.jobs import WorkerState, WorkerView
from npc_video_farm.tenants import Scope

from tests.harness.browser import browser_page
from tools.chromium import find_or_fetch

from .gateways import farm_at, working
from .test_gateway import until_made

BUSY = WorkerView("comfyui-17f3a9c2", "comfyui", model="red-dragon+sketch", slots=2)
WORKERS = (
    BUSY,
    WorkerView("comfyui-2b03d11e", "comfyui", state=WorkerState.BUSY, running=("a",)),
    WorkerView("wan-90ab3f01", "wan", state=WorkerState.LEAVING, running=("b",)),
)
SIZES = {"desktop": (1280, 900), "phone": (390, 844)}


def figures_at(now):
    return Figures(
        3,
        waiting={"urgent": 12, "upgrade": 4, "speculation": 131, "bake": 2210},
        running={"urgent": 3, "bake": 5},
        backlog_seconds={"comfyui": 412.0},
        wanted_workers={"comfyui": {"": 3, "red-dragon+sketch": 2}},
        tenants={
            "studio": TenantFigures(2204, 5),
            "a-name-of-thirty-two-characters-": TenantFigures(15, 2),
        },
        failures=(
            FailedJob(now - 12, "studio", "comfyui", "quality", "failed", f"Broken {'x' * 120}."),
            FailedJob(now - 4000, "studio", "wan", "fast", "refused", "<b>No.</b>"),
        ),
    )


@pytest.fixture(scope="session")
def chromium():
    try:
        return find_or_fetch()
    except Failure as failure:
        pytest.skip(str(failure))


@contextmanager
def shown_farm(valkey, folder):
    """A farm with work, on a thread of its own; yields its address and two tokens."""
    ready, end = threading.Event(), threading.Event()
    told = {}

    async def show():
        async with farm_at(valkey.url, folder) as farm:
            told["url"] = farm.url
            told["admin"] = await farm.tenant()
            told["game"] = await farm.tenant("game", scopes=(Scope.GENERATE,))
            async with working(farm):
                url = (await farm.ask(told["admin"])).json()["statusUrl"]
                await until_made(farm, told["admin"], url)
                await farm.ask(told["admin"])
            while not end.is_set():
                await farm.store.publish(write_figures(figures_at(await farm.store.now())))
                for worker in WORKERS:
                    await farm.store.beat(worker)
                if not ready.is_set():
                    await farm.see()
                    ready.set()
                await asyncio.sleep(0.2)

    thread = threading.Thread(target=asyncio.run, args=(show(),))
    thread.start()
    try:
        assert ready.wait(60)
        yield told
    finally:
        end.set()
        thread.join()


def give_token(page, token):
    page.until("!document.getElementById('entry').hidden")
    page.evaluate(
        f"document.getElementById('token').value = {token!r};"
        "document.querySelector('form button').click()"
    )


def text(page, name):
    return page.evaluate(f"document.getElementById({name!r}).innerText")


@pytest.mark.parametrize("size", SIZES)
def test_the_page_shows_the_farm(valkey, tmp_path, chromium, size):
    with shown_farm(valkey, tmp_path) as farm, browser_page(chromium) as page:
        page.open(f"{farm['url']}/", *SIZES[size])
        give_token(page, farm["admin"])
        page.until("document.getElementById('workers').innerText.includes('leaving')")
        # The page first asks without a token, as a farm may need none.
        assert not [fault for fault in page.faults if "status of 401" not in fault]
        assert "brain leads" in text(page, "health")
        assert "2210" in text(page, "classes")
        assert "50 %" in text(page, "requests")
        assert "red-dragon+sketch" in text(page, "workers")
        assert "2204" in text(page, "tenants")
        assert "<b>No.</b>" in text(page, "failures")
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= SIZES[size][0], "it must not be scrolled sideways"
        assert farm["admin"] not in page.evaluate("document.cookie + location.href")
        picture = tmp_path / f"{size}.png"
        page.save_picture(picture)
        assert picture.stat().st_size > 10_000


def test_the_page_wants_an_administrators_token(valkey, tmp_path, chromium):
    with shown_farm(valkey, tmp_path) as farm, browser_page(chromium) as page:
        page.open(f"{farm['url']}/", *SIZES["phone"])
        for token, said in (("wrong", "does not accept"), (farm["game"], "lacks the right admin")):
            give_token(page, token)
            page.until(f"document.getElementById('problem').innerText.includes({said!r})")
            assert page.evaluate("document.getElementById('farm').hidden")
        give_token(page, farm["admin"])
        page.until("!document.getElementById('farm').hidden")
