"""The gateway, as clients see it."""

import asyncio
import json
import re
from contextlib import suppress

import httpx
import pytest
from npc_video.records import Purpose
from npc_video_farm.errors import StoreAwayError
from npc_video_farm.figures import Figures, TenantFigures, write_figures
from npc_video_farm.gateway import app as gateway_app
from npc_video_farm.gateway import following
from npc_video_farm.jobs import JobState
from npc_video_farm.store.clips import ClipStore
from npc_video_farm.tenants import Limits, Scope
from npc_video_farm.tokens import player_token
from npc_video_farm.wire import read_body

from tests.harness.waiting import until

from .gateways import BODY, farm_at, video, working


@pytest.fixture
def farm(valkey, tmp_path):
    """Runs a test's coroutine with a farm."""

    def run(play, **settings):
        async def playing():
            async with farm_at(valkey.url, tmp_path, **settings) as farm:
                async with asyncio.timeout(60):
                    await play(farm)

        asyncio.run(playing())

    return run


def test_a_clip_is_made_and_is_there_at_once_the_next_time(farm):
    async def play(farm):
        token = await farm.tenant()
        async with working(farm):
            asked = await farm.ask(token)
            assert asked.status_code == 202
            ticket = asked.json()
            assert ticket["statusUrl"] == f"/api/tickets/{ticket['id']}"
            got = await until_made(farm, token, ticket["statusUrl"])
        assert got.content == video()
        assert got.headers["content-type"] == "video/webm"
        assert float(got.headers["npc-waited"]) >= 0
        assert float(got.headers["npc-generated"]) == 1.5
        again = await farm.ask(token)
        assert (again.status_code, again.content) == (200, video())
        assert farm.services.metrics.outcomes == {"ticket": 1, "hit": 1}
        assert len(farm.runs) == 1

    farm(play)


async def until_made(farm, token, url):
    while True:
        got = await farm.get(token, url)
        assert got.status_code == 200, got.text
        if got.headers["content-type"] != "application/json":
            return got


def test_equal_requests_of_a_tenant_share_a_job(farm):
    async def play(farm):
        token = await farm.tenant()
        players = [player_token(token, f"p{i}") for i in range(10)]
        asked = await asyncio.gather(*(farm.ask(each) for each in players))
        urls = [each.json()["statusUrl"] for each in asked]
        assert len(set(urls)) == 10
        polls = [
            asyncio.create_task(until_made(farm, each, url))
            for each, url in zip(players, urls, strict=True)
        ]
        # All but one leave; the clip is made for that one.
        for each, url, poll in list(zip(players, urls, polls, strict=True))[1:]:
            assert (await farm.get(each, url, "DELETE")).status_code == 204
            poll.cancel()
        async with working(farm):
            assert (await polls[0]).content == video()
        assert len(farm.runs) == 1

    farm(play)


@pytest.mark.parametrize(("share", "jobs"), [("", 2), ("project", 1)])
def test_tenants_share_clips_only_if_they_want(farm, share, jobs):
    async def play(farm):
        tokens = [await farm.tenant(name, share=share) for name in ("one", "two")]
        for token in tokens:
            assert (await farm.ask(token)).status_code == 202
        assert len(await farm.waiting()) == jobs

    farm(play)


def test_a_share_is_not_another_tenants_id(farm):
    async def play(farm):
        tokens = [await farm.tenant("one"), await farm.tenant("two", share="one")]
        for token in tokens:
            assert (await farm.ask(token)).status_code == 202
        assert len(await farm.waiting()) == 2

    farm(play)


def test_a_ticket_is_nobody_elses(farm):
    async def play(farm):
        token, other = await farm.tenant("one"), await farm.tenant("two")
        ann, bob = player_token(token, "ann"), player_token(token, "bob")
        url = (await farm.ask(ann)).json()["statusUrl"]
        for stranger in (other, bob):
            for method, path in (("GET", url), ("DELETE", url), ("GET", f"{url}/events")):
                assert (await farm.get(stranger, path, method)).status_code == 504
            promoted = await farm.get(stranger, url, "PATCH", npc_purpose="urgent")
            assert promoted.status_code == 504
        assert len(await farm.waiting()) == 1
        assert (await farm.get(token, url, "DELETE")).status_code == 204

    farm(play)


