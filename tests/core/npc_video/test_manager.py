import asyncio
import threading
from contextlib import suppress
from dataclasses import replace

import pytest
from npc_video import NpcResponseEvaluator, ToolInteraction
from npc_video.backends.base import Backend, Capabilities, ClipPart, Preview
from npc_video.cache import ClipCache
from npc_video.cache.disk import DiskTier
from npc_video.errors import GenerationError, GeneratorUnavailableError, InvalidDataError
from npc_video.generation.events import (
    ClipReady,
    DeadlinePassed,
    Failed,
    Growing,
    MadeAhead,
    Previewed,
    Progress,
    SimilarReady,
)
from npc_video.manager import VideoGenerationManager
from npc_video.prediction.forecast import Walk
from npc_video.records import GeneratedClip, Purpose, VideoGenerationConfig, VideoParams
from npc_video.templates import read_template

from .waiting import DEADLINE, until

REALTIME = VideoGenerationConfig(preset="realtime")


def params(expression, npc_id="ember"):
    return VideoParams(expression=expression, npc_id=npc_id)


class ScriptedBackend(Backend):
    """Finishes a clip when the test says so."""

    def __init__(self):
        self.begun = []
        self.presets = []
        self.given_up = []
        self.is_closed = False
        self._answers = {}

    async def generate(self, request, on_progress, on_early):
        key = request.params.cache_key()
        answer = self._answers[key] = asyncio.get_running_loop().create_future()
        self.begun.append(request.params)
        self.on_early = on_early
        self.presets.append(request.preset.name)
        on_progress(0.5)
        try:
            result = await answer
        except asyncio.CancelledError:
            self.given_up.append(request.params)
            raise
        if isinstance(result, Exception):
            raise result
        return clip(request.params, *([] if result is None else [result]))

    async def close(self):
        self.is_closed = True

    def finish(self, wanted, result=None):
        """Lets the clip of `wanted`, which must have begun, end with `result`."""
        until(lambda: wanted in self.begun)
        answer = self._answers[wanted.cache_key()]
        answer.get_loop().call_soon_threadsafe(answer.set_result, result)


def clip(wanted, data=b"clip"):
    return GeneratedClip(data, "video/webm", 256, 256, 8.0, 3.0, "realtime", wanted, 1.0)


def disk_cache(folder):
    return ClipCache(10, disk=DiskTier(folder, 1 << 20))


@pytest.fixture
def backend():
    return ScriptedBackend()


@pytest.fixture
def manager(backend):
    manager = VideoGenerationManager(VideoGenerationConfig(preset="realtime"), backend)
    yield manager
    manager.close()


def polled(manager, kind):
    """All events up to the first of `kind`, which comes last."""
    events = []

    def came():
        events.extend(manager.poll())
        return any(isinstance(event, kind) for event in events)

    until(came)
    return events


def test_tells_progress_and_the_clip(manager, backend):
    assert manager.request(params("happy")).clip is None
    backend.finish(params("happy"))
    assert polled(manager, ClipReady) == [
        Progress(params("happy"), 0.5),
        ClipReady(params("happy"), clip(params("happy"))),
    ]
    assert manager.poll() == []


