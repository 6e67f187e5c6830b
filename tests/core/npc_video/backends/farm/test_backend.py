import asyncio
from contextlib import suppress
from dataclasses import replace

import pytest
from npc_video.backends.base import NpcImage
from npc_video.backends.farm.backend import SLOTS, FarmBackend
from npc_video.backends.http_session import Limits
from npc_video.backends.token import Token
from npc_video.errors import (
    ClipTooLargeError,
    GenerationCancelledError,
    GenerationError,
    GenerationInvalidError,
    GenerationRefusedError,
    GeneratorOverloadedError,
    GeneratorUnavailableError,
    GeneratorUnreachableError,
    InvalidDataError,
)
from npc_video.generation.events import ClipReady
from npc_video.manager import VideoGenerationManager
from npc_video.records import Purpose, VideoGenerationConfig, VideoParams

from tests.harness.waiting import until

from ..contract import RemoteContract, video, wanted
from ..serving import answer, reset, serving
from .fake import FakeFarm, farming

DEADLINE = 20.0
PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


class TestFarm(RemoteContract):
    def stage(self):
        return farming()


def run(test, **options):
    """Runs `test(farm)`; the farm's backend has the `options`."""

    async def whole():
        async with farming(**options) as farm:
            try:
                return await asyncio.wait_for(test(farm), DEADLINE)
            finally:
                await farm.backend.close()

    return asyncio.run(whole())


def begin(farm, request=None):
    request = request or wanted()
    return asyncio.ensure_future(farm.backend.generate(request, lambda part: None))


async def polled(farm, times=2):
    """Waits until a ticket is polled that waits for news."""
    await until(lambda: any(each.polls >= times for each in farm.tickets.values()))


async def give_up(making):
    making.cancel()
    with suppress(asyncio.CancelledError):
        await making


def any_telling():
    """Whether a farm is still being told what a ticket is for."""
    names = (task.get_coro().__qualname__ for task in asyncio.all_tasks())
    return any("_tell_again" in name for name in names)


def asked(request=None, **options):
    """The headers and the body that a farm gets."""

    async def test(farm):
        await begin(farm, request)
        return farm.ticket.headers[0], farm.bodies[0]

    return run(test, **options)


class TestRequest:
    def test_says_what_the_clip_is_for(self):
        headers, _ = asked()
        assert headers["npc-purpose"] == "urgent"
        assert 4.0 < float(headers["npc-deadline"]) <= 5.0
        assert headers["npc-preset"] == "tiny"
        assert headers["idempotency-key"]

    @pytest.mark.parametrize("purpose", [Purpose.UPGRADE, Purpose.SPECULATION, Purpose.BAKE])
    def test_has_no_deadline_if_nobody_waits(self, purpose):
        headers, _ = asked(replace(wanted(urgent=False), purpose=purpose))
        assert headers["npc-purpose"] == purpose.word
        assert "npc-deadline" not in headers

    def test_names_a_generator_only_if_one_is_chosen(self):
        assert "generator" not in asked()[1]
        assert asked(generator="wan")[1]["generator"] == "wan"

    def test_carries_the_token_and_the_picture(self):
        token = Token.from_environment("T", {"T": "nvf_ember_x"})
        headers, body = asked(wanted(image=NpcImage.of(PNG)), token=token)
        assert headers["authorization"] == "Bearer nvf_ember_x"
        assert body["image"].startswith("data:image/png;base64,")

    @pytest.mark.parametrize("name", ["schön", "two\nlines", "x" * 65])
    def test_leaves_out_a_preset_whose_name_no_header_can_have(self, name):
        request = wanted()
        headers, _ = asked(replace(request, preset=replace(request.preset, name=name)))
        assert "npc-preset" not in headers

    def test_never_waits_in_the_game_for_another_one(self):
        async def test(farm):
            farm.play("slow")
            making = [begin(farm, wanted(seed=seed)) for seed in range(SLOTS + 2)]
            await until(lambda: farm.working() == SLOTS + 2)
            for each in making:
                await give_up(each)

        run(test)


