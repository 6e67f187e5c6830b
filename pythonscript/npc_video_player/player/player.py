"""`NpcVideoPlayer`, the node that a game puts into a scene.

It is the part that scripts see. The evaluator turns an interaction into the parameters of a clip,
the director gets the clip, the screen shows it. `player_properties` has the inspector's properties.
Everything here runs on the main thread and never waits.

The engine's events arrive through `_notification` instead of `_ready` and the like: these are
replaced when a game's script extends the node and has its own.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from godot import (
    Callable,
    Control,
    Engine,
    EngineDebugger,
    Object,
    Texture2D,
    Vector2,
    exposed,
    is_instance_valid,
    python_only,
    signal,
    wake,
)
from npc_video import CLIP_SECONDS, Fallback, NpcVideoError, ToolInteraction, VideoParams
from npc_video.errors import GraphError, InvalidDataError
from npc_video.generation import ladder
from npc_video.npc.doubts import Doubts

from ..canvas.progress_ring import ProgressRing
from ..properties.calling_threads import any_thread, main_thread_only
from ..properties.misuse import MisuseError, report_misuse
from ..resources.backend_resources import NpcBackend
from ..resources.game_function import is_async
from ..resources.python_backend import resource_of
from ..screen.screen import Screen
from ..screen.texture_viewport import TextureViewport, keep
from ..sharing import shared
from ..sharing.sources import source
from ..stats import game_stats, monitors
from ..stats.player_stats import PlayerStats
from .current_npc import CurrentNpc
from .director import Director
from .failures import Failures
from .player_picture import PlayerPicture
from .player_warnings import warnings_of
from .playtest import SimulatedInput, line_of
from .recorder import Recorder
from .saved_state import load_state, reset_state, state_of
from .visibility import Visibility

if TYPE_CHECKING:
    from npc_video import Backend, VideoGenerationManager

    from ..sharing.sources import Source
    from .director import Joined
    from .live import LiveEnd

# Real seconds; the longest time until a generator's event is handled.
_LONGEST_REST = 0.05
_OUTSIDE = "The player shows nothing outside of a scene: add it to one first."


@exposed(tool=True)
class NpcVideoPlayer(PlayerPicture):
    """Shows an NPC that answers what the player does with generated video.

    Call `react` with an interaction: the NPC reacts in the same frame, with a clip that is there
    already or with a placeholder, which is cross-faded into the generated clip when that arrives.
    """

    reaction_started = signal(
        params=dict,
        doc="An interaction was answered, with this look: `{prompt, negative_prompt, expression,"
        " animation, emotion, intensity, loras, seed, style, npc_id, npc_name, npc_base_image}`,"
        " as `request` takes it.",
    )
    clip_started = signal(
        info=dict,
        doc="The first frame of a clip is on screen. `info` has the look, as in"
        " `reaction_started`, and `{preset, width, height, fps, duration, generation_seconds,"
        " seamless}`: size, rate and length are those of the file, and it is seamless if it begins"
        " and ends in the portrait.",
    )
    quality_upgraded = signal(
        info=dict,
        doc="The same clip goes on in a better preset; `info` is as in `clip_started`.",
    )
    clip_looped = signal(doc="The clip on screen begins again.")
    clip_finished = signal(doc="With `loop` off: the clip has played once; its last picture stays.")
    fallback_shown = signal(
        kind=str,
        doc="A fallback covers the time until the clip is ready, if it will come: `similar`,"
        " `procedural`, `placeholder` or `freeze`.",
    )
    generation_progress = signal(fraction=float, doc="The progress of the awaited clip, 0 to 1.")
    generation_failed = signal(
        reason=str,
        doc="No clip will come; the reason says what to do. If nothing is connected, the log has"
        " each kind of reason once.",
    )

    def __init__(self) -> None:
        self._first_size = Vector2()
        self._stats = PlayerStats()
        self._npc = CurrentNpc(self)
        self._failures = Failures(self, lambda: self._npc.profile.name)
        self._recorder = Recorder(self._npc)
        self._doubts = Doubts(self._failures.doubt)
        self._visibility = Visibility(self, self._shown_on, self._is_heard)
        self._simulated_input: SimulatedInput | None = None
        self._live: LiveEnd | None = None
        self._shown: VideoParams | None = None
        self._is_opening = False
        self._opens_soon = False
        self._is_changed = False
        self._is_bound = False  # to the manager and the NPC of the current settings
        self._has_target = False  # when it was bound

    # ---- Methods for games ----

    @main_thread_only(False)
    def react(self, interaction: dict[str, Any]) -> bool:
        """Answers an interaction in this frame.

        `interaction` is `{tool, zone, pressure, speed, pattern, duration, timestamp}`; `tool` is a
        name or `{id, type}`, pressure and speed are 0 to 1, times are milliseconds, and all but
        `tool` can be left out. Returns whether the NPC reacts; it does not while its cooldown runs.
        A wrong interaction is an error at the line that calls.
        """
        with self._errors_reported():
            self._check_scene()
            with _argument_of("react"):
                event = ToolInteraction.from_dict(interaction)
            if self._is_changed and self._director is not None and self._is_refused(event):
                # Otherwise nobody would request the wanted clip again.
                self._take_changes(self._director)
            self._bound()
            self._doubts.of_interaction(interaction, event, self._npc.evaluator)
            self._recorder.follow(self.session_file)
            params = self._evaluated(event)
            if params is None:
                return False
            self._stats.touched()
            self._doubt_that_it_plays()
            self.reaction_started.emit(params.to_dict())
            self._show(params, priority=10, interaction=event)
            return True
        return False

    @main_thread_only(False)
    def request(self, params: dict[str, Any], priority: int = 10) -> bool:
        """Shows a clip of these parameters: expression, emotion, animation, intensity, …

        A clip of higher `priority` is generated earlier. Returns whether the parameters are valid;
        wrong ones are an error at the line that calls.
        """
        with self._errors_reported():
            self._check_scene()
            with _argument_of("request"):
                wanted = self._asked_for(params)
            self._doubt_that_it_plays()
            self._recorder.follow(self.session_file)
            self._recorder.request(params)
            self._show(wanted, priority)
            return True
        return False

    @main_thread_only()
    def cancel(self) -> None:
        """Gives up the awaited clip; the picture on screen stays."""
        if self._director is not None:
            self._director.cancel()

    @main_thread_only(False)
    def hint_next(self, params: dict[str, Any], probability: float = 1.0) -> bool:
        """Makes a clip ahead that will be requested soon, with a `probability` of 0 to 1.

        It is for what only the game knows, as the next look in a cutscene. Returns whether that
        will be tried. Wrong parameters are an error at the line that calls, and so is `predictive`
        switched off.
        """
        with self._errors_reported():
            with _argument_of("hint_next"):
                coming = self._asked_for(params)
            manager = self._manager()
            with _argument_of("hint_next"):
                manager.hint_next(coming, probability)
            return True
        return False

    @main_thread_only()
    def idle(self) -> None:
        """Announces a pause, in which there is time for less likely clips.

        It ends with the next request, and counts for all players that share the generator.
        """
        with self._errors_reported():
            self._manager().idle()

    @main_thread_only()
    def cutscene(self, running: bool) -> None:
        """Announces that a cutscene begins, or with `running` false that it is over.

        Until then there is time as in `idle`, whatever the cutscene itself requests.
        """
        with self._errors_reported():
            self._manager().cutscene(running)

    @main_thread_only()
    def set_generator(self, function: Callable) -> None:
        """Sets a function of the game that makes the clips instead of `backend`.

        `Callable()` ends that. It is called on the main thread with one Dictionary: the content of
        the clip, as for `request`, and `width`, `height`, `fps`, `frame_count`, `seconds`, `preset`
        and `deadline`, the seconds until the clip is late, `INF` while nobody waits for it. It may
        `await`. It returns the bytes of an MP4 or WebM file (PackedByteArray), the path of one, or
        an Array of Images. These become a clip of `fps` frames a second, with their transparency.
        Players with the same function share clips.
        """
        if not (function is None or callable(function)):
            report_misuse(
                "set_generator: the generator is no function: pass one that takes one Dictionary,"
                " or Callable() for none."
            )
            return
        if is_async(function):
            report_misuse(
                "set_generator: the engine cannot await an `async def`: pass it to set_backend, as"
                " CallableBackend(function), or a function that returns the clip."
            )
            return
        if function is not None and not isinstance(function, Callable):
            function = Callable(function)
        if function is None or function.is_null():
            self._generator = None
            self._change()
        elif function.is_valid():
            self._generator = function
            self._change()
        else:
            report_misuse(
                "set_generator: the function is of an object that was freed, or has no such method:"
                " pass another."
            )

    @python_only
    @main_thread_only()
    def set_backend(self, backend: NpcBackend | Backend | None) -> None:
        """Sets `backend` from Python, which may also pass its own `Backend`.

        The game owns such a backend: the player does not close it. It ends the effect of
        `set_generator`.

        Raises:
            TypeError: it is something else.
        """
        if backend is None or isinstance(backend, NpcBackend):
            self.backend = backend
        else:
            self.backend = resource_of(backend)
        if self._generator is not None:
            self._generator = None
            self._change()

    @main_thread_only()
    def pregenerate_common_states(self) -> None:
        """Makes the NPC's common looks in idle time, the likeliest first."""
        with self._errors_reported():
            self._manager().pregenerate(self._npc.params({}), self._npc.evaluator)

    @main_thread_only({})
    def save_state(self) -> dict[str, Any]:
        """Returns the NPC's state for a saved game, as plain data; `load_state` continues from it.

        It has the memory of the graph, and what prediction has learned. It can be stored as a
        Variant or as JSON. For an NPC that is in no scene now, give its profile to a player outside
        of the tree, which saves and loads the state.
        """
        with self._errors_reported():
            return state_of(self._npc, self._foreseen_by())
        return {}

    @main_thread_only(False)
    def load_state(self, state: dict[str, Any]) -> bool:
        """Continues from the result of `save_state`, as if no time had passed since.

        What was asked for before comes no more: in the next frame the NPC is shown as it opens,
        unless something else is asked for until then. Returns whether it is such a state; if not,
        the NPC stays as it is, with an error in the log. A graph that has changed since takes what
        it still knows.
        """
        with self._errors_reported():
            foreseen_by = self._foreseen_by()
            with _argument_of("load_state"):
                load_state(state, self._npc, foreseen_by)
            self._show_anew()
            return True
        return False

    @main_thread_only()
    def reset(self) -> None:
        """Makes the NPC forget everything, in other scenes too, as in a new game.

        Earlier requests are dropped: in the next frame the NPC shows its opening, unless something
        else is requested until then. Clips stay.
        """
        with self._errors_reported():
            reset_state(self._npc, self._foreseen_by())
            self._show_anew()

    @main_thread_only(False)
    def record_session(self, path: str) -> bool:
        """Records what happens to the NPC from now on in a file, as `user://ember.jsonl`.

        An empty path ends that, and so does the end of the player. The file has the NPC, its
        memory, and the time of each interaction and request, so that `npc-video replay` and
        `npc-video bake` can play them again. A file of an earlier recording goes on. It is for one
        player at a time. Unlike `session_file`, which this replaces until it is changed, it works
        in every export. Returns whether that was done; if not, the log has the reason.
        """
        with self._errors_reported():
            return self._recorder.record(path, "record_session")
        return False

    @main_thread_only()
    def clear_cache(self) -> None:
        """Drops all clips but those shipped with the game; the playing clip goes on."""
        with self._errors_reported():
            self._manager().clear_cache()

    @main_thread_only(0.0)
    def get_playback_position(self) -> float:
        """Returns the seconds into the clip on screen; 0.0 without a clip."""
        clip = None if self._director is None else self._director.screen.clip
        return 0.0 if clip is None else clip.reel.position

    @main_thread_only(0.0)
    def get_length(self) -> float:
        """Returns the length of the clip on screen in seconds, from its file; 0.0 without a clip.

        It is also 0.0 while the clip still arrives, and plays for the first time.
        """
        clip = None if self._director is None else self._director.screen.clip
        return 0.0 if clip is None else clip.reel.playback.length

    @any_thread
    def get_stats(self) -> dict[str, Any]:
        """Returns statistics since the start; may be called from any thread.

        Of this player: `can_generate`, false if nothing makes clips, as in an exported game
        without a backend; `reactions`; `fallback_counts`, how often each fallback came first, and
        under `exact` the clip itself;
        `first_reaction_frames`, engine frames from each interaction to what it changed on screen;
        `clip_seconds`, from each interaction to its own clip, in whatever preset, both of the last
        thousand; `frames_shown`, of clips; `timeline`, the last 30 seconds as dictionaries `{lane,
        what, began, ended}` in seconds ago: lane `screen` is `exact`, `upgrade`, `similar`,
        `procedural`, `placeholder` or `freeze`, `making` is a clip on its way, `touch` an
        interaction.

        Of all players of the game together: `hit_rate` of requests, 0 to 1; `cache`, for `memory`,
        `disk` and `baked` each `{hits, misses, hit_rate, evictions, damaged, entries, bytes}`, of
        which baked clips in memory are hits of both;
        `queue`, `{waiting, running, jobs, generated, failed, late, busy_seconds}`, where `jobs` are
        the clips that are being made, then those that wait in their order, as `{npc_id, expression,
        emotion, preset, why}` with `why` one of `wanted`, `better` or `ahead`; `speculation`, clips
        made ahead, `{made, used, seconds, wasted_seconds}`; `playing`, `{decode_ms, upload_ms,
        dropped}`, the first two per frame.
        """
        shown = 0 if self._director is None else self._director.screen.shots_shown
        told = {"can_generate": self._makes_clips(), **self._stats.to_dict()}
        return {**told, **game_stats.now().to_dict(), "frames_shown": shown}

    @main_thread_only()
    def get_video_texture(self, mipmaps: bool = False) -> Texture2D:
        """Returns the finished picture, for sprites, materials and other controls.

        It follows the player's screen, in the size of `texture_size`, and stays the same object.
        While the player is in no scene, and once it is freed, it shows the portrait. A player that
        serves only as a texture can be hidden.

        The colours of translucent clips are multiplied by alpha. Show them with a
        `CanvasItemMaterial` or a `StandardMaterial3D` of the blend mode "Premult Alpha", or edges
        are dark.

        With `mipmaps` it does not flicker when it is small on screen. It is another texture then, a
        frame or two later: whenever the picture has changed, it is read back from the renderer.
        """
        if self._viewport is None:
            self._first_size = self._picture_size()
            self._viewport = TextureViewport(self._texture_size(self._first_size))
            if self._director is None:
                self._clear_viewport(self._viewport)
            else:
                self._enter_viewport(self._viewport, self._director.screen)
        if mipmaps:
            return self._viewport.mipmapped(shared.reels().decoders)
        return self._viewport.texture

    # ---- The engine's events ----

    def _get_configuration_warnings(self) -> list[str]:
        parts = (self.profile, self.backend)
        found = [problem for part in parts if part is not None for problem in part.problems()]
        return found + list(warnings_of(self))

    def _notification(self, what: int) -> None:
        if what == Control.NOTIFICATION_DRAW:
            self._draw_all()
        elif what == Control.NOTIFICATION_TRANSLATION_CHANGED:
            self.queue_redraw()
        elif what == Control.NOTIFICATION_VISIBILITY_CHANGED:
            self._visibility.look_soon()
        elif what == Control.NOTIFICATION_ENTER_TREE:
            # In the editor the picture stays still, so that it does not draw for ever.
            self.set_process(not Engine.is_editor_hint())
            monitors.add()
            self._director = director = Director(
                f"player {self.get_instance_id()}",
                self,
                self._failures,
                Screen(self, self._npc, shared.reels()),
                ProgressRing(self),
                self._stats,
            )
            self._is_bound = False
            self._npc.enter_scene()
            if self._viewport is not None:
                self._enter_viewport(self._viewport, director.screen)
            self._apply_settings(director)
            nobody = VideoParams(npc_name=self._npc.profile.name)
            director.screen.cover(Fallback.PLACEHOLDER, nobody, CLIP_SECONDS)
            self._live = _live_end(self)
            if self.is_node_ready() and not Engine.is_editor_hint():
                # The player is back, and shows its last look again, now, while the clip may still
                # be made.
                self._take_changes(director)
        elif what == Control.NOTIFICATION_READY and not Engine.is_editor_hint():
            if self._live is not None:
                self._live.introduce()
            self._show_first()
        elif what == Control.NOTIFICATION_EXIT_TREE and self._director is not None:
            self._shown = self._director.wanted
            self._director.leave()
            self._leave_viewport()
            self._visibility.leave()
            self._director.screen.close()
            self._director.ring.close()
            self._lay_overlay(wanted=False)
            self._stats.left()
            self._npc.leave_scene()
            if self._live is not None:
                self._live.close()
                self._live = None
            self._director = None
        elif what == Object.NOTIFICATION_PREDELETE:
            self._recorder.end()
            if self._director is not None:
                self._leave_viewport()  # it leaves the scene only after this
            if self._viewport is not None:
                keep(self._viewport)
                self._viewport = None

    def _pass_time(self, seconds: float) -> float:
        if self._is_changed and self._director is not None:
            self._take_changes(self._director)
        if self._opens_soon and self._director is not None:
            with self._errors_reported():
                self._open()
        if self._simulated_input is not None:
            self._simulated_input.advance(seconds)
        if self._director is None:
            return 0.0  # a listener of these has taken the player out of the scene
        is_seen = self._visibility.pass_time(seconds)
        self._director.advance(seconds, is_seen=is_seen)
        if self._viewport is not None and self._director is not None:
            self._viewport.rest(is_seen=is_seen)
            self._viewport.advance(has_changed=is_seen and self._director.screen.has_changed)
        if self._overlay is not None and is_seen:
            self._overlay.advance(seconds)
        return 0.0 if self._director is None else self._rests(self._director, is_seen)

    def _is_heard(self) -> bool:
        """Returns whether the playing clip has a sound, wherever it is seen."""
        clip = None if self._director is None else self._director.screen.clip
        return clip is not None and not clip.reel.is_silent and not self.mute

    def _rests(self, director: Director, is_seen: bool) -> float:
        """Returns the game seconds in which it needs no frame."""
        if self._is_changed:
            return 0.0
        longest = _LONGEST_REST * Engine.time_scale
        if not is_seen:
            return longest
        if self._overlay is not None or director.ring.is_shown or director.is_waiting:
            return 0.0
        if self._viewport is not None and self._viewport.is_busy:
            return 0.0
        return min(director.screen.rests, longest)

    # ---- Properties ----

    def _change(self) -> None:
        self._npc.forget()
        self._is_bound = False
        self.update_configuration_warnings()
        if self._director is None:
            self._shown = None
            if self._viewport is not None:
                self._clear_viewport(self._viewport)
            return
        self._apply_settings(self._director)
        self.queue_redraw()
        # Once for all changes in this frame.
        self._is_changed = True
        wake(self)

    def _change_playing(self) -> None:
        if self._director is not None:
            self._apply_settings(self._director)
            wake(self)

    def _take_changes(self, director: Director) -> None:
        """Rebinds to the current NPC and backend."""
        self._is_changed = False
        before, wanted = director.joined, director.wanted
        if self._live is not None:
            self._live.introduce()
        with self._errors_reported():
            joined = self._bound().joined
            self._simulate()
            if before is None or joined is None:
                self._show_first()
            elif joined[1:] != before[1:] and (self._is_opening or not _is_same(joined, before)):
                self._open()
            elif wanted is not None and joined != before:
                self._show(wanted, priority=0)

    # ---- One reaction ----

    @contextmanager
    def _errors_reported(self) -> Iterator[None]:
        """Ends the block at an error, and reports it: to the programmer, or to the game."""
        try:
            yield
        except MisuseError as error:
            report_misuse(str(error))
        except NpcVideoError as error:
            if is_instance_valid(self):  # a listener may have destroyed it
                self._failures.fail(str(error))

    def _check_scene(self) -> None:
        """Refuses a call to a player that is in no scene.

        Raises:
            MisuseError: it is in none.
        """
        if self._director is None:
            raise MisuseError(_OUTSIDE)

    def _bound(self) -> Director:
        """Returns the director, bound to the current NPC and backend.

        Raises:
            GraphError: the NPC's graph is wrong.
            InvalidDataError: a setting is, or the backend.
            NpcVideoError: the player is in no scene.
        """
        if self._director is None:
            raise NpcVideoError(_OUTSIDE)
        has_target = self._target() is not None  # which comes and goes unannounced
        if not self._is_bound or has_target != self._has_target:
            joined = self._director.joined
            mine = None if joined is None else joined[0]
            came_from = source(self._settings(), self.backend, mine)
            self._director.join(came_from, self._npc.id, self._npc.evaluator)
            self._is_bound, self._has_target = True, has_target
        return self._director

    def _manager(self) -> VideoGenerationManager:
        """Returns the manager for the current settings, whose NPC is then on screen.

        Raises:
            MisuseError: the player is in no scene.
            NpcVideoError: as `_bound` does.
        """
        self._check_scene()
        if self._is_changed and self._director is not None:
            self._take_changes(self._director)
        return self._bound().manager

    def _foreseen_by(self) -> Source | None:
        """Returns the source that predicts the NPC; None while the player shows nothing."""
        if self._is_changed and self._director is not None:
            self._take_changes(self._director)
        joined = None if self._director is None else self._director.joined
        if joined is None or joined[1:] != (self._npc.id, self._npc.evaluator):
            return None
        return joined[0]

    def _asked_for(self, params: dict[str, Any]) -> VideoParams:
        """Returns the parameters of a game's request, as a clip of the NPC.

        Raises:
            GraphError: the NPC's graph is wrong.
            InvalidDataError: a field is unknown or has a wrong value.
        """
        wanted = self._npc.params(params)
        self._doubts.of_request(params, wanted, self._npc.evaluator, self._npc.words_of_pictures)
        return wanted

    def _doubt_that_it_plays(self) -> None:
        """Warns of a player that is switched off; one in a paused game goes on later."""
        tree = self.get_tree() if self.is_inside_tree() else None
        if tree is not None and not (self.can_process() or tree.paused):
            self._failures.doubt(
                "It reacts and stands still, as its process mode is Disabled, or that of a node"
                " above it: clips begin when that is changed.",
            )

    def _is_refused(self, event: ToolInteraction) -> bool:
        return bool(self._npc.evaluator.refusal_at(event, time.perf_counter()))

    def _evaluated(self, event: ToolInteraction) -> VideoParams | None:
        evaluator = self._npc.evaluator
        now = time.perf_counter()
        self._recorder.interaction(now, event)
        if self._live is not None and self._live.is_watched:
            params = self._live.evaluated(evaluator, event, now)
        else:
            params = evaluator.evaluate_at(event, now)
        if self.log_evaluations:
            seconds = time.perf_counter() - now
            told = params or evaluator.refusal_at(event, now)
            print(line_of(self._npc.profile.name, event, told, seconds))
        return params

    def _simulate(self) -> None:
        self._simulated_input = None
        if self.simulated_input:
            self._simulated_input = SimulatedInput(self.react, self._npc.evaluator)

    def _show_first(self) -> None:
        """Shows the opening or the last look, and starts what the settings ask for besides."""
        with self._errors_reported():
            if self._shown is None:
                self._open()
            else:
                self._show(self._shown, priority=0)
            self._simulate()
            if self.pregenerate_on_load:
                self.pregenerate_common_states()

    def _show_anew(self) -> None:
        """Shows the NPC's opening again, because earlier requests belong to another past."""
        self._shown = None
        if self._director is not None:
            self._director.cancel()
            # Later, because a game may request the look that it saved.
            self._opens_soon = True
            wake(self)

    def _open(self) -> None:
        """Shows the NPC's opening, as its profile says, until the first request."""
        self._opens_soon = False
        npc, params = self._npc.profile, self._npc.params({})
        if npc.opens_with_generated:
            self._show(params, priority=0)
        else:
            director = self._bound()
            self._apply_settings(director)
            kind = ladder.choose(Fallback(self.fallback.word), self._fallbacks(), 0.0)
            director.begin(params, kind, npc.opening_clip)
        self._is_opening = True

    def _show(
        self, params: VideoParams, priority: float, interaction: ToolInteraction | None = None
    ) -> None:
        self._is_opening = self._opens_soon = False
        director = self._bound()
        # The target comes and goes unannounced; all other settings tell of their changes.
        director.screen.procedural_target.take(self._target())
        director.show(params, priority, interaction)


def _live_end(player: NpcVideoPlayer) -> LiveEnd | None:
    """Returns the end that tells the editor of the player, in games that the editor runs."""
    if Engine.is_editor_hint() or not EngineDebugger.is_active():
        return None
    from .live import live_end  # which few games need

    return live_end(player)


def _is_same(npc: Joined, before: Joined) -> bool:
    """Returns whether an NPC and its evaluator differ at most in timing, not in answers."""
    return npc[1] == before[1] and npc[2].fingerprint == before[2].fingerprint


@contextmanager
def _argument_of(method: str) -> Iterator[None]:
    """Turns what is wrong with an argument into an error of the game's program.

    Raises:
        MisuseError: it is.
    """
    try:
        yield
    except GraphError:
        raise
    except InvalidDataError as error:
        raise MisuseError(f"{method}: {error}") from error