def test_what_is_paid_by_the_clip_is_asked_for_once_and_never_broken_off():
    class Paid(ScriptedBackend):
        @property
        def capabilities(self):
            return Capabilities(finish_started=True)

    backend = Paid()
    manager = VideoGenerationManager(replace(REALTIME, predictive=False), backend)
    opening, reaction = params("neutral"), params("happy")
    manager.request(opening, 0, viewer="player")
    until(lambda: backend.begun == [opening])
    manager.request(reaction, 10, viewer="player")
    manager.leave("player")
    manager.request(reaction, 10, viewer="player")
    backend.finish(opening)
    polled(manager, ClipReady)
    backend.finish(reaction)
    assert polled(manager, ClipReady)[-1] == ClipReady(reaction, clip(reaction))
    assert manager.request(opening, 0, viewer="player").clip == clip(opening)
    assert (backend.begun, backend.given_up) == ([opening, reaction], [])
    manager.close()


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (None, "returned NoneType: return a GeneratedClip"),
        (clip(params("happy"), data="text"), "returned str: return a GeneratedClip"),
        (clip(params("sad")), "a clip of other parameters"),
        (asyncio.CancelledError(), "CancelledError"),
        (SystemExit(1), "SystemExit"),
        (KeyboardInterrupt(), "KeyboardInterrupt"),
    ],
    ids=["nothing", "text", "another", "cancelled", "exit", "interrupt"],
)
def test_whatever_a_backend_answers_its_turn_ends(answer, reason):
    class Careless(ScriptedBackend):
        async def generate(self, request, on_progress, on_early):
            if request.params == params("fine"):
                return clip(request.params)
            if isinstance(answer, BaseException):
                raise answer
            return answer

    manager = VideoGenerationManager(replace(REALTIME, predictive=False), Careless())
    manager.request(params("happy"))
    assert reason in polled(manager, Failed)[-1].reason
    manager.request(params("fine"))
    assert polled(manager, ClipReady)[-1].clip == clip(params("fine"))
    manager.close()


def test_progress_that_is_no_number_ends_the_clip_with_a_reason():
    class Talkative(ScriptedBackend):
        async def generate(self, request, on_progress, on_early):
            on_progress("half")

    with VideoGenerationManager(REALTIME, Talkative()) as manager:
        manager.request(params("happy"))
        (failed,) = polled(manager, Failed)
        assert failed.reason == "on_progress: 'half' is not a number from 0 to 1."


def test_answers_at_once_what_is_there(manager, backend):
    manager.request(params("happy"))
    backend.finish(params("happy"))
    polled(manager, ClipReady)
    assert manager.request(params("happy")).clip == clip(params("happy"))
    assert len(backend.begun) == 1


def test_generates_once_what_is_asked_for_twice(manager, backend):
    for _ in range(3):
        assert manager.request(params("happy")).clip is None
    backend.finish(params("happy"))
    events = polled(manager, ClipReady)
    assert len([event for event in events if isinstance(event, ClipReady)]) == 1
    assert backend.begun == [params("happy")]


def test_forgets_when_told_to(manager, backend):
    manager.request(params("happy"))
    backend.finish(params("happy"))
    polled(manager, ClipReady)
    manager.clear_cache()
    assert manager.request(params("happy")).clip is None


def test_clear_gives_up_what_runs_and_waits_and_forgets_what_is_there(manager, backend):
    manager.request(params("happy"))
    backend.finish(params("happy"))
    polled(manager, ClipReady)
    manager.request(params("sad", "a"))
    manager.request(params("sad", "b"))
    until(lambda: len(backend.begun) == 2)
    manager.clear()
    until(lambda: backend.given_up == [params("sad", "a")])
    assert manager.poll() == []
    assert manager.stats().queue_length == manager.stats().running == 0
    assert manager.request(params("happy")).clip is None


class TestOrder:
    def finish_running(self, manager, backend, wanted):
        backend.finish(wanted)
        polled(manager, ClipReady)

    def test_newer_request_of_an_npc_supersedes_the_one_that_waits(self, manager, backend):
        manager.request(params("happy"))
        manager.request(params("sad"))
        manager.request(params("angry"))
        self.finish_running(manager, backend, params("happy"))
        self.finish_running(manager, backend, params("angry"))
        assert backend.begun == [params("happy"), params("angry")]

    def test_other_npcs_wait_in_turn(self, manager, backend):
        wanted = [params("happy", npc) for npc in ("a", "b", "c")]
        for each in wanted:
            manager.request(each)
        for each in wanted:
            self.finish_running(manager, backend, each)
        assert backend.begun == wanted

    def test_higher_priority_begins_earlier(self, manager, backend):
        wanted = [params("happy", npc) for npc in ("a", "b", "c")]
        for each, priority in zip(wanted, (50, 1, 20), strict=True):
            manager.request(each, priority)
        for each in (wanted[0], wanted[2], wanted[1]):
            self.finish_running(manager, backend, each)
        assert backend.begun == [wanted[0], wanted[2], wanted[1]]

    def test_never_waits_for_one_of_lower_priority(self, manager, backend):
        manager.request(params("happy", "a"), 1)
        until(lambda: backend.begun)
        manager.request(params("happy", "b"), 10)
        self.finish_running(manager, backend, params("happy", "b"))
        assert backend.given_up == [params("happy", "a")]