class TestTimes:
    def made(self, times):
        async def test(farm):
            farm.times = times
            return await begin(farm)

        return run(test)

    def test_waiting_is_told_apart_from_making(self):
        clip = self.made({"Npc-Waited": "0.010", "Npc-Generated": "0.250"})
        assert (clip.waiting_seconds, clip.generation_seconds) == (0.01, 0.25)

    def test_nobody_has_waited_longer_here_than_since_the_request(self):
        clip = self.made({"Npc-Waited": "3600"})
        assert 0.0 < clip.waiting_seconds < DEADLINE
        assert clip.generation_seconds == 0.0

    @pytest.mark.parametrize("said", ["", "soon", "nan", "inf", "-1"])
    def test_what_is_no_time_counts_as_none(self, said):
        clip = self.made({"Npc-Waited": said, "Npc-Generated": said})
        assert clip.waiting_seconds == 0.0
        assert clip.generation_seconds > 0.0

    def test_they_are_read_from_the_redirect_to_another_place(self):
        async def send_clip(question):
            return answer(body=video(), media_type="video/webm")

        async def test():
            farm = FakeFarm()
            async with serving(send_clip) as store, serving(farm) as server:
                place = {"location": f"{store.url}/clip", "Npc-Generated": "7.5"}
                farm.says["GET"] = answer(303, **place)
                farm.backend = FarmBackend(server.url, allowed_origins=[store.url])
                clip = await begin(farm)
                await farm.backend.close()
                assert clip.data == video()
                assert clip.generation_seconds == 7.5

        asyncio.run(asyncio.wait_for(test(), DEADLINE))

    def test_a_place_that_is_not_allowed_is_named_with_what_to_do(self):
        async def test(farm):
            farm.says["GET"] = answer(303, location="https://s3.example.org/clip")
            with pytest.raises(GenerationInvalidError, match=r"s3\.example\.org.*allowed_origins"):
                await begin(farm)

        run(test)