def test_the_last_one_who_leaves_ends_the_job(farm):
    async def play(farm):
        token = await farm.tenant()
        url = (await farm.ask(token)).json()["statusUrl"]
        job = await farm.begin()
        assert (await farm.get(token, url, "DELETE")).status_code == 204
        assert (await farm.store.job(job.key)).state is JobState.CANCELLED
        assert (await farm.get(token, url)).status_code == 504
        assert (await farm.get(token, url, "DELETE")).status_code == 504

    farm(play)


def test_a_ticket_is_promoted(farm):
    async def play(farm):
        token = await farm.tenant()
        asked = await farm.ask(token, npc_purpose="speculation")
        (job,) = await farm.waiting()
        assert (job.purpose, job.due_at) == (Purpose.SPECULATION, None)
        url = asked.json()["statusUrl"]
        done = await farm.get(token, url, "PATCH", npc_purpose="urgent", npc_deadline="4")
        assert done.status_code == 204
        (job,) = await farm.waiting()
        assert job.purpose is Purpose.URGENT
        assert job.due_at == pytest.approx(await farm.store.now() + 4, abs=2)
        unknown = await farm.get(token, "/api/tickets/studio.x", "PATCH", npc_purpose="urgent")
        assert unknown.status_code == 504

    farm(play)


def test_a_repeated_request_gets_the_same_ticket(farm):
    async def play(farm):
        token = await farm.tenant()
        asked = [await farm.ask(token, idempotency_key="once") for _ in range(3)]
        assert len({each.json()["id"] for each in asked}) == 1
        assert await farm.store.waiting("studio") == 1

    farm(play)


def test_a_clip_arrives_while_it_is_made(farm):
    async def play(farm):
        token, data = await farm.tenant(), video()
        url = (await farm.ask(token)).json()["statusUrl"]
        job = await farm.begin()
        got = bytearray()
        await farm.store.part(job.key, job.token, 0, data[:300], "video/webm")
        async with farm.client.stream(
            "GET", url, headers={"authorization": f"Bearer {token}"}
        ) as answer:
            assert answer.headers["content-type"] == "video/webm"
            assert "content-length" not in answer.headers
            parts = answer.aiter_raw()
            while len(got) < 300:
                got += await anext(parts)
            assert got == data[:300]
            await farm.store.part(job.key, job.token, 300, data[300:600], "video/webm")
            while len(got) < 600:
                got += await anext(parts)
            # The rest comes from the file: a worker may end before it has told all parts.
            await farm.finish(job, data)
            async for part in parts:
                got += part
        assert got == data

    farm(play)


@pytest.mark.parametrize("how", ["given back", "failed", "other file"])
def test_a_clip_that_ends_early_is_cut_off(farm, how):
    async def play(farm):
        token, data = await farm.tenant(), video()
        url = (await farm.ask(token)).json()["statusUrl"]
        job = await farm.begin()
        await farm.store.part(job.key, job.token, 0, data[:300], "video/webm")

        async def read():
            return await farm.get(token, url)

        reading = asyncio.create_task(read())
        await until(lambda: farm.services.changes.watched)
        if how == "given back":
            await farm.store.give_back(job.key, job.token)
        elif how == "failed":
            await farm.store.fail_run(job.key, job.token, "failed", "No.", may_retry=False)
        else:
            await farm.finish(job, video(90))
        with pytest.raises(httpx.RemoteProtocolError):
            await reading
        if how == "given back":
            async with working(farm):
                assert (await until_made(farm, token, url)).content == data

    farm(play)