class TestCancel:
    def test_while_waiting(self, manager, backend):
        manager.request(params("happy", "a"))
        manager.request(params("happy", "b"))
        manager.cancel(params("happy", "b"))
        backend.finish(params("happy", "a"))
        polled(manager, ClipReady)
        manager.request(params("happy", "c"))
        backend.finish(params("happy", "c"))
        polled(manager, ClipReady)
        assert params("happy", "b") not in backend.begun

    def test_while_running_tells_nothing_more(self, manager, backend):
        manager.request(params("happy"))
        until(lambda: backend.begun)
        manager.cancel(params("happy"))
        until(lambda: backend.given_up)
        assert manager.poll() == []

    def test_before_it_begins_leaves_the_way_free(self, manager, backend):
        """The worker may not have taken the first step yet."""
        for _ in range(50):
            manager.request(params("sad"))
            manager.cancel(params("sad"))
        manager.request(params("happy"))
        backend.finish(params("happy"))
        assert isinstance(polled(manager, ClipReady)[-1], ClipReady)

    def test_of_something_unknown(self, manager):
        manager.cancel(params("happy"))

    def test_then_ask_again(self, manager, backend):
        manager.request(params("happy"))
        until(lambda: backend.begun)
        manager.cancel(params("happy"))
        manager.request(params("happy"))
        until(lambda: len(backend.begun) == 2)
        backend.finish(params("happy"))
        polled(manager, ClipReady)


class TestFailure:
    def test_is_an_event_with_its_reason(self, manager, backend):
        manager.request(params("happy"))
        backend.finish(params("happy"), GenerationError("The server is off: start it."))
        failed = polled(manager, Failed)[-1]
        assert failed == Failed(params("happy"), "The server is off: start it.")

    def test_of_any_kind_never_reaches_the_caller(self, manager, backend):
        manager.request(params("happy"))
        backend.finish(params("happy"), ZeroDivisionError("oops"))
        assert "oops" in polled(manager, Failed)[-1].reason

    def test_can_be_tried_again(self, manager, backend):
        manager.request(params("happy"))
        backend.finish(params("happy"), GenerationError("No."))
        polled(manager, Failed)
        assert manager.request(params("happy")).clip is None
        until(lambda: len(backend.begun) == 2)
        backend.finish(params("happy"))
        polled(manager, ClipReady)


def test_close_gives_up_what_runs_and_closes_the_backend(backend):
    manager = VideoGenerationManager(VideoGenerationConfig(), backend)
    manager.request(params("happy", "a"))
    manager.request(params("happy", "b"))
    until(lambda: backend.begun)
    manager.close()
    assert backend.given_up == [params("happy", "a")]
    assert backend.is_closed
    assert not [thread for thread in threading.enumerate() if thread.name == "npc_video"]


def test_a_block_closes_it_at_its_end_whatever_happens_in_it(backend):
    config = VideoGenerationConfig()
    with suppress(GenerationError), VideoGenerationManager(config, backend) as manager:
        manager.request(params("happy"))
        until(lambda: backend.begun)
        raise GenerationError("in the block")
    assert backend.given_up == [params("happy")]
    assert backend.is_closed


