"""Decides the consequences of requests, finished clips and the passing of time.

All decisions about generating clips are made here, without I/O. Each method takes the time, and
returns what to start, to stop and to report. The manager carries that out with a worker thread, and
the simulator with a virtual clock.
"""

import itertools
import random
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from ..cache import Similar
from ..prediction.base import Observation
from ..prediction.blended import BlendedPredictor
from ..quality import presets_up_to
from ..records import (
    CacheKey,
    Fallback,
    GeneratedClip,
    Purpose,
    QualityPreset,
    ToolInteraction,
    VideoGenerationConfig,
    VideoParams,
)
from ..scheduling.attempts import pause_after
from .backend_states import BackendStates
from .clips import Clips
from .cover import Cover
from .decision import Decision, Draft
from .events import (
    Answer,
    ClipReady,
    DeadlinePassed,
    Failed,
    MadeAhead,
    Upgraded,
)
from .idle import IdleWork
from .jobs import Job, Start
from .planner import Planner, QuietPeriod
from .queue import GenerationQueue
from .stats import Counters, ManagerStats, snapshot
from .viewers import Awaited, Viewers

__all__ = ["GenerationCore"]

_UNMADE = (
    "No generator makes clips here, and no stored clip fits the request: bake the expression"
    " {0.expression!r:.80} with the emotion {0.emotion!r:.80} and the animation"
    " {0.animation!r:.80}, or choose a backend for exported games."
)
_QUEUE_FULL = "Too many clips are waiting: request fewer at once, or add a generator."
# The value per second of generating a clip that the game will certainly need some time.
_BAKE_WORTH = 0.02
_REPLAN_SECONDS = 1.0
# A backend that asks for a longer pause than this is not waited for.
_LONGEST_REST = 60.0