def test_a_poll_returns_what_is_new(farm, monkeypatch):
    monkeypatch.setattr(following, "_PROGRESS_SECONDS", 0.0)

    async def play(farm):
        token = await farm.tenant()
        url = (await farm.ask(token)).json()["statusUrl"]
        poll = asyncio.create_task(farm.get(token, url))
        await until(lambda: farm.services.changes.watched)
        job = await farm.begin()
        said = (await poll).json()
        assert said["status"] == "running"
        poll = asyncio.create_task(farm.get(token, url))
        await until(lambda: farm.services.changes.watched)
        await farm.store.progress(job.key, job.token, 0.4)
        assert (await poll).json()["progress"] == 0.4

    farm(play)


def test_a_poll_without_news_returns(farm, monkeypatch):
    monkeypatch.setattr(following, "_HOLD_SECONDS", 0.1)

    async def play(farm):
        token = await farm.tenant()
        url = (await farm.ask(token)).json()["statusUrl"]
        assert (await farm.get(token, url)).json()["status"] == "waiting"

    farm(play)


def test_a_lost_notice_delays_a_poll_and_no_more(farm, monkeypatch):
    monkeypatch.setattr(following, "_LOOK_SECONDS", 0.1)

    async def play(farm):
        token = await farm.tenant()
        farm.services.changes._wake = lambda key: None
        url = (await farm.ask(token)).json()["statusUrl"]
        async with working(farm):
            assert (await until_made(farm, token, url)).content == video()

    farm(play)


def test_who_hangs_up_does_not_wait_any_more(farm):
    async def play(farm):
        token = await farm.tenant()
        url = (await farm.ask(token)).json()["statusUrl"]
        for path in (url, f"{url}/events"):
            poll = asyncio.create_task(farm.get(token, path))
            await until(lambda: farm.services.changes.watched)
            poll.cancel()
            with suppress(asyncio.CancelledError):
                await poll
            await until(lambda: not farm.services.changes.watched)
        # Without DELETE, the ticket leaves when nobody has polled it for a while.
        assert await farm.store.expire_tickets(farm.epoch, 0.0) == 1
        assert not await farm.waiting()

    farm(play)


def test_events_tell_all_of_a_job(farm):
    async def play(farm):
        token = await farm.tenant()
        url = (await farm.ask(token)).json()["statusUrl"]
        told = []
        headers = {"authorization": f"Bearer {token}"}
        async with farm.client.stream("GET", f"{url}/events", headers=headers) as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")
            async for line in answer.aiter_lines():
                if not line.startswith("data: "):
                    continue
                said = json.loads(line.removeprefix("data: "))
                told.append(said["status"])
                if len(told) == 1:
                    job = await farm.begin()
                elif len(told) == 2:
                    await farm.finish(job, video())
        assert told == ["waiting", "running", "done"]

    farm(play)


@pytest.mark.parametrize(
    ("kind", "status"),
    [("refused", 451), ("invalid", 422), ("too_large", 413), ("unavailable", 504)],
)
def test_a_failure_has_its_reason(farm, kind, status):
    async def play(farm):
        token = await farm.tenant()
        url = (await farm.ask(token)).json()["statusUrl"]
        job = await farm.begin()
        await farm.store.fail_run(job.key, job.token, kind, "It is broken.", may_retry=False)
        got = await farm.get(token, url)
        assert (got.status_code, got.text) == (status, "It is broken.")

    farm(play)


def test_without_a_brain_or_a_worker_nobody_waits(farm):
    async def play(farm):
        token = await farm.tenant()
        asked = await farm.ask(token)
        assert asked.status_code == 503
        assert "no brain" in asked.text
        assert int(asked.headers["retry-after"]) > 0
        farm.epoch = await farm.store.lead("brain")
        await farm.see()
        assert "no worker" in (await farm.ask(token)).text
        await farm.appear()
        wrong = await farm.ask(token, {**BODY, "generator": "h"})
        assert wrong.status_code == 503
        assert "it has g" in wrong.text
        assert (await farm.ask(token)).status_code == 202

    farm(play, is_ready=False)