@pytest.mark.parametrize("broken", [ValueError("no"), None], ids=["breaks", "goes on for ever"])
def test_close_goes_on_where_a_backend_does_not_close(backend, broken, monkeypatch):
    monkeypatch.setattr("npc_video.manager._CLOSE_SECONDS", 0.05)

    class Broken(ScriptedBackend):
        async def close(self):
            if broken is None:
                await asyncio.Event().wait()
            raise broken

    backends = {"broken": Broken(), "good": backend}
    VideoGenerationManager(VideoGenerationConfig(), backends).close()
    assert backend.is_closed


class TestUnavailable:
    def test_is_tried_again(self, manager, backend):
        manager.request(params("happy"))
        backend.finish(params("happy"), GeneratorUnavailableError("The server is off: start it."))
        until(lambda: manager.poll() is not None and len(backend.begun) == 2)
        backend.finish(params("happy"))
        assert isinstance(polled(manager, ClipReady)[-1], ClipReady)
        assert manager.stats().retried == 1


class TestPromotion:
    def promoted(self, manager, backend, wanted):
        told = []

        async def promote(request):
            told.append(request)

        backend.promote = promote
        manager.request(wanted)
        until(lambda: told)
        return told

    def test_the_backend_hears_that_somebody_waits_now(self, manager, backend):
        manager.pregenerate(VideoParams(npc_id="ember"))
        until(lambda: backend.begun)
        (request,) = self.promoted(manager, backend, backend.begun[0])
        assert request.params == backend.begun[0]
        assert request.purpose is Purpose.URGENT
        assert request.deadline == REALTIME.max_wait
        backend.finish(backend.begun[0])
        polled(manager, ClipReady)

    def test_a_backend_that_breaks_then_makes_its_clip_all_the_same(self, manager, backend, caplog):
        async def promote(request):
            raise RuntimeError("No such job.")

        manager.pregenerate(VideoParams(npc_id="ember"))
        until(lambda: backend.begun)
        backend.promote = promote
        manager.request(backend.begun[0])
        until(lambda: "No such job." in caplog.text)
        backend.finish(backend.begun[0])
        polled(manager, ClipReady)

    def test_while_the_picture_is_read_the_request_itself_changes(self):
        class Asked(ScriptedBackend):
            capabilities = Capabilities(uses_image=True)
            requests = ()

            async def generate(self, request, on_progress, on_early):
                self.requests = (*self.requests, request)
                return await super().generate(request, on_progress, on_early)

        reads, go_on, backend = threading.Event(), threading.Event(), Asked()

        def read(name):
            reads.set()
            assert go_on.wait(DEADLINE)
            return b"\x89PNG\r\n\x1a\n"

        wanted = VideoParams(npc_id="ember", npc_base_image="ember.png")
        with VideoGenerationManager(REALTIME, backend, read_picture=read) as manager:
            manager.prepare([(wanted, 1.0)])
            assert reads.wait(DEADLINE)
            manager.request(wanted)
            go_on.set()
            until(lambda: backend.requests)
            assert backend.requests[0].purpose is Purpose.URGENT
            assert backend.requests[0].image is not None