class TestPromotion:
    def test_is_told_to_the_farm_while_it_makes_the_clip(self):
        async def test(farm):
            farm.play("slow")
            making = begin(farm, wanted(urgent=False))
            await polled(farm)
            await farm.backend.promote(wanted())
            assert farm.ticket.purposes == ["speculation", "urgent"]
            assert 4.0 < float(farm.ticket.headers[1]["npc-deadline"]) <= 5.0
            await farm.backend.promote(wanted())
            assert len(farm.ticket.headers) == 2
            await give_up(making)

        run(test)

    def test_while_it_is_sent_is_told_as_soon_as_there_is_a_ticket(self):
        async def test(farm):
            begun, go_on = asyncio.Event(), asyncio.Event()

            async def submit(question):
                begun.set()
                await go_on.wait()
                return farm.submit(question)

            farm.says["POST"] = submit
            making = begin(farm, wanted(urgent=False))
            await begun.wait()
            await farm.backend.promote(wanted())
            go_on.set()
            await making
            assert farm.ticket.purposes == ["speculation", "urgent"]

        run(test)

    def test_before_it_is_sent_changes_the_request_itself(self):
        async def test(farm):
            making = begin(farm, wanted(urgent=False))
            await asyncio.sleep(0)
            await farm.backend.promote(wanted())
            await making
            assert farm.ticket.purposes == ["urgent"]

        run(test)

    @pytest.mark.parametrize("request_of", [wanted, lambda: wanted(urgent=False)])
    def test_of_another_clip_or_to_nothing_higher_is_not_told(self, request_of):
        async def test(farm):
            farm.play("slow")
            making = begin(farm, request_of())
            await polled(farm)
            await farm.backend.promote(wanted("angry"))
            await farm.backend.promote(wanted(urgent=False))
            assert len(farm.ticket.headers) == 1
            await give_up(making)

        run(test)

    def test_a_farm_that_does_not_hear_it_makes_the_clip_all_the_same(self):
        async def test(farm):
            farm.play("slow")
            making = begin(farm, wanted(urgent=False))
            await polled(farm)
            farm.says["PATCH"] = answer(500)
            await farm.backend.promote(wanted())
            farm.ticket.what = "clip"
            farm.go_on.set()
            assert (await making).data == video()

        run(test)

    @pytest.mark.parametrize("status", [None, 502, 503])
    def test_a_farm_that_was_away_hears_it_once_it_is_back(self, status):
        async def test(farm):
            tries = []

            async def be_away(question):
                tries.append(question)
                return answer(status) if status else reset(question.writer)

            farm.play("slow")
            making = begin(farm, wanted(urgent=False))
            await polled(farm)
            farm.says["PATCH"] = be_away
            await farm.backend.promote(wanted())
            await until(lambda: len(tries) > 1)
            del farm.says["PATCH"]
            await until(lambda: farm.ticket.purposes == ["speculation", "urgent"])
            farm.ticket.what = "clip"
            farm.go_on.set()
            await making
            assert farm.ticket.purposes == ["speculation", "urgent"]

        run(test)

    @pytest.mark.parametrize(("status", "tries"), [(503, 4), (401, 1), (500, 1)])
    def test_a_farm_that_never_hears_it_is_not_asked_for_ever(self, status, tries, monkeypatch):
        monkeypatch.setattr("npc_video.backends.farm.backend.RESTS", (0.01,) * 3)

        async def test(farm):
            heard = []

            async def refuse(question):
                heard.append(question)
                return answer(status)

            farm.play("slow")
            making = begin(farm, wanted(urgent=False))
            await polled(farm)
            farm.says["PATCH"] = refuse
            await farm.backend.promote(wanted())
            await until(lambda: not any_telling())
            assert len(heard) == tries
            await give_up(making)

        run(test)

    def test_of_a_clip_that_came_is_not_told_any_more(self, monkeypatch):
        monkeypatch.setattr("npc_video.backends.farm.backend.RESTS", (DEADLINE,))

        async def test(farm):
            farm.play("slow")
            making = begin(farm, wanted(urgent=False))
            await polled(farm)
            farm.says["PATCH"] = answer(503)
            await farm.backend.promote(wanted())
            assert any_telling()
            farm.ticket.what = "clip"
            farm.go_on.set()
            assert (await making).data == video()
            await until(lambda: not any_telling())

        run(test)

    def test_a_player_that_asks_for_what_is_made_ahead_reaches_the_farm(self):
        async def play(farm):
            farm.play("slow")
            manager = VideoGenerationManager(VideoGenerationConfig(preset="realtime"), farm.backend)
            look = VideoParams(expression="happy", npc_id="ember")
            events = []
            try:
                manager.prepare([(look, 1.0)])
                await polled(farm)
                manager.request(look)
                await until(lambda: len(farm.ticket.headers) == 2)
                assert farm.ticket.purposes == ["bake", "urgent"]
                farm.ticket.what = "clip"
                farm.go_on.set()
                await until(lambda: events.extend(manager.poll()) or ready(events))
            finally:
                await asyncio.to_thread(manager.close)

        def ready(events):
            return any(isinstance(event, ClipReady) for event in events)

        async def whole():
            async with farming() as farm:
                await asyncio.wait_for(play(farm), DEADLINE)

        asyncio.run(whole())


