"""`NpcProfile`, the resource that describes an NPC; `npc_video.npc.profile` interprets it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from godot import (
    FileAccess,
    PropertyHint,
    PropertyUsageFlags,
    Rect2,
    Resource,
    Texture2D,
    exposed,
)
from npc_video.npc.profile import OPENINGS, PERSONALITIES, REMEMBERED, SEED_POLICIES, Profile
from npc_video.records import MAX_SEED

from ..properties.notifying_export import NotifyingExport, Word
from .game_files import picture_name
from .response_graph import NpcResponseGraph

__all__ = ["NpcProfile", "eyes_in", "record_of"]

_SUGGESTIONS = 3  # a PropertyHint: a text, with suggestions
_STYLES = "anime,cartoon,painting,realistic,semi-realistic"


@exposed(tool=True)
class NpcProfile(Resource):
    """An NPC: its name and looks, the interactions it answers, and its response graph.

    Empty fields take their values from the graph's file.
    """

    npc_name = NotifyingExport(
        str, "", group="NPC", doc="The NPC's name, for prompts and placeholders."
    )
    npc_id = NotifyingExport(
        str,
        "",
        doc="Distinguishes the clips and the memory of this NPC from those of others. Empty: the"
        " name.",
    )
    portrait = NotifyingExport(
        Texture2D,
        None,
        doc="The NPC's picture: shown until there is a clip, and the first picture for generators.",
    )
    eyes = NotifyingExport(
        list[Rect2],
        [],
        doc="The portrait's eyes, in its pixels: the embedded generator blinks them. A script"
        " assigns a whole new Array.",
    )
    opening_clip = NotifyingExport(
        str,
        "",
        hint=PropertyHint.PROPERTY_HINT_FILE_PATH,
        hint_string="*.mp4,*.webm",
        doc="A file with the NPC's first clip: `res://ember/opening.webm`.",
    )
    opening = Word(
        str,
        "generated",
        enum=OPENINGS,
        doc="The NPC's first clip without an `opening_clip`: a generated one, or none, so that"
        " nothing is made before the first request.",
    )
    personality = Word(
        str,
        "custom",
        enum=PERSONALITIES,
        doc="The NPC's character; `custom` for that of the graph's file.",
    )
    graph = NotifyingExport(
        NpcResponseGraph,
        None,
        doc="The NPC's answers to interactions. Empty: a mood that touches raise and lower.",
    )
    base_prompt = NotifyingExport(
        str,
        "",
        multiline=True,
        group="Looks",
        doc="The content of each clip, whatever the reaction: `a small friendly dragon, forest`.",
    )
    negative_prompt = NotifyingExport(
        str, "", multiline=True, doc="The content that no clip should have."
    )
    style = NotifyingExport(
        str,
        "",
        hint=_SUGGESTIONS,
        hint_string=_STYLES,
        doc="The style of clips: one of the list, or your own words.",
    )
    loras = NotifyingExport(
        dict[str, float],
        {},
        doc="Model add-ons of the generator by their file names, each with its weight from -10 to"
        " 10; 1 is the full strength. A script assigns a whole new Dictionary.",
    )
    seed_policy = Word(
        str,
        "npc",
        enum=SEED_POLICIES,
        group="Seed",
        doc="The random number of clips: one that you fix, one for each NPC, or another for each"
        " reaction. The same reaction always has the same one.",
    )
    seed = NotifyingExport(int, 0, range=(0, MAX_SEED, 1), doc="The number, if it is fixed.")
    prompt_in_key = NotifyingExport(
        bool,
        True,
        group="Cache",
        doc="Shows a clip again only for a reaction with the same prompt. Off: for any reaction"
        " with the same expression, emotion, animation and intensity, for prompts that mention"
        " what no clip shows.",
    )
    enabled_tools = NotifyingExport(
        list[str],
        [],
        group="Interaction",
        doc="The tools that the NPC answers to, by id or type. Empty: all. A script assigns a whole"
        " new Array.",
    )
    zones = NotifyingExport(
        list[str],
        [],
        doc="The zones in which the NPC answers. Empty: all. A script assigns a whole new Array.",
    )
    cooldown = NotifyingExport(
        float,
        0.5,
        range=(0, 10, 0.05),
        suffix="s",
        doc="The time after an answer in which the NPC gives none.",
    )
    remember = Word(
        str,
        "game",
        enum=REMEMBERED,
        doc="The time for which the NPC remembers: until its scene is left, or as long as the"
        " game runs, so that it goes on in another scene. It is known by its id; several NPCs"
        " that share one need `scene`.",
    )

    @opening_clip.changed
    @seed_policy.changed
    def _show_fields(self) -> None:
        self.notify_property_list_changed()

    @graph.setter
    def _follow_graph(self, value: NpcResponseGraph | None) -> None:
        if self.graph is not None:
            self.graph.changed.disconnect(self.emit_changed)
        NpcProfile.graph.store(self, value)
        if value is not None:
            value.changed.connect(self.emit_changed)

    def metadata(self) -> dict[str, Any]:
        """Returns the whole NPC in the format of its file, with the graph in it."""
        return record_of(self).metadata()

    def problems(self) -> list[str]:
        """Lists what will not work, each with what to do about it; empty if nothing is wrong."""
        npc, graph = record_of(self), self.graph
        wrong = [] if graph is None else graph.problems()
        # Problems of the graph are reported as its own; then its words are unknown.
        found = (replace(npc, document={}) if wrong else npc).problems()
        if self.portrait is not None and len(npc.eyes) < len(self.eyes):
            found.append(
                "eyes: not all of them lie in the portrait: mark them in its pixels, each with a"
                " size."
            )
        if self.opening_clip and not FileAccess.file_exists(self.opening_clip):
            found.append(
                f"opening_clip: there is no file {self.opening_clip!r}: choose one, or leave it"
                " empty."
            )
        return found + [f"Graph: {problem}" for problem in wrong]

    def _validate_property(self, info: dict[str, Any]) -> None:
        hidden = {"seed": self.seed_policy != "fixed", "opening": bool(self.opening_clip)}
        if hidden.get(info["name"]):
            info["usage"] &= ~PropertyUsageFlags.PROPERTY_USAGE_EDITOR


def record_of(profile: NpcProfile) -> Profile:
    """Returns the resource's present values as a record without the engine."""
    portrait, graph = profile.portrait, profile.graph
    return Profile(
        name=profile.npc_name,
        id=profile.npc_id,
        portrait=picture_name(portrait),
        eyes=eyes_in(portrait, profile.eyes),
        opening=profile.opening,
        opening_clip=profile.opening_clip,
        base_prompt=profile.base_prompt,
        negative_prompt=profile.negative_prompt,
        style=profile.style,
        loras=profile.loras,
        seed_policy=profile.seed_policy,
        seed=profile.seed,
        prompt_in_key=profile.prompt_in_key,
        personality=profile.personality,
        tools=tuple(profile.enabled_tools),
        zones=tuple(profile.zones),
        cooldown=profile.cooldown,
        remember=profile.remember,
        document={} if graph is None else graph.document(),
    )


def eyes_in(portrait: Texture2D | None, eyes: list[Rect2]) -> tuple[Any, ...]:
    """Converts eyes from pixels to parts of the picture, without those outside of it.

    Without a portrait there are none.
    """
    if portrait is None or min(portrait.get_size()) <= 0.0:
        return ()
    width, height = portrait.get_size()
    whole = Rect2(0.0, 0.0, width, height)
    return tuple(
        (eye.position.x / width, eye.position.y / height, eye.size.x / width, eye.size.y / height)
        for eye in eyes
        if min(eye.size) > 0.0 and whole.encloses(eye)
    )