class TestEarly:
    def tell(self, backend, *news):
        """As a generator does, on the worker thread."""
        for each in news:
            self.loop(backend).call_soon_threadsafe(backend.on_early, each)

    def loop(self, backend):
        until(lambda: backend._answers)
        return next(iter(backend._answers.values())).get_loop()

    def part(self, data):
        return ClipPart(data, "video/webm")

    def begin(self, manager, backend, count=1):
        manager.request(params("happy"))
        until(lambda: len(backend.begun) == count)

    def test_a_clip_that_comes_in_is_told_once_with_its_file(self, manager, backend):
        self.begin(manager, backend)
        self.tell(backend, self.part(b"cl"), self.part(b"i"))
        growing = polled(manager, Growing)[-1]
        assert growing.params == params("happy")
        assert (growing.clip.preset, growing.clip.width, growing.clip.data) == (
            "realtime",
            256,
            b"",
        )
        reader = growing.file.reader()
        self.tell(backend, self.part(b"p"))
        assert b"".join(reader.read(1) for _ in range(4)) == b"clip"
        assert not growing.file.is_whole
        backend.finish(params("happy"))
        events = polled(manager, ClipReady)
        assert growing.file.is_whole
        assert reader.read(1) == b""
        assert not [event for event in events if isinstance(event, Growing)]

    def test_nobody_hears_of_what_nobody_awaits(self, manager, backend):
        manager.pregenerate(VideoParams(npc_id="ember"))
        until(lambda: backend.begun)
        self.tell(backend, Preview(b"still", "image/png"), self.part(b"cl"))
        backend.finish(backend.begun[0])
        until(lambda: manager.stats().speculations or manager.poll())
        assert not [e for e in manager.poll() if isinstance(e, Growing | Previewed)]

    def test_who_begins_to_await_it_hears_of_it_with_the_next_part(self, manager, backend):
        manager.pregenerate(VideoParams(npc_id="ember"))
        until(lambda: backend.begun)
        self.tell(backend, self.part(b"cl"))
        manager.request(backend.begun[0])
        self.tell(backend, self.part(b"ip"))
        file = polled(manager, Growing)[-1].file
        backend.finish(backend.begun[0])
        polled(manager, ClipReady)
        assert file.is_whole

    def test_stills_are_told(self, manager, backend):
        self.begin(manager, backend)
        still = Preview(b"still", "image/png")
        self.tell(backend, still)
        assert polled(manager, Previewed)[-1] == Previewed(params("happy"), still)

    def test_each_attempt_has_a_file_of_its_own(self, manager, backend):
        self.begin(manager, backend)
        self.tell(backend, self.part(b"broken"))
        first = polled(manager, Growing)[-1].file
        backend.finish(params("happy"), GeneratorUnavailableError("It broke off."))
        until(lambda: manager.poll() is not None and len(backend.begun) == 2)
        self.tell(backend, self.part(b"clip"))
        second = polled(manager, Growing)[-1].file
        backend.finish(params("happy"))
        polled(manager, ClipReady)
        assert (first.is_whole, second.is_whole) == (False, True)
        assert first.reader().read(99) == b"broken"

    def test_a_clip_of_other_bytes_leaves_the_file_given_up(self, manager, backend):
        self.begin(manager, backend)
        self.tell(backend, self.part(b"other"))
        file = polled(manager, Growing)[-1].file
        backend.finish(params("happy"))
        assert polled(manager, ClipReady)[-1].clip.data == b"clip"
        assert not file.is_whole

    @pytest.mark.parametrize("end", ["cancel", "fail", "close"])
    def test_no_reader_waits_longer_than_the_attempt_lasts(self, backend, end):
        manager = VideoGenerationManager(REALTIME, backend)
        self.begin(manager, backend)
        self.tell(backend, self.part(b"cl"))
        reader = polled(manager, Growing)[-1].file.reader()
        found = []
        thread = threading.Thread(target=lambda: found.extend((reader.read(2), reader.read(2))))
        thread.start()
        if end == "cancel":
            manager.cancel(params("happy"))
        elif end == "fail":
            backend.finish(params("happy"), GenerationError("No."))
        manager.close()
        thread.join(DEADLINE)
        assert found == [b"cl", b""]


