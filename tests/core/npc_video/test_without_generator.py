"""Games that can make no clips: what is there is shown, and nothing is waited for."""

import random
import threading
from dataclasses import replace

import pytest
from npc_video import NpcResponseEvaluator, ToolInteraction
from npc_video.backends.scripted import ScriptedBackend
from npc_video.cache import ClipCache
from npc_video.cache.baked import BakedFolder, BakedTier, folder_reader
from npc_video.cache.disk import DiskTier
from npc_video.generation.core import GenerationCore
from npc_video.generation.decision import Decision
from npc_video.generation.events import ClipReady, Failed, SimilarReady
from npc_video.manager import VideoGenerationManager
from npc_video.records import Fallback, VideoGenerationConfig, VideoParams

from tests.core.npc_video.generation.jobs import clip, look

from .waiting import until

CONFIG = VideoGenerationConfig(preset="realtime")
FEATHER = ToolInteraction("feather", "feather")
# Like none of the others.
ODD = VideoParams(npc_id="ember", expression="angry", emotion="angry", animation="shake")
LOOKS = ["happy", "amused", "sad", "angry", "neutral"]


def baked(folder, *params):
    """A tier of clips that ship with a game."""
    shipped = BakedFolder(folder)
    for each in params:
        shipped.add(each.cache_key(), clip(each, data=each.expression.encode()))
    return BakedTier(folder_reader(folder))


def stored(folder, *params):
    """A cache with clips that are not in memory."""
    return ClipCache(10, baked=baked(folder, *params))


def core(cache, **more):
    return GenerationCore(CONFIG, cache, {}, **more)


@pytest.fixture
def manager_of():
    """Makes managers without a backend."""
    made = []

    def make(cache=None):
        made.append(VideoGenerationManager(CONFIG, None, cache=cache))
        return made[-1]

    yield make
    for manager in made:
        manager.close()


def polled(manager, kind):
    events = []

    def came():
        events.extend(manager.poll())
        return any(isinstance(event, kind) for event in events)

    until(came)
    return events


class Game:
    """Asks for anything at any time; now and then the disk answers, and not always with a clip."""

    def __init__(self, cache, chance):
        self.core = core(cache)
        self._cache, self._chance = cache, chance
        self._now = 0.0
        self._loads = []
        # By viewer, what it has asked for and was not told of.
        self._untold = {}

    def take_turn(self):
        self._now += self._chance.choice([0.0, 0.1, 60.0])
        turns = [self._request] * 3 + [self._load] * 2 + [self._learn_disk, self._leave]
        self._chance.choice([*turns, self._prepare, self._hint, self._pass_time])()
        assert self.core.next_wake(self._now) is None

    def end(self):
        self._learn_disk()
        while self._loads:
            self._load()
        assert not self._untold

    def _do(self, decision):
        assert not decision.starts
        assert not decision.stops
        for event in decision.events:
            assert isinstance(event, ClipReady | SimilarReady | Failed)
            waiting = [viewer for viewer, wanted in self._untold.items() if wanted == event.params]
            assert waiting, "nobody waits for it"
            if not isinstance(event, SimilarReady):
                for viewer in waiting:
                    del self._untold[viewer]
        self._loads += decision.loads

    def _request(self):
        wanted = look(self._chance.choice(LOOKS), intensity=self._chance.choice([0.2, 0.8]))
        viewer = self._chance.choice("ab")
        answer, decision = self.core.request(wanted, 10, self._now, viewer=viewer)
        self._untold.pop(viewer, None)
        if answer.clip is None or answer.fallback is not None:
            self._untold[viewer] = wanted
        assert answer.fallback is not None or answer.clip.params.cache_key() == wanted.cache_key()
        self._do(decision)

    def _load(self):
        if self._loads:
            key = self._loads.pop(0)
            clip = self._cache.load(key) if self._chance.random() < 0.7 else None
            self._do(self.core.loaded(key, clip, self._now))

    def _learn_disk(self):
        self._cache.open()
        self._do(self.core.disk_known(self._now))

    def _leave(self):
        viewer = self._chance.choice("ab")
        self._untold.pop(viewer, None)
        self._do(self.core.leave(viewer, self._now))

    def _prepare(self):
        self._do(self.core.prepare([(look(name), 1.0) for name in LOOKS], self._now))

    def _hint(self):
        self._do(self.core.hint(look(self._chance.choice(LOOKS)), 1.0, self._now))

    def _pass_time(self):
        self._do(self.core.advance(self._now))