def test_nothing_is_made_ahead_while_much_waits(farm):
    async def play(farm):
        token = await farm.tenant()
        await farm.store.publish(write_figures(Figures(1, backlog_seconds={"g": 61.0})))
        await farm.see()
        ahead = await farm.ask(token, npc_purpose="speculation")
        assert (ahead.status_code, "speculate later" in ahead.text) == (429, True)
        assert int(ahead.headers["retry-after"]) >= 1
        assert (await farm.ask(token, npc_purpose="urgent")).status_code == 202

    farm(play)


def test_a_tenants_quota_ends(farm):
    async def play(farm):
        token = await farm.tenant(limits=Limits(gpu_seconds_a_day=10))
        await farm.store.charge("studio", 11)
        asked = await farm.ask(token)
        assert (asked.status_code, "10 generator-seconds" in asked.text) == (402, True)

    farm(play)


def test_a_stolen_players_token_costs_no_more_than_the_players_limit(farm):
    async def play(farm):
        server = await farm.tenant(
            player_limits=Limits(gpu_seconds_a_day=20, requests_per_minute=1000)
        )
        token, granted = player_token(server, "thief"), 0
        body = {**BODY, "width": 512, "height": 512, "fps": 12, "steps": 8, "duration": 3.0}
        for seed in range(100):
            asked = await farm.ask(token, {**body, "seed": seed})
            granted += asked.status_code == 202
            if asked.status_code == 202:
                await farm.get(token, asked.json()["statusUrl"], "DELETE")
        assert 20 / 3.9 < granted < 20 / 3.8 + 1
        assert asked.status_code == 402
        assert (await farm.ask(player_token(server, "ann"), body)).status_code == 202

    farm(play)


def test_a_player_may_not_have_many_tickets(farm):
    async def play(farm):
        server = await farm.tenant(player_limits=Limits(most_waiting=2))
        token = player_token(server, "ann")
        asked = [await farm.ask(token, {**BODY, "seed": seed}) for seed in range(3)]
        assert [each.status_code for each in asked] == [202, 202, 429]
        await farm.get(token, asked[0].json()["statusUrl"], "DELETE")
        assert (await farm.ask(token, {**BODY, "seed": 9})).status_code == 202

    farm(play)


def test_a_tenant_may_not_have_many_tickets(farm):
    async def play(farm):
        token = await farm.tenant(limits=Limits(most_waiting=1))
        asked = [await farm.ask(token, {**BODY, "seed": seed}) for seed in range(2)]
        assert [each.status_code for each in asked] == [202, 429]

    farm(play)


def test_a_rate_is_kept(farm):
    async def play(farm):
        token = await farm.tenant(limits=Limits(requests_per_minute=4))
        asked = [await farm.ask(token) for _ in range(3)]
        assert [each.status_code for each in asked] == [202, 429, 429]
        assert 0 < int(asked[1].headers["retry-after"]) <= 15

    farm(play)


@pytest.mark.parametrize("token", [None, "x", "nvf_studio_" + "0" * 64])
def test_without_the_right_token_nothing_is_told(farm, token):
    async def play(farm):
        await farm.tenant()
        paths = ("/api/farm", "/api/overview", "/metrics", "/api/tickets/studio.x")
        for path in (*paths, "/api/overview/events"):
            got = await farm.get(token, path)
            assert got.status_code == 401, path
            assert got.headers["www-authenticate"] == "Bearer"
        assert (await farm.ask(token)).status_code == 401
        assert b'npc_farm_refusals_total{status="401"} 6.0' in farm.services.metrics.text()

    farm(play)


def test_only_administrators_see_all_tenants(farm):
    async def play(farm):
        token = await farm.tenant(scopes=(Scope.GENERATE,))
        for path in ("/api/overview", "/api/overview/events", "/metrics"):
            assert (await farm.get(token, path)).status_code == 403
        farm_facts = (await farm.get(token, "/api/farm")).json()
        assert farm_facts["generators"] == [{"name": "g", "slots": 4}]
        assert (farm_facts["slots"], farm_facts["ready"]) == (4, True)

    farm(play)


