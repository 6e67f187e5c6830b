"""Lays out what an `NpcVideoPlayer` draws: its screen, ring, overlay and texture."""

from __future__ import annotations

from godot import Engine, Rect2, Vector2

from ..canvas.stretch import placed
from ..screen.placeholder import Placeholder
from ..screen.screen import Screen
from ..screen.texture_viewport import TextureViewport
from ..stats.overlay import Overlay
from ..stats.player_stats import PlayerStats
from .director import Director
from .options import CrossfadeAt
from .player_properties import PlayerProperties
from .visibility import Visibility

__all__ = ["PlayerPicture"]


class PlayerPicture(PlayerProperties):
    """The picture of an `NpcVideoPlayer`, as its properties say."""

    _director: Director | None = None  # while it is in a scene
    _viewport: TextureViewport | None = None  # if a game asked for its texture
    _overlay: Overlay | None = None
    _first_size: Vector2  # of the texture, where `texture_size` says none
    _stats: PlayerStats
    _visibility: Visibility

    def _apply_settings(self, director: Director) -> None:
        """Applies the current settings."""
        screen, layers = director.screen, director.screen.layers
        screen.crossfade, speaker = self.crossfade, screen.speaker
        screen.switches_at_loop = self.crossfade_at is CrossfadeAt.CROSSFADE_AT_LOOP
        screen.play_as(self.interpolation.word, loops=self.loop, speed=self.speed_scale)
        speaker.bus, speaker.path = self.sound_bus, self.audio_player
        speaker.volume_db, speaker.is_mute = self.volume_db, self.mute
        layers.curve, layers.stretch = self.crossfade_curve.word, self.stretch_mode.word
        layers.picture_size = self._picture_size()
        screen.procedural_target.take(self._target())
        name, parts = self._npc.profile.name, self._placeholder_parts()
        screen.set_placeholder(name, self.placeholder_text, parts)
        if self._viewport is not None:
            self._viewport.resize(self._texture_size(self._first_size))
            screen.place(Rect2(0.0, 0.0, *self._viewport.size))
        director.ring.enabled = self.progress_ring

    def _draw_all(self) -> None:
        """Draws everything anew in the area of the player."""
        director = self._director
        if director is None:
            return
        self._apply_settings(director)
        area = Rect2(0.0, 0.0, *self.size)
        director.ring.place(area)
        self._lay_overlay(wanted=self.overlay and not Engine.is_editor_hint())
        if self._overlay is not None:
            self._overlay.place(area)
        if self._viewport is None:
            director.screen.place(area)
        else:
            self._viewport.place(placed(self.stretch_mode.word, area, self._viewport.size))

    def _lay_overlay(self, *, wanted: bool) -> None:
        """Puts the overlay over the picture, or removes it."""
        if wanted and self._overlay is None:
            self._overlay = Overlay(self, self._stats.timeline)
        elif not wanted and self._overlay is not None:
            self._overlay.close()
            self._overlay = None

    def _enter_viewport(self, viewport: TextureViewport, screen: Screen) -> None:
        viewport.enter(self, screen.layers)
        self._visibility.has_texture = True
        self._visibility.look_soon()
        screen.place(Rect2(0.0, 0.0, *viewport.size))
        self.queue_redraw()

    def _leave_viewport(self) -> None:
        if self._viewport is None:
            return
        self._visibility.has_texture = False
        self._viewport.leave(self)
        if self._viewport.is_held or self._viewport.has_mipmaps:
            self._clear_viewport(self._viewport)
        else:
            self._viewport.close()
            self._viewport = None

    def _clear_viewport(self, viewport: TextureViewport) -> None:
        """Makes the texture show the portrait, for its users."""
        viewport.resize(self._texture_size(self._first_size))
        params = self._npc.params({})
        portrait = self._npc.picture_of(params)
        still = Placeholder(self, params, portrait, parts=self._placeholder_parts())
        viewport.stand(self, still)
