"""Brings clips to the screen of one player: from parameters to the manager and back.

It reports the fate of each request with the player's signals.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from godot import Signal, push_warning
from npc_video import CLIP_SECONDS, Fallback, GeneratedClip, VideoParams
from npc_video.errors import DecoderError, InvalidDataError
from npc_video.generation.events import (
    Answer,
    ClipReady,
    Event,
    Failed,
    Growing,
    Previewed,
    Progress,
    SimilarReady,
    Upgraded,
)

from ..canvas.progress_ring import ProgressRing
from ..screen.playback_events import (
    Began,
    Broken,
    ClipRole,
    Finished,
    Looped,
    PlaybackEvent,
    Unheard,
)
from ..screen.screen import Screen
from ..stats.player_stats import PlayerStats
from .failures import Failures
from .opening import OpeningFile

if TYPE_CHECKING:
    from npc_video import NpcResponseEvaluator, ToolInteraction, VideoGenerationManager

    from ..sharing.sources import Source

    # The source of clips, the NPC, and the evaluator of its reactions.
    Joined: TypeAlias = tuple[Source, str, NpcResponseEvaluator]


class PlayerSignals(Protocol):
    """The signals by which a player reports the fate of a request."""

    @property
    def clip_started(self) -> Signal: ...

    @property
    def quality_upgraded(self) -> Signal: ...

    @property
    def clip_looped(self) -> Signal: ...

    @property
    def clip_finished(self) -> Signal: ...

    @property
    def fallback_shown(self) -> Signal: ...

    @property
    def generation_progress(self) -> Signal: ...


class Director:
    """Brings clips to the screen of one player, while that is in a scene.

    Args:
        viewer: distinguishes this player from others that show the same NPC, also after it comes
            back.

    Attributes:
        screen: the picture of the player.
        ring: the progress of the awaited clip.
        joined: the source of clips, and the NPC; None before `join`.
        wanted: the latest request, unless that was given up.
    """

    def __init__(
        self,
        viewer: str,
        signals: PlayerSignals,
        failures: Failures,
        screen: Screen,
        ring: ProgressRing,
        stats: PlayerStats,
    ):
        self.screen = screen
        self._viewer = viewer
        self._signals = signals
        self._failures = failures
        self.ring = ring
        self._stats = stats
        self.joined: Joined | None = None
        self.wanted: VideoParams | None = None
        # A file that is being read for the screen.
        self._file: OpeningFile | None = None
        # True while the fate of the request was not reported.
        self._awaits_news = False
        # True if the wanted clip is on screen, complete or as far as it has come.
        self._has_begun = False
        # True if the clip on screen is more than similar to it.
        self._shows_own = False
        # True if a fallback was shown for it.
        self._is_covered = False

    @property
    def manager(self) -> VideoGenerationManager:
        """Returns the manager that makes the clips; there is one after `join`."""
        assert self.joined is not None
        return self.joined[0].manager

    @property
    def is_waiting(self) -> bool:
        """Tells whether something is to come to the screen."""
        return self._file is not None or (self.wanted is not None and self._awaits_news)

    def join(self, source: Source, npc_id: str, evaluator: NpcResponseEvaluator) -> None:
        """Gets clips of this NPC from `source` from now on."""
        if (source, npc_id, evaluator) != self.joined:
            self.leave()
            source.join(self._viewer, self._take, npc_id, evaluator)
            self.joined = source, npc_id, evaluator

    def show(
        self, params: VideoParams, priority: float, interaction: ToolInteraction | None = None
    ) -> None:
        """Shows the best available clip or fallback now, and the clip itself once it is ready."""
        self._stats.asked()
        self._file = None
        comes_in = self._is_wanted(params) and self.screen.is_growing
        if not comes_in:
            self._has_begun = False
            self.screen.drop_opening()
        self.wanted, self._awaits_news = params, True
        answer = self.manager.answer(params, priority, interaction=interaction, viewer=self._viewer)
        self._is_covered = comes_in
        if answer.fallback is None and answer.clip is not None:
            self._awaits_news = False
            self._stats.answered("exact")
            self.ring.hide()
            self.screen.open(answer.clip, in_phase=answer.clip.is_drawn, at_once=True)
            return
        if comes_in:
            return
        is_made = self.manager.can_generate
        self._stats.answered((answer.fallback or Fallback.PLACEHOLDER).value, is_made=is_made)
        if is_made:
            self.ring.show(None)
        self._fall_back(answer, params)

    def _fall_back(self, answer: Answer, params: VideoParams) -> None:
        """Covers the time until the clip of `params` is ready."""
        kind = answer.fallback or Fallback.PLACEHOLDER
        self._is_covered = True
        if kind is Fallback.SIMILAR and answer.clip is not None:
            self.screen.open(answer.clip, "similar", at_once=True)
        else:
            self._cover(kind, params)
            self._stats.reacted(kind.value)
        # Signals come last, here and elsewhere: a listener may take the player out of the scene.
        self._signals.fallback_shown.emit(kind.value)

    def begin(self, params: VideoParams, kind: Fallback, file: str = "") -> None:
        """Shows the NPC before any request: a fallback until `file` is read.

        Args:
            file: the path of a clip, "" for none.
        """
        self.cancel()
        self._cover(kind, params)
        self._stats.reacted(kind.value)
        if file:
            self._stats.asked()
            self._has_begun = False
            self._file = OpeningFile(file, params)

    def cancel(self) -> None:
        """Gives up the awaited clip; the picture on screen stays."""
        if self.wanted is not None:
            self.manager.leave(self._viewer)
        self._want_nothing()

    def _want_nothing(self) -> None:
        self._file = None
        if self.wanted is not None:
            self._end_previews(self.wanted)
            self.wanted = None
        self.screen.drop_opening()
        self._stats.settled()
        self.ring.hide()

    def advance(self, seconds: float, *, is_seen: bool) -> None:
        """Handles new events, and plays on if anybody sees the player."""
        if self.joined is not None:
            self.joined[0].poll()
            if self.joined is None:
                return  # a listener has taken the player out of the scene
        if self._file is not None:
            self._open_file(self._file)
        if is_seen:
            events = self.screen.advance(seconds)
            self.ring.advance(seconds)
            for event in events:
                self._tell(event)
        else:
            self.screen.silence()

    def leave(self) -> None:
        """Drops all requests for clips of the NPC."""
        self._want_nothing()
        if self.joined is not None:
            source, npc_id, _ = self.joined
            source.leave(self._viewer, npc_id)
            self.joined = None

    def _take(self, event: Event) -> None:
        """Handles an event of the manager, which sends all events to every player."""
        if not self._is_wanted(event.params):
            return
        if isinstance(event, Progress):
            if not self._has_begun:
                self.ring.show(event.fraction)
            self._signals.generation_progress.emit(event.fraction)
        elif isinstance(event, Previewed):
            self.screen.previews.take(event.preview)
        elif isinstance(event, Growing):
            self.screen.open(event.clip, growing=event.file)
        elif isinstance(event, Failed):
            if not self._awaits_news:
                return  # another player may request it later
            self._awaits_news = False
            self._end_previews(event.params)
            self._stats.settled()
            self.ring.hide()
            self._failures.fail(event.reason)
        elif isinstance(event, SimilarReady):
            if not (self._has_begun or self.screen.is_growing):
                self.screen.open(event.clip, "similar")
                self._signals.fallback_shown.emit(Fallback.SIMILAR.value)
        elif isinstance(event, ClipReady):
            self._awaits_news = False
            self._stats.settled()
            self.screen.open(event.clip, in_phase=event.clip.is_drawn)
        elif isinstance(event, Upgraded):
            # A clip that nobody has seen yet is not upgraded: the better one starts in its place.
            role: ClipRole = "upgrade" if self._has_begun else "clip"
            self.screen.open(event.clip, role, in_phase=event.clip.is_drawn)

    def _open_file(self, file: OpeningFile) -> None:
        try:
            clip = file.clip
        except InvalidDataError as error:
            self._file = None
            self._failures.fail(str(error))
            return
        if clip is not None:
            self._file = None
            self.screen.open(clip)

    def _is_wanted(self, params: VideoParams) -> bool:
        return self.wanted is not None and params.cache_key() == self.wanted.cache_key()

    def _cover(self, kind: Fallback, params: VideoParams) -> None:
        self.screen.cover(kind, params, CLIP_SECONDS)

    def _end_previews(self, params: VideoParams) -> None:
        """Drops previews whose clip will not come; a placeholder takes their place."""
        self.screen.previews.drop()
        if self.screen.previews.is_shown:
            self._cover(Fallback.PLACEHOLDER, params)

    def _tell(self, event: PlaybackEvent) -> None:
        if isinstance(event, Looped):
            self._signals.clip_looped.emit()
        elif isinstance(event, Finished):
            if self._shows_own:
                self._signals.clip_finished.emit()
        elif isinstance(event, Unheard):
            push_warning(str(event))
        elif isinstance(event, Broken):
            self._break(event)
        else:
            self._began(event)

    def _break(self, broken: Broken) -> None:
        """Discards a clip that cannot be played: it is made again when it is requested again."""
        if not isinstance(broken.error, DecoderError):
            self.manager.discard(broken.clip)
        had_begun = broken.role in ("", "again")
        stood_in = not self._shows_own if had_begun else broken.role == "similar"
        fails = not stood_in and broken.role != "upgrade"
        if fails:
            self.ring.hide()
        else:
            self._failures.doubt(str(broken))
        if self.wanted is not None and not self._has_begun:
            # Over a clip that had begun, its own may be opening.
            is_bare = self._awaits_news if had_begun else True
            if is_bare and (stood_in or not self._is_covered):
                self._fall_back(
                    self.manager.stand_in(self.wanted, viewer=self._viewer), self.wanted
                )
        if fails and self.joined is not None:
            self._failures.fail(str(broken.error))

    def _began(self, began: Began) -> None:
        self._shows_own = began.role != "similar" and (began.role != "again" or self._shows_own)
        self._stats.reacted(began.role)
        info = described(began.clip)
        if began.role == "upgrade":
            self._signals.quality_upgraded.emit(info)
        elif began.role == "clip" and not self._has_begun:
            self._has_begun = True
            self.ring.hide()
            self._stats.began()
            self._signals.clip_started.emit(info)


def described(clip: GeneratedClip) -> dict[str, Any]:
    """Returns the information about a clip for `clip_started`."""
    return {
        **clip.params.to_dict(),
        "preset": clip.preset,
        "width": clip.width,
        "height": clip.height,
        "fps": clip.fps,
        "duration": clip.duration,
        "generation_seconds": clip.generation_seconds,
        "seamless": clip.seamless,
    }