class TestDeciding:
    @pytest.mark.parametrize("seed", range(30))
    def test_whatever_is_asked_for_is_answered_and_settled_without_a_job(self, tmp_path, seed):
        chance = random.Random(seed)
        shipped = [look(name) for name in chance.sample(LOOKS, chance.randint(1, 3))]
        game = Game(stored(tmp_path, *shipped), chance)
        for _ in range(60):
            game.take_turn()
        game.end()
        assert not game.core._viewers.waiting
        stats = game.core.stats()
        assert not stats.can_generate
        assert (stats.queue_length, stats.running, stats.generated) == (0, 0, 0)
        assert (stats.failed, stats.late, stats.busy_seconds) == (0, 0, 0.0)

    def test_a_baked_clip_is_found_though_it_was_asked_for_too_early(self, tmp_path):
        cache = stored(tmp_path, look())
        subject = core(cache)
        answer, decision = subject.request(look(), 10, 0.0)
        assert answer.fallback is Fallback.PROCEDURAL
        assert decision.loads == ()
        cache.open()
        assert subject.disk_known(9.0).loads == (look().cache_key(),)
        told = subject.loaded(look().cache_key(), cache.load(look().cache_key()), 9.1).events
        assert [type(event) for event in told] == [ClipReady]

    def test_one_like_it_comes_from_disk(self, tmp_path):
        cache = stored(tmp_path, look("happy"))
        cache.open()
        subject = core(cache)
        subject.disk_known(0.0)
        _, decision = subject.request(look("amused"), 10, 0.0)
        assert decision.loads == (look("happy").cache_key(),)
        found = cache.load(look("happy").cache_key())
        told = subject.loaded(look("happy").cache_key(), found, 0.1)
        assert told.events[0] == SimilarReady(look("amused"), found)
        assert [type(event) for event in told.events[1:]] == [Failed]
        assert not subject._viewers.waiting
        answer, decision = subject.request(look("amused"), 10, 1.0)
        assert (answer.fallback, answer.clip) == (Fallback.SIMILAR, found)
        assert decision.loads == ()

    def test_one_like_it_that_came_into_memory_meanwhile(self, tmp_path):
        cache = stored(tmp_path, look("happy"))
        subject = core(cache)
        assert subject.request(look("amused"), 10, 0.0)[0].fallback is Fallback.PROCEDURAL
        cache.open()
        cache.warm()
        told = subject.disk_known(0.1)
        found = cache.get(look("happy").cache_key())
        assert told.events[0] == SimilarReady(look("amused"), found)
        assert [type(event) for event in told.events[1:]] == [Failed]
        assert told.loads == ()

    def test_one_that_was_brought_before_the_disk_was_known_comes_once(self, tmp_path):
        cache = stored(tmp_path, look("happy"))
        cache.open()  # on a thread, a moment before the game hears of it
        subject = core(cache)
        (key,) = subject.request(look("amused"), 10, 0.0)[1].loads
        found = cache.load(key)
        assert subject.disk_known(0.1) == Decision((), (), ())
        told = subject.loaded(key, found, 0.1).events
        assert [type(event) for event in told] == [SimilarReady, Failed]

    def test_one_that_is_shown_already_does_not_come_again(self, tmp_path):
        cache = stored(tmp_path, look("happy"))
        cache.open()
        cache.warm()  # as where another game of the same settings has begun before
        subject = core(cache)
        assert subject.request(look("amused"), 10, 0.0)[0].fallback is Fallback.SIMILAR
        assert [type(event) for event in subject.disk_known(0.1).events] == [Failed]

    def test_it_is_told_what_to_bake(self):
        subject = core(ClipCache(10))
        subject.disk_known(0.0)
        (told,) = subject.request(ODD, 10, 0.1)[1].events
        assert told == Failed(
            ODD,
            "No generator makes clips here, and no stored clip fits the request: bake the"
            " expression 'angry' with the emotion 'angry' and the animation 'shake', or choose a"
            " backend for exported games.",
        )

    def test_not_where_another_fallback_is_preferred(self, tmp_path):
        cache = stored(tmp_path, look("happy"))
        cache.open()
        config = replace(CONFIG, fallback=Fallback.PLACEHOLDER)
        subject = GenerationCore(config, cache, {})
        subject.disk_known(0.0)
        answer, decision = subject.request(look("amused"), 10, 0.0)
        assert answer.fallback is Fallback.PLACEHOLDER
        assert decision.loads == ()
        assert not subject._viewers.waiting

    def test_what_was_asked_for_meanwhile_is_not_covered(self, tmp_path):
        cache = stored(tmp_path, look("happy"))
        cache.open()
        subject = core(cache)
        subject.disk_known(0.0)
        (key,) = subject.request(look("amused"), 10, 0.0)[1].loads
        subject.request(ODD, 10, 0.1)
        assert subject.loaded(key, cache.load(key), 0.2).events == ()

    def test_nothing_is_foreseen(self):
        class Never:
            def __getattr__(self, name):
                raise AssertionError(f"{name} of the planner is work in vain")

        subject = core(ClipCache(10), planner=Never())
        subject.request(look(), 10, 0.0, FEATHER)
        subject.hint(look(), 1.0, 0.0)
        subject.prepare([(look(), 1.0)], 0.0)
        subject.advance(60.0)