def test_a_farm_without_tokens_is_open(farm):
    async def play(farm):
        assert (await farm.ask(None)).status_code == 202
        assert (await farm.get(None, "/api/overview")).status_code == 200

    farm(play, needs_tokens=False)


def test_while_the_tenants_are_lost_no_token_is_refused(farm):
    async def play(farm):
        token = await farm.tenant()
        tenants = await farm.store.kept_tenants()
        await farm.store._connection.command("FLUSHALL")
        for asked in (await farm.ask(token), await farm.get(token, "/api/tickets/studio.x")):
            assert (asked.status_code, "no list of tenants" in asked.text) == (503, True)
            assert int(asked.headers["retry-after"]) >= 1
        await until(lambda: farm.store.restore_tenants(farm.epoch, tenants))
        assert (await farm.get(token, "/api/farm")).status_code == 200

    farm(play)


def test_a_revoked_token_ends_at_once(farm):
    async def play(farm):
        token = await farm.tenant()
        player = player_token(token, "ann")
        assert (await farm.get(player, "/api/farm")).status_code == 200
        await farm.store.drop_tenant("studio")
        for each in (token, player):
            assert (await farm.get(each, "/api/farm")).status_code == 401

    farm(play)


def test_a_large_body_is_refused(farm, monkeypatch):
    monkeypatch.setattr(gateway_app, "MOST_BYTES", 2**20)

    async def play(farm):
        token = await farm.tenant()
        large = {**BODY, "image": "data:image/png;base64," + "A" * 2**20}
        assert (await farm.ask(token, large)).status_code == 413

        async def pieces():
            for _ in range(200):
                yield b" " * 10_000

        headers = {"authorization": f"Bearer {token}"}
        sent = await farm.client.post("/api/generate-video", content=pieces(), headers=headers)
        assert sent.status_code == 413

    farm(play)


def test_a_large_picture_reaches_the_worker(farm):
    async def play(farm):
        token = await farm.tenant()
        image = "data:image/png;base64," + "iVBORw0KGgo" + "A" * 2**20 + "A"
        url = (await farm.ask(token, {**BODY, "image": image})).json()["statusUrl"]
        job = await farm.begin()
        assert read_body(job.body).image == ""
        assert await farm.clips.get(job.picture) == image.encode()
        await farm.finish(job, video())
        assert (await until_made(farm, token, url)).content == video()
        assert (await farm.ask(token, {**BODY, "image": image})).status_code == 200
        other = await farm.ask(token, {**BODY, "image": image.replace("AAAA", "AAAB", 1)})
        assert other.status_code == 202

    farm(play)


def test_a_picture_is_kept_once_for_all_that_wait(farm):
    async def play(farm):
        token = await farm.tenant()
        image = "data:image/png;base64," + "A" * 2**20
        for seed in range(3):
            asked = await farm.ask(token, {**BODY, "image": image, "seed": seed})
            assert asked.status_code == 202
        waiting = await farm.waiting()
        assert len({job.key for job in waiting}) == 3
        assert len({job.picture for job in waiting}) == 1
        used = await farm.store._connection.command(
            "MEMORY", "USAGE", f"{{{farm.project}}}:b:{waiting[0].key}"
        )
        assert used < 2000

    farm(play)


def test_a_clip_that_was_removed_is_made_again(farm):
    async def play(farm):
        token = await farm.tenant()
        async with working(farm):
            url = (await farm.ask(token)).json()["statusUrl"]
            await until_made(farm, token, url)
            key = farm.runs[0]
            await farm.clips.remove([(await farm.store.clip(key)).digest])
            assert (await farm.get(token, url)).status_code == 504
            url = (await farm.ask(token)).json()["statusUrl"]
            assert (await until_made(farm, token, url)).content == video()
        assert farm.runs == [key, key]

    farm(play)


class Bucket(ClipStore):
    """Clips with an address for everybody, as in S3."""

    async def address(self, digest, seconds):
        return f"https://clips.example.org/{digest}?for={seconds:g}"