class TestAhead:
    def test_a_hint_is_there_when_it_is_asked_for(self, manager, backend):
        manager.hint_next(params("sad"), 0.9)
        backend.finish(params("sad"))
        until(lambda: manager.poll() == [] and manager.stats().speculations == 1)
        assert manager.request(params("sad")).clip == clip(params("sad"))

    @pytest.mark.parametrize("probability", [-0.1, 1.1, float("nan")])
    def test_a_hint_needs_a_probability(self, manager, probability):
        with pytest.raises(InvalidDataError):
            manager.hint_next(params("sad"), probability)

    def test_a_hint_says_that_prediction_is_off(self, manager):
        manager.update_config(replace(REALTIME, predictive=False))
        with pytest.raises(InvalidDataError, match=r"^Nothing .* turn predictive on\.$"):
            manager.hint_next(params("sad"))

    def test_an_npc_is_learned_and_remembered(self, manager):
        evaluator = NpcResponseEvaluator({"npc": {"id": "ember"}}, clock=lambda: 0.0)
        manager.add_npc("ember", evaluator)
        touch = ToolInteraction("feather", "feather")
        manager.request(evaluator.evaluate(touch), interaction=touch)
        learned = manager.learned("ember")
        assert learned["habits"]["examples"][0]["tool_id"] == "feather"
        manager.remove_npc("ember")
        with pytest.raises(InvalidDataError):
            manager.learned("ember")
        manager.add_npc("ember", evaluator, learned)
        assert manager.learned("ember") == learned

    def test_common_states_are_made_in_idle_time(self, manager, backend):
        manager.pregenerate(VideoParams(npc_id="ember"))
        until(lambda: backend.begun)
        assert backend.begun[0].expression == "neutral"

    def test_what_the_graph_reaches_is_made_in_idle_time(self, manager, backend):
        evaluator = NpcResponseEvaluator(read_template("guard") | {"npc": {"id": "guard"}})
        manager.pregenerate(VideoParams(), evaluator)
        walked = sorted(Walk(evaluator).finish().weighted, key=lambda found: -found[1])
        wanted = [params for params, _ in walked]
        for count, coming in enumerate(wanted[:5], 1):
            until(lambda count=count: manager.poll() or len(backend.begun) == count)
            assert backend.begun[-1] == coming
            backend.finish(coming)
            polled(manager, MadeAhead)
        assert evaluator.state.answered is None
        assert manager.request(wanted[3]).clip is not None

    @pytest.mark.parametrize("leave", ["remove_npc", "clear"])
    def test_nothing_is_made_for_who_has_gone_meanwhile(self, manager, backend, leave):
        evaluator = NpcResponseEvaluator(read_template("guard") | {"npc": {"id": "guard"}})
        manager.pregenerate(VideoParams(), evaluator)
        (walk,) = manager._walks.values()
        getattr(manager, leave)(*(["guard"] if leave == "remove_npc" else []))
        until(walk.done)
        manager.poll()
        assert not backend.begun

    def test_cutscenes_and_pauses_can_be_told(self, manager):
        manager.idle()
        manager.cutscene(True)
        manager.cutscene(False)
        assert manager.poll() == []


class OtherBackend(ScriptedBackend):
    fingerprint = "another workflow"


class TestDisk:
    def test_a_clip_of_an_earlier_session_is_loaded_not_made(self, tmp_path, backend):
        first = VideoGenerationManager(REALTIME, backend, cache=disk_cache(tmp_path))
        first.request(params("happy"))
        backend.finish(params("happy"))
        polled(first, ClipReady)
        first.close()
        cache = disk_cache(tmp_path)
        second = VideoGenerationManager(REALTIME, ScriptedBackend(), cache=cache)
        until(lambda: params("happy").cache_key() in cache)
        assert second.request(params("happy")).clip is None
        assert polled(second, ClipReady)[-1].clip.data == b"clip"
        assert second.request(params("happy")).clip.data == b"clip"
        second.close()

    def test_a_clip_of_another_generator_is_made_anew(self, tmp_path, backend):
        first = VideoGenerationManager(REALTIME, backend, cache=disk_cache(tmp_path))
        first.request(params("happy"))
        backend.finish(params("happy"))
        polled(first, ClipReady)
        first.close()
        cache, other = disk_cache(tmp_path), OtherBackend()
        second = VideoGenerationManager(REALTIME, other, cache=cache)
        second.request(params("happy"))
        other.finish(params("happy"), b"other")
        assert polled(second, ClipReady)[-1].clip.data == b"other"
        second.close()
        assert cache.stats().disk.entries == 2