class TestTickets:
    def test_what_nobody_wants_any_more_is_left(self):
        async def test(farm):
            farm.play("slow")
            making = begin(farm)
            await polled(farm)
            await give_up(making)
            assert len(farm.left) == 1
            assert farm.tickets == {}

        run(test)

    def test_one_that_could_not_be_left_is_used_again_with_its_new_purpose(self):
        async def test(farm):
            farm.play("slow")
            making = begin(farm, wanted(urgent=False))
            await polled(farm)
            farm.says["DELETE"] = answer(503)
            await give_up(making)
            farm.ticket.what = "clip"
            farm.go_on.set()
            assert (await begin(farm)).data == video()
            assert farm.ticket.purposes == ["speculation", "urgent"]
            assert len(farm.bodies) == 1

        run(test)

    def test_a_farm_that_forgets_everything_is_asked_anew(self):
        async def test(farm):
            farm.play("slow")
            making = begin(farm)
            await polled(farm)
            farm.restart()
            farm.play("clip")
            farm.go_on.set()
            assert (await making).data == video()
            assert len(farm.bodies) == 2

        run(test)

    def test_a_job_that_was_given_up_in_a_long_silence_is_asked_for_anew(self):
        async def test(farm):
            farm.play("slow")
            making = begin(farm)
            await polled(farm)
            farm.ticket.what = "cancelled"
            farm.play("clip")
            farm.go_on.set()
            assert (await making).data == video()

        run(test)

    def test_a_farm_that_is_away_for_a_moment_loses_nothing(self):
        async def test(farm):
            farm.play("slow")
            making = begin(farm)
            await polled(farm)
            farm.play("unreachable")
            farm.ticket.what = "clip"
            farm.go_on.set()
            await until(lambda: farm.lost)
            farm.play("clip")
            assert (await making).data == video()
            assert len(farm.bodies) == 1

        run(test)

    @pytest.mark.parametrize("paid", [False, True])
    def test_one_that_is_lost_again_and_again_may_be_made_elsewhere(self, paid):
        async def test(farm):
            farm.says["GET"] = answer(504, b"No such ticket: ask again.", "text/plain")
            with pytest.raises(GeneratorUnreachableError, match="No such ticket") as caught:
                await begin(farm)
            assert not caught.value.has_begun
            assert len(farm.bodies) == 2

        run(test, finish_started=paid)

    def test_bytes_of_two_jobs_do_not_mix(self):
        async def test(farm):
            data, early = video(), []

            async def send_a_part(question):
                whole = answer(body=data, media_type="video/webm")
                question.writer.write(whole[: -len(data) // 2])
                await question.writer.drain()
                farm.restart()
                del farm.says["GET"]

            farm.says["GET"] = send_a_part
            clip = await farm.backend.generate(wanted(), lambda part: None, early.append)
            assert clip.data == data
            assert data.startswith(b"".join(part.data for part in early))

        run(test)

    def test_a_request_whose_answer_is_lost_is_sent_as_the_same_one(self):
        async def test(farm):
            async def lose(question):
                farm.submit(question)
                del farm.says["POST"]

            farm.says["POST"] = lose
            assert (await begin(farm)).data == video()
            assert len(farm.tickets) == 1
            keys = {each["idempotency-key"] for each in farm.ticket.headers}
            assert (len(farm.ticket.headers), len(keys)) == (2, 1)

        run(test)

    def test_progress_does_not_fall_when_a_job_begins_anew(self):
        async def test(farm):
            told = []
            farm.play("slow")
            making = asyncio.ensure_future(farm.backend.generate(wanted(), told.append))
            await polled(farm)
            farm.restart()
            farm.play("clip")
            farm.go_on.set()
            await making
            assert told == sorted(told)

        run(test)


class TestErrors:
    @pytest.mark.parametrize(
        ("status", "kind"),
        [
            (401, GenerationRefusedError),
            (402, GenerationRefusedError),
            (403, GenerationRefusedError),
            (413, ClipTooLargeError),
            (429, GeneratorOverloadedError),
            (503, GeneratorOverloadedError),
        ],
    )
    def test_say_what_the_farm_says(self, status, kind):
        async def test(farm):
            farm.says["POST"] = answer(status, b"Wait for it.", "text/plain", retry_after="7")
            with pytest.raises(kind, match="Wait for it") as caught:
                await begin(farm)
            assert not caught.value.has_begun
            if kind is GeneratorOverloadedError:
                assert caught.value.retry_after == 7.0

        run(test)

    @pytest.mark.parametrize("paid", [False, True])
    def test_a_farm_that_is_lost_may_have_begun_what_costs_money(self, paid, monkeypatch):
        monkeypatch.setattr("npc_video.backends.http.jobs.RESTS", (0.01,) * 2)

        async def test(farm):
            farm.play("slow")
            making = begin(farm)
            await polled(farm)
            farm.play("unreachable")
            farm.go_on.set()
            with pytest.raises(GeneratorUnavailableError) as caught:
                await making
            assert caught.value.has_begun is paid

        run(test, finish_started=paid)

    def test_a_job_that_somebody_cancels_twice_is_cancelled(self):
        async def test(farm):
            farm.play("cancelled")
            with pytest.raises(GenerationCancelledError):
                await begin(farm)

        run(test)

    @pytest.mark.parametrize("what", ["invalid", "too large", "failed"])
    def test_a_job_that_fails_is_begun_anew_when_its_clip_is_wanted_again(self, what):
        async def test(farm):
            farm.play(what)
            with pytest.raises(GenerationError):
                await begin(farm)
            farm.play("clip")
            assert (await begin(farm)).data == video()
            assert len(farm.bodies) == 2

        run(test)

    def test_without_slots_there_would_never_be_a_clip(self):
        with pytest.raises(InvalidDataError, match="slots"):
            FarmBackend("http://localhost", slots=0)


class TestHealth:
    def problem(self, facts=None, *, status=200, **options):
        async def test(farm):
            if facts is not None:
                farm.says["GET"] = answer(status, facts)
            health = await farm.backend.health()
            assert not health.is_ready
            (problem,) = health.problems
            return problem

        return run(test, **options)

    def test_names_the_generators(self):
        async def test(farm):
            health = await farm.backend.health()
            assert health.is_ready
            assert health.models == ("wan",)

        run(test, generator="wan")

    def test_a_generator_that_is_not_there(self):
        assert "mean wan" in self.problem(generator="wann")

    def test_a_farm_without_workers(self):
        assert "npc-video farm worker" in self.problem({"generators": [], "ready": False})

    def test_a_farm_without_a_brain(self):
        facts = {"generators": [{"name": "wan", "slots": 1}], "ready": False}
        assert "npc-video farm doctor" in self.problem(facts)

    @pytest.mark.parametrize("facts", [{}, [], {"generators": 3, "ready": True}])
    def test_another_service(self, facts):
        assert "no farm" in self.problem(facts)

    def test_a_service_without_such_a_page(self):
        assert "no farm" in self.problem({}, status=404)

    def test_clips_from_an_origin_that_is_not_allowed(self):
        facts = {
            "generators": [{"name": "wan"}],
            "ready": True,
            "clips_from": "https://s3.example.org",
        }
        assert "add that to allowed_origins" in self.problem(facts)

    def test_clips_from_an_origin_that_is_allowed(self):
        async def test(farm):
            farm.facts["clips_from"] = "https://s3.example.org"
            assert (await farm.backend.health()).is_ready
            assert (await farm.backend.facts()).clips_from == "https://s3.example.org"

        run(test, allowed_origins=["https://s3.example.org"])

    def test_a_wrong_token(self):
        token = Token.from_environment("T", {"T": "wrong"})
        problem = self.problem({"error": "Not accepted"}, status=401, token=token)
        assert "environment variable T" in problem


class TestFacts:
    @pytest.mark.parametrize(("said", "first"), [({}, "wan"), ({"first": "ltx"}, "ltx")])
    def test_name_the_generators_and_the_first_one(self, said, first):
        async def test(farm):
            each = [{"name": "wan", "slots": 3}, {"name": "ltx", "slots": 12}, {"name": "off"}]
            farm.facts |= {"generators": each, **said}
            facts = await farm.backend.facts()
            assert facts.generators == {"wan": 3, "ltx": 12, "off": 1}
            assert facts.first == first

        run(test)

    @pytest.mark.parametrize(
        ("status", "facts", "error"),
        [
            (200, {"generators": [], "ready": False}, "npc-video farm worker"),
            (200, {"generators": [{"name": "wan"}], "ready": False}, "npc-video farm doctor"),
            (200, {}, "no farm"),
            (404, {}, "no farm"),
            (401, {}, "No token was sent"),
        ],
    )
    def test_of_a_farm_that_makes_no_clips(self, status, facts, error):
        async def test(farm):
            farm.says["GET"] = answer(status, facts)
            with pytest.raises(GenerationError, match=error):
                await farm.backend.facts()

        run(test)


def test_baking_waits_as_long_as_it_takes():
    async def test(farm):
        farm.play("slow")
        making = begin(farm, replace(wanted(urgent=False), purpose=Purpose.BAKE))
        others = begin(farm, wanted(seed=8))
        with pytest.raises(GeneratorUnavailableError, match="not ready"):
            await others
        assert not making.done()
        await give_up(making)

    run(test, limits=Limits(generate_seconds=0.3))