def test_clips_in_a_bucket_have_an_address(farm, tmp_path):
    async def play(farm):
        token = await farm.tenant()
        url = (await farm.ask(token)).json()["statusUrl"]
        await farm.finish(await farm.begin(), video())
        got = await farm.get(token, url)
        assert got.status_code == 303
        assert got.headers["location"].startswith("https://clips.example.org/")
        assert float(got.headers["npc-generated"]) == 1.5
        facts = (await farm.get(token, "/api/farm")).json()
        assert facts["clips_from"] == "https://clips.example.org"

    farm(play, clips=Bucket.open(str(tmp_path / "clips")))


def test_numbers_are_there_for_prometheus(farm):
    async def play(farm):
        token = await farm.tenant()
        async with working(farm):
            url = (await farm.ask(token, npc_purpose="urgent")).json()["statusUrl"]
            await until_made(farm, token, url)
        await farm.ask(token)
        await farm.store.loaded("faces", "red+blue")
        await farm.store.loaded("faces", "red+blue")
        figures = Figures(
            7,
            waiting={"urgent": 3},
            running={"bake": 2},
            wanted_workers={"faces": {"": 5, "red": 1}},
        )
        await farm.store.publish(write_figures(figures))
        await farm.see()
        got = await farm.get(token, "/metrics")
        assert got.headers["content-type"].startswith("text/plain")
        lines = set(got.text.splitlines())
        assert lines >= {
            'npc_farm_requests_total{outcome="ticket",purpose="urgent"} 1.0',
            'npc_farm_requests_total{outcome="hit",purpose="urgent"} 1.0',
            "npc_farm_cache_hits_total 1.0",
            'npc_farm_wait_seconds_count{purpose="urgent"} 1.0',
            'npc_farm_run_seconds_count{model="",preset="realtime"} 1.0',
            'npc_farm_run_seconds_sum{model="",preset="realtime"} 1.5',
            'npc_farm_waiting{class="urgent"} 3.0',
            'npc_farm_running{class="bake"} 2.0',
            'npc_farm_wanted_workers{generator="faces",model="red"} 1.0',
            'npc_farm_workers{model="",state="idle"} 1.0',
            "npc_farm_lost_workers_total 0.0",
            "npc_farm_epoch 7.0",
            'npc_farm_model_loads_total{generator="faces",model="red+blue"} 2.0',
        }
        (used,) = (line for line in lines if line.startswith("npc_farm_tenant_gpu_seconds_total"))
        assert re.fullmatch(r'.*\{tenant="studio"\} \d+\.\d+', used)

    farm(play)


def test_figures_of_another_version_are_left_out(farm):
    async def play(farm):
        token = await farm.tenant()
        await farm.store.publish(b'{"epoch": 7, "wanted_workers": {"": 3}}')
        await farm.see()
        assert (await farm.get(token, "/metrics")).status_code == 200
        assert (await farm.ask(token)).status_code == 202

    farm(play)


def test_the_overview_tells_all(farm):
    async def play(farm):
        token = await farm.tenant()
        figures = Figures(1, waiting={"urgent": 3}, tenants={"studio": TenantFigures(3, 1)})
        await farm.store.publish(write_figures(figures))
        await farm.store.charge("studio", 12)
        await farm.see()
        told = (await farm.get(token, "/api/overview")).json()
        assert told["classes"][0] == {"name": "urgent", "waiting": 3, "running": 0}
        assert told["tenants"] == [{"id": "studio", "waiting": 3, "running": 1, "used": 12.0}]
        assert told["workers"][0]["generator"] == "g"
        headers = {"authorization": f"Bearer {token}"}
        async with farm.client.stream("GET", "/api/overview/events", headers=headers) as answer:
            lines = answer.aiter_lines()
            assert json.loads((await anext(lines)).removeprefix("data: "))["brain"] is True

    farm(play)