class TestWithAGenerator:
    """The same rules where clips can be made."""

    def test_one_like_it_from_disk_covers_the_time(self, tmp_path):
        cache = stored(tmp_path, look("happy"))
        cache.open()
        subject = GenerationCore(CONFIG, cache, {"a": 1})
        _, decision = subject.request(look("amused"), 10, 0.0)
        assert [start.job.params for start in decision.starts] == [look("amused")]
        (key,) = decision.loads
        told = subject.loaded(key, cache.load(key), 0.1)
        assert [type(event) for event in told.events] == [SimilarReady]
        done = subject.finish(decision.starts[0].ticket, clip(look("amused")), 1.0)
        assert ClipReady(look("amused"), clip(look("amused"))) in done.events

    def test_it_is_not_shown_after_the_clip_itself(self, tmp_path):
        cache = stored(tmp_path, look("happy"))
        cache.open()
        subject = GenerationCore(CONFIG, cache, {"a": 1})
        _, decision = subject.request(look("amused"), 10, 0.0)
        subject.finish(decision.starts[0].ticket, clip(look("amused")), 1.0)
        (key,) = decision.loads
        assert subject.loaded(key, cache.load(key), 1.1).events == ()

    def test_what_turns_out_to_be_baked_is_not_made_any_more(self, tmp_path):
        cache = stored(tmp_path, look())
        subject = GenerationCore(replace(CONFIG, predictive=False), cache, {"a": 1})
        begun = subject.request(look(), 10, 0.0)[1].starts
        cache.open()
        decision = subject.disk_known(0.1)
        assert decision.stops == begun
        assert decision.loads == (look().cache_key(),)
        # Damaged, it is made after all.
        again = subject.loaded(look().cache_key(), None, 0.2)
        assert [start.job.params for start in again.starts] == [look()]


class TestManager:
    def test_baked_clips_are_shown_and_others_are_not_waited_for(self, tmp_path, manager_of):
        manager = manager_of(stored(tmp_path, look()))
        assert not manager.can_generate
        assert manager.request(look()).fallback is not None
        assert polled(manager, ClipReady)[-1].clip.data == b"happy"
        answer = manager.request(ODD)
        assert answer.fallback is not None
        assert manager.request(look()).clip.data == b"happy"
        assert [type(event) for event in manager.poll()] == [Failed]
        assert manager.poll() == []
        assert manager.stats().late == manager.stats().failed == 0

    def test_baked_clips_are_in_memory_before_the_first_request(self, tmp_path, manager_of):
        cache = stored(tmp_path, look("happy"))
        manager = manager_of(cache)

        def is_warm():
            manager.poll()
            return cache.stats().memory.entries == 1

        until(is_warm)
        answer = manager.request(look("amused"))
        assert (answer.fallback, answer.clip.data) == (Fallback.SIMILAR, b"happy")

    def test_what_a_game_may_ask_for_is_no_error(self, manager_of):
        manager = manager_of()
        evaluator = NpcResponseEvaluator({"npc": {"id": "ember"}})
        manager.add_npc("ember", evaluator)
        manager.pregenerate(VideoParams(npc_id="ember"), evaluator)
        manager.prepare([(look(), 1.0)])
        manager.hint_next(look(), 0.5)
        manager.idle()
        manager.cutscene(True)
        manager.update_config(replace(CONFIG, look_ahead=1))
        manager.request(look(), interaction=FEATHER, viewer="a")
        manager.cancel(look())
        manager.leave("a")
        manager.clear()
        manager.remove_npc("ember")
        stats = manager.stats()
        assert (stats.queue_length, stats.running, stats.generated, stats.failed) == (0, 0, 0, 0)
        assert stats.backends == {}

    def test_clips_on_disk_count_whatever_made_them(self, tmp_path, manager_of):
        class Other(ScriptedBackend):
            fingerprint = "another workflow"

        disk = DiskTier(tmp_path, 1 << 20)
        cache = ClipCache(10, disk=disk)
        for fingerprint, preset in (("one", "realtime"), ("another", "fast")):
            disk.write(look().cache_key(fingerprint), clip(look(), preset, preset.encode()))
        disk.close()
        manager = manager_of(cache)
        manager.request(look())
        assert polled(manager, ClipReady)[-1].clip.data == b"fast"
        manager.request(look("amused"))
        answer = manager.request(look("amused"))
        assert (answer.fallback, answer.clip.data) == (Fallback.SIMILAR, b"fast")

    def test_nothing_goes_on_once_the_disk_is_known(self, tmp_path, manager_of):
        before = threading.active_count()
        manager = manager_of(stored(tmp_path, look()))
        manager.request(look())
        polled(manager, ClipReady)
        manager.request(ODD)
        assert manager._wake is None
        assert not manager._futures
        manager.close()
        assert threading.active_count() == before