def test_several_generators_share_the_work():
    backends = {"one": ScriptedBackend(), "two": ScriptedBackend()}
    manager = VideoGenerationManager(REALTIME, backends)
    manager.request(params("happy", "a"))
    manager.request(params("happy", "b"))
    until(lambda: all(backend.begun for backend in backends.values()))
    manager.close()
    assert all(backend.is_closed for backend in backends.values())


def test_settings_can_change_while_it_runs(manager, backend):
    manager.update_config(VideoGenerationConfig(preset="quality", progressive=False, max_wait=60))
    manager.request(params("happy"))
    until(lambda: backend.presets == ["quality"])


def test_a_better_preset_counts_at_once_for_what_is_shown(manager, backend):
    manager.request(params("happy"))
    backend.finish(params("happy"))
    polled(manager, ClipReady)
    manager.update_config(VideoGenerationConfig(preset="fast"))
    until(lambda: backend.presets == ["realtime", "fast"])


def test_what_was_learned_outlives_other_ways_to_predict(manager):
    manager.add_npc("ember")
    for tool in ("hand", "song", "hand"):
        manager.request(params("happy", "ember"), interaction=ToolInteraction(tool, tool))
    learned = manager.learned("ember")
    manager.add_npc("stranger")
    assert learned != manager.learned("stranger")
    manager.update_config(replace(REALTIME, look_ahead=1, progression=(("happy", ("proud",)),)))
    assert manager.learned("ember") == learned


def test_a_late_clip_is_told_of():
    now = [0.0]
    manager = VideoGenerationManager(REALTIME, ScriptedBackend(), clock=lambda: now[0])
    manager.request(params("happy"))
    now[0] = 5.0
    assert polled(manager, DeadlinePassed)[-1] == DeadlinePassed(params("happy"), 5.0)
    manager.close()


class TestDiscard:
    def test_what_cannot_be_played_is_gone_from_disk_and_made_anew(self, tmp_path):
        backend = ScriptedBackend()
        manager = VideoGenerationManager(REALTIME, backend, cache=disk_cache(tmp_path))
        manager.request(params("happy"))
        backend.finish(params("happy"), b"broken")
        broken = polled(manager, ClipReady)[-1].clip
        until(lambda: list((tmp_path / "clips").iterdir()))
        manager.discard(broken)
        until(lambda: not list((tmp_path / "clips").iterdir()))
        assert manager.request(params("happy")).clip is None

        def is_asked_again():
            manager.poll()
            return backend.begun.count(params("happy")) == 2

        until(is_asked_again)
        backend.finish(params("happy"), b"good")
        assert polled(manager, ClipReady)[-1].clip.data == b"good"
        manager.close()
        again = VideoGenerationManager(REALTIME, ScriptedBackend(), cache=disk_cache(tmp_path))
        again.request(params("happy"))
        assert polled(again, ClipReady)[-1].clip.data == b"good"
        again.close()

    def test_a_broken_stand_in_on_disk_is_followed_by_the_next_best(self, tmp_path):
        backend = ScriptedBackend()
        first = VideoGenerationManager(REALTIME, backend, cache=disk_cache(tmp_path))
        for expression in ("amused", "laughing"):
            first.request(params(expression))
            backend.finish(params(expression), expression.encode())
            polled(first, ClipReady)
        first.close()
        manager = VideoGenerationManager(
            replace(REALTIME, predictive=False), ScriptedBackend(), cache=disk_cache(tmp_path)
        )
        manager.request(params("happy"))
        covers = [polled(manager, SimilarReady)[-1].clip]
        manager.discard(covers[0])
        answer = manager.stand_in(params("happy"))
        assert answer.clip is None
        covers.append(polled(manager, SimilarReady)[-1].clip)
        assert {cover.data for cover in covers} == {b"amused", b"laughing"}
        manager.close()