def test_any_gateway_knows_a_ticket(valkey, tmp_path):
    async def play():
        async with farm_at(valkey.url, tmp_path) as first:
            token = await first.tenant()
            url = (await first.ask(token)).json()["statusUrl"]
            async with farm_at(valkey.url, tmp_path, project=first.project) as second:
                poll = asyncio.create_task(until_made(second, token, url))
                async with working(first):
                    assert (await poll).content == video()

    asyncio.run(play())


def test_a_store_that_is_away_is_said(own_valkey, tmp_path):
    async def play():
        async with farm_at(own_valkey.url, tmp_path) as farm:
            token = await farm.tenant()
            url = (await farm.ask(token)).json()["statusUrl"]
            own_valkey.kill()
            asked = await farm.ask(token)
            assert asked.status_code == 503
            assert int(asked.headers["retry-after"]) > 0
            await until(lambda: farm.services.census.is_away)
            assert (await farm.get(None, "/health")).status_code == 503
            own_valkey.start()
            await until(lambda: not farm.services.census.is_away)
            assert (await farm.get(None, "/health")).text == "ok"

            async def made():
                # A connection that died with the store may be noticed only now.
                got = await farm.get(token, url)
                assert got.status_code in (200, 503)
                return got.content if got.headers["content-type"] == "video/webm" else b""

            async with working(farm):
                assert await until(made) == video()

    asyncio.run(play())


IN_REQUESTS = (
    *("submit", "job_of", "promote", "leave", "parts", "clip"),
    *("tenant", "used_today", "now", "charge", "waiting"),
)
BESIDE_THEM = ("job", "workers", "has_leader", "counts", "used", "loads", "figures")


@pytest.mark.parametrize("name", IN_REQUESTS + BESIDE_THEM)
def test_whatever_the_store_fails_at_is_a_reason_to_ask_again(farm, monkeypatch, name):
    monkeypatch.setattr(following, "_HOLD_SECONDS", 0.0)

    async def fail(*_, **__):
        raise StoreAwayError("Away.")

    async def play(farm):
        token = await farm.tenant(limits=Limits(most_waiting=9, gpu_seconds_a_day=99.0))
        player = player_token(token, "p")
        tickets = [(await farm.ask(token, BODY | {"seed": seed})).json() for seed in range(3)]
        urls = [ticket["statusUrl"] for ticket in tickets]
        job = await farm.begin()
        await farm.store.part(job.key, job.token, 0, video()[:100], "video/webm")
        await farm.store.publish(write_figures(Figures(1, tenants={"studio": TenantFigures()})))
        await farm.see()
        with monkeypatch.context() as patch:
            patch.setattr(farm.services.store, name, fail)
            answers = [
                await farm.ask(token, BODY | {"seed": 9}),
                await farm.ask(player),
                await farm.get(token, urls[1], "PATCH", npc_purpose="bake"),
                await farm.get(token, urls[1], "DELETE"),
                *[await head_of(farm, token, url) for url in urls],
                await farm.get(token, "/api/farm"),
                await farm.get(token, "/api/overview"),
                await farm.get(token, "/metrics"),
            ]
        statuses = {answer.status_code for answer in answers}
        assert statuses <= {200, 202, 204, 503, 504}
        assert name in BESIDE_THEM or 503 in statuses
        assert all("retry-after" in each.headers for each in answers if each.status_code == 503)
        await farm.see()
        farm.services.census.is_away = False
        assert (await farm.ask(token, BODY | {"seed": 10})).status_code == 202

    farm(play)


async def head_of(farm, token, url):
    """The beginning of an answer that may be a clip which is being made."""
    headers = {"authorization": f"Bearer {token}"}
    async with farm.client.stream("GET", url, headers=headers) as answer:
        return answer


def test_a_damaged_record_of_a_tenant_is_told(farm):
    async def play(farm):
        token = await farm.tenant()
        await farm.store.put_tenant("studio", b"{")
        asked = await farm.ask(token)
        assert (asked.status_code, "damaged" in asked.text) == (503, True)

    farm(play)