class GenerationCore:
    """The state of all clips of one game that wait or are being generated.

    A clip that is requested twice is generated once. For each viewer only the newest request waits.
    An older one that has not begun is dropped, and a running one is finished, for the cache.

    Args:
        config: settings of clips.
        clips: the cache for finished clips.
        slots: clips that each backend makes at the same time, by its name. Without a backend
            nothing can be generated: a missing clip gets a fallback, and nobody waits for it.
        finishing: the backends that always finish clips that they have begun.
        fallbacks: those that the game can show.
        planner: chooses speculations.

    Attributes:
        can_generate: whether there is a backend.
    """

    def __init__(
        self,
        config: VideoGenerationConfig,
        clips: Clips,
        slots: Mapping[str, int],
        *,
        finishing: Collection[str] = (),
        fallbacks: Collection[Fallback] = frozenset(Fallback),
        planner: Planner | None = None,
    ):
        self.planner = planner or Planner()
        self.can_generate = bool(slots)
        self._clips = clips
        self._queue = GenerationQueue(slots, finishing)
        self._states = BackendStates(slots)
        self._viewers = Viewers()
        self._unused: dict[CacheKey, float] = {}
        self._counters = Counters()
        self._why_resting = ""
        self._order = itertools.count()
        self._chance = random.Random(0)
        self._settled_at = 0.0
        self._must_look_ahead = False
        self._knows_disk = False
        self._draft = Draft()
        self._cover = Cover(clips, fallbacks, config.fallback, self._draft, self._counters)
        self._idle = IdleWork(self.planner, clips, self._queue, self._cover)
        self.configure(config)

    def configure(self, config: VideoGenerationConfig) -> None:
        """Applies new settings to clips that begin later."""
        self._config = config
        self._cover.preferred = config.fallback
        self._presets = presets_up_to(config.quality)
        self._states.configure(self._presets, config.max_wait)

    # ---- Calls of the game ----

    def request(
        self,
        params: VideoParams,
        priority: float,
        now: float,
        interaction: ToolInteraction | None = None,
        viewer: str = "",
    ) -> tuple[Answer, Decision]:
        """The clip, or a fallback until it is there.

        The game waits for this call, so what to make ahead is decided at the next one of `advance`.

        Args:
            viewer: the place where it will be seen; the NPC's own id if empty.
        """
        key, viewer = params.cache_key(), viewer or params.npc_id
        self._viewers.leave(viewer)
        self._counters.superseded += self._queue.supersede(self._viewers.awaited | {key})
        clip = self._clips.get(key)
        if clip is None:
            similar = self._cover.similar(params)
            answer = self._cover.answer(similar)
            self._counters.misses += 1
            awaited = self._viewers.wait(viewer, params, priority, now)
            awaited.is_covered = answer.fallback is Fallback.SIMILAR
            if self._clips.is_stored(key):
                self._draft.loads.append(key)
            else:
                self._want(awaited, similar, now)
        else:
            answer = Answer(None, clip, 1.0)
            self._counters.hits += 1
            self._viewers.show(viewer, clip)
            self._use(key)
        if self.can_generate:
            self.planner.observe(Observation(params, key, interaction, now))
            self._must_look_ahead = self._config.predictive
        return answer, self._draft.decide(self._start_waiting(now))

    def disk_known(self, now: float) -> Decision:
        """Notes that the disk's contents are known; clips requested before may be there."""
        self._knows_disk = True
        for awaited in self._viewers.waiting:
            if self._clips.is_stored(awaited.key):
                # Otherwise it would be generated although it is there.
                self._give_up(self._queue.cancel(awaited.key), now)
                self._draft.loads.append(awaited.key)
            else:
                self._cover.bring(awaited, self._cover.similar(awaited.params))
                self._do_without(awaited)
        return self._assign(now)

    def loaded(self, key: CacheKey, clip: GeneratedClip | None, now: float) -> Decision:
        """Takes a clip that was loaded from disk; None if it was damaged or missing."""
        stood_in_for = self._viewers.stood_in_for(key)
        if clip is not None:
            self._cover.show(stood_in_for, clip)
        for awaited in stood_in_for:
            awaited.stand_in = None
            if clip is None:
                next_best = self._cover.similar(awaited.params)
                if next_best is not None and next_best.key != key:
                    self._cover.bring(awaited, next_best)
            self._do_without(awaited)
        awaiting = self._viewers.awaiting(key)
        if clip is None:
            for awaited in awaiting:
                self._want(awaited, self._cover.similar(awaited.params), now)
        elif awaiting:
            # Without a generator, a clip with another prompt may be used.
            self._arrive(key, replace(clip, params=awaiting[0].params))
        return self._assign(now)

    def discard(self, clip: GeneratedClip, now: float) -> Decision:
        """Forgets a clip that cannot be played; it is generated again on the next request."""
        key = clip.params.cache_key()
        self._clips.drop(clip)
        self._viewers.hide(key)
        self._unused.pop(key, None)
        self._idle.cooldown.failed(key, now)
        if self._clips.is_stored(key):
            self._draft.loads.append(key)
        return self._assign(now)

    def stand_in(self, params: VideoParams, viewer: str, now: float) -> tuple[Answer, Decision]:
        """Another fallback for a missing clip, because the one shown so far cannot be played."""
        similar = self._cover.similar(params)
        answer = self._cover.answer(similar)
        awaited = self._viewers.awaited_on(viewer)
        if awaited is not None:
            awaited.is_covered = answer.fallback is Fallback.SIMILAR
            self._cover.bring(awaited, similar)
        return answer, self._assign(now)

    def cancel(self, params: VideoParams, now: float) -> Decision:
        """Cancels a clip; nothing more is reported about it."""
        key = params.cache_key()
        self._viewers.give_up(key)
        self._give_up(self._queue.cancel(key), now)
        return self._assign(now)

    def leave(self, viewer: str, now: float) -> Decision:
        """Removes a viewer, and cancels the clips that only it has waited for."""
        before = self._viewers.of_use
        self._viewers.leave(viewer)
        for key in before - self._viewers.of_use:
            self._give_up(self._queue.cancel(key), now)
        return self._assign(now)

    def forget(self, npc_id: str, now: float) -> Decision:
        """Removes an NPC that is no longer seen anywhere, and cancels its clips."""
        self._viewers.leave(npc_id)
        self.planner.forget(npc_id)
        self._give_up(self._queue.cancel_owner(npc_id), now)
        return self._assign(now)

    def add_npc(
        self,
        npc_id: str,
        predictor: BlendedPredictor,
        learned: Mapping[str, Any] | None,
        now: float,
    ) -> Decision:
        """Adds the predictions for an NPC; they are used at once if an earlier session knew it.

        Raises:
            InvalidDataError: `learned` is not a result of the planner.
        """
        self.planner.register(npc_id, predictor, learned)
        if learned and self.can_generate:
            self._must_look_ahead = self._config.predictive
        return self._assign(now)

    def hint(self, params: VideoParams, probability: float, now: float) -> Decision:
        """Notes that the game expects `params` next, with a probability from 0 to 1."""
        if self.can_generate:
            self.planner.hint(params, probability, now)
        return self._assign(now)

    def set_quiet_period(self, quiet_period: QuietPeriod, now: float) -> Decision:
        """Sets how long the game expects no request."""
        self.planner.quiet_period = quiet_period
        return self._assign(now)

    def prepare(self, states: Iterable[tuple[VideoParams, float]], now: float) -> Decision:
        """Queues clips for idle time, each with a weight from 0 to 1."""
        for params, weight in states if self.can_generate else ():
            key = params.cache_key()
            if key not in self._clips and self._queue.find(key) is None:
                priority = weight * _BAKE_WORTH
                preset, purpose = self._presets[0], Purpose.BAKE
                self._enqueue(self._job(params, key, preset, purpose, priority, now))
        return self._assign(now)

    def clear(self, now: float) -> Decision:
        """Cancels everything that waits or runs."""
        self._viewers.clear()
        self._give_up(self._queue.clear(), now)
        return self._draft.decide(())

    # ---- Reports of backends ----

    def finish(self, ticket: int, clip: GeneratedClip, now: float) -> Decision:
        """Takes a finished clip; a cancelled job may still deliver one."""
        start = self._queue.finish(ticket)
        key = clip.params.cache_key()
        pending = self._clips.put(key, clip)
        if pending is not None:
            self._draft.writes.append(pending)
        if start is None:
            return self._assign(now)
        seconds = max(0.0, now - start.at - clip.waiting_seconds)
        state = self._states[start.backend]
        # A farm had the clip, or others had asked for it, if it came sooner than it can be made.
        state.quality.record(start.job.preset, max(seconds, clip.generation_seconds), now)
        state.breaker.succeeded()
        self._idle.cooldown.succeeded(key)
        self._counters.generated += 1
        self._account(start, seconds)
        if start.job.is_urgent:
            self._counters.generating.append(seconds)
            # If it was made ahead before, that clip was lost without being shown.
            self._unused.pop(key, None)
            self._arrive(key, clip)
        elif start.job.purpose is Purpose.UPGRADE:
            self._counters.upgraded += 1
            if self._viewers.improve(key, clip):
                self._draft.events.append(Upgraded(clip.params, clip))
        else:
            self._counters.speculations += 1
            self._unused[key] = seconds
            self._draft.events.append(MadeAhead(clip.params, clip))
        return self._assign(now)

    def fail(
        self,
        ticket: int,
        reason: str,
        now: float,
        *,
        worth_retrying: bool,
        has_begun: bool = False,
        rest: float = 0.0,
    ) -> Decision:
        """Handles the failure of a job.

        Args:
            worth_retrying: whether the backend caused it, not the request.
            has_begun: whether it may have cost money, so that it is not retried.
            rest: seconds for which the backend asks not to get this job again.
        """
        start = self._queue.finish(ticket)
        if start is None:
            return self._assign(now)
        job = start.job
        self._account(start, now - start.at)
        breaker = self._states[start.backend].breaker
        if worth_retrying and (job.is_urgent or not rest):
            breaker.failed(now)
            self._why_resting = reason
        elif worth_retrying:
            breaker.stopped()  # a busy service refuses what nobody waits for, but takes the rest
        may_begin = not has_begun and rest <= _LONGEST_REST and self._states.working(now)
        pause = None
        if worth_retrying and may_begin and job.is_urgent:
            pause = pause_after(job.attempt + 1, self._chance, rest)
        if pause is not None:
            self._queue.add(replace(job, attempt=job.attempt + 1, not_before=now + pause))
            self._counters.retried += 1
        else:
            self._counters.failed += 1
            self._idle.cooldown.failed(job.key, now)
            if job.is_urgent:
                self._disappoint(job.params, job.key, reason)
        return self._assign(now)

    def advance(self, now: float) -> Decision:
        """Handles the passing of time without any other event."""
        late = self._viewers.become_late(now, self._config.max_wait) if self.can_generate else ()
        for awaited in list(late):
            self._counters.late += 1
            self._draft.events.append(DeadlinePassed(awaited.params, now - awaited.since))
            self._despair(awaited, now)
        return self._assign(now)

    def _despair(self, awaited: Awaited, now: float) -> None:
        """Fails a late clip if no backend works, because nobody knows when one will."""
        key = awaited.key
        if key in {job.key for job in self._queue.waiting} and not self._states.working(now):
            self._queue.cancel(key)
            self._counters.failed += 1
            self._disappoint(awaited.params, key, self._why_resting)

    def _disappoint(self, params: VideoParams, key: CacheKey, reason: str) -> None:
        """Reports to those who wait for a clip that it will not come."""
        self._viewers.give_up(key)
        self._draft.events.append(Failed(params, reason))

    def next_wake(self, now: float) -> float | None:
        """The time of the next scheduled `advance`, in seconds; None for never."""
        if not self.can_generate:
            return None
        if self._must_look_ahead:
            return now
        times = [job.not_before for job in self._queue.waiting if job.not_before > now]
        late = self._viewers.next_late(self._config.max_wait)
        if late is not None:
            times.append(late)
        reopening = self._states.next_try(now)
        if reopening is not None and len(self._queue):
            times.append(reopening)
        if self._config.predictive and self._queue.has_free_slot(self._states.working(now)):
            # The longer the player rests, the more can be made ahead.
            times.append(self._settled_at + _REPLAN_SECONDS)
        return min(times, default=None)

    def is_awaited(self, ticket: int) -> bool:
        """Whether the game waits for this job."""
        return any(start.ticket == ticket and start.job.is_urgent for start in self._queue.running)

    def stats(self) -> ManagerStats:
        return snapshot(self._counters, self._queue, self._states, self.planner)

    # ---- Arriving and shown clips ----

    def _use(self, key: CacheKey) -> None:
        """Notes that a clip is shown; one that was made ahead was then not wasted."""
        seconds = self._unused.pop(key, None)
        if seconds is not None:
            self._counters.speculations_used += 1
            self._counters.used_seconds += seconds
            self.planner.budget.used(seconds)

    def _arrive(self, key: CacheKey, clip: GeneratedClip) -> None:
        """Reports a requested clip; it is shown unless its viewer waits for something newer."""
        if self._viewers.arrive(key, clip):
            self._use(key)
        self._draft.events.append(ClipReady(clip.params, clip))

    def _do_without(self, awaited: Awaited) -> None:
        """Ends the wait for a clip that nothing can generate, once all stored clips are checked."""
        if self.can_generate or not self._knows_disk or awaited.stand_in is not None:
            return
        if self._viewers.awaiting(awaited.key):  # otherwise all who waited know already
            self._disappoint(awaited.params, awaited.key, _UNMADE.format(awaited.params))

    # ---- Jobs ----

    def _want(self, awaited: Awaited, similar: Similar | None, now: float) -> None:
        """Queues a clip and shows a similar one until then; without a generator that one stays."""
        self._cover.bring(awaited, similar)
        if not self.can_generate:
            self._do_without(awaited)
            return
        params, key, priority = awaited.params, awaited.key, awaited.priority
        preset = self._first_preset()
        self._enqueue(self._job(params, key, preset, Purpose.URGENT, priority, now))

    def _first_preset(self) -> QualityPreset:
        """The preset for a clip that somebody waits for."""
        if self._config.progressive:
            return self._presets[0]
        if self._config.adaptive:
            return self._states.fastest.quality.choose().preset
        return self._presets[-1]

    def _enqueue(self, job: Job) -> None:
        running = self._queue.running_of(job.key)
        refusals = self._queue.add(job)
        joined = self._queue.running_of(job.key)
        if running and joined and joined.job.purpose > running.job.purpose:
            self._draft.promotions.append(joined)
        for refused in refusals:
            self._counters.refused += 1
            if refused.is_urgent:
                self._viewers.give_up(refused.key)
                self._draft.events.append(Failed(refused.params, _QUEUE_FULL))

    def _job(
        self,
        params: VideoParams,
        key: CacheKey,
        preset: QualityPreset,
        purpose: Purpose,
        priority: float,
        now: float,
    ) -> Job:
        order = next(self._order)
        return Job(key, params, preset, purpose, priority, params.npc_id, now, order)

    def _account(self, start: Start, seconds: float) -> None:
        """Records the time that a backend has spent on a job."""
        self._counters.worked(start, seconds)
        self.planner.budget.spent(seconds, speculative=start.job.is_speculative)

    def _give_up(self, stopped: Iterable[Start], now: float) -> None:
        for start in stopped:
            self._account(start, now - start.at)
            self._states[start.backend].breaker.stopped()
            self._draft.stops.append(start)

    # ---- Starting jobs ----

    def _assign(self, now: float) -> Decision:
        """Assigns work to the backends: urgent clips first, then the most valuable others."""
        started = self._start_waiting(now)
        if self._must_look_ahead:
            self._must_look_ahead = False
            self.planner.look_ahead(now)
        while self._queue.has_free_slot(self._states.working(now)):
            job = self._most_worth(now)
            if job is None:
                break
            started += self._start_waiting(now, job)
        self._settled_at = now
        return self._draft.decide(started)

    def _start_waiting(self, now: float, *planned: Job) -> list[Start]:
        """Starts those of the waiting jobs for which there is room.

        Args:
            planned: clips that nobody waits for, in place of those planned before.
        """
        self._queue.replan(planned)
        assignment = self._queue.assign(now, self._states.working(now))
        self._counters.preempted += len(assignment.stops)
        self._give_up(assignment.stops, now)
        for start in assignment.starts:
            self._states[start.backend].breaker.started()
            if start.job.is_urgent:
                self._counters.waiting.append(now - start.job.asked_at)
        return list(assignment.starts)

    def _most_worth(self, now: float) -> Job | None:
        """The most valuable job for an idle backend."""
        quality, first = self._states.fastest.quality, self._first_preset()
        best = self._idle.best(
            now, self._config, self._presets, first, quality, self._viewers.shown
        )
        if best is None:
            return None
        return self._job(best.params, best.key, best.preset, best.purpose, best.worth, now)
