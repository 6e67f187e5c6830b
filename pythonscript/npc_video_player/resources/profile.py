"""`NpcProfile`, the resource that says who an NPC is; its meaning is in `npc_video.npc.profile`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from godot import FileAccess, Rect2, Resource, Texture2D, exposed
from npc_video.npc.profile import OPENINGS, PERSONALITIES, REMEMBERED, SEED_POLICIES, Profile
from npc_video.records import MAX_SEED

from ..properties.notifying_export import NotifyingExport, Word
from .game_files import picture_name
from .response_graph import NpcResponseGraph

__all__ = ["NpcProfile", "eyes_in", "record_of"]

_SUGGESTIONS = 3  # a PropertyHint: a text, with some to choose from
_FILE_PATH = 44  # another: a path that people can read, and no uid
_IN_INSPECTOR = 4  # of PropertyUsageFlags
_STYLES = "anime,cartoon,painting,realistic,semi-realistic"


@exposed(tool=True)
class NpcProfile(Resource):
    """Who an NPC is: its name and looks, what it answers to, and its response graph.

    What is left empty here is as the graph's file has it.
    """

    npc_name = NotifyingExport(
        str, "", group="NPC", doc="The NPC's name, for prompts and placeholders."
    )
    npc_id = NotifyingExport(
        str,
        "",
        doc="Tells the clips and the memory of this NPC from those of others. Empty: the name.",
    )
    portrait = NotifyingExport(
        Texture2D,
        None,
        doc="What the NPC looks like: shown until there is a clip, and what generators start from.",
    )
    eyes = NotifyingExport(
        list[Rect2],
        [],
        doc="Where the portrait's eyes are, in its pixels: the embedded generator has them blink. A"
        " script assigns a whole new Array.",
    )
    opening_clip = NotifyingExport(
        str,
        "",
        hint=_FILE_PATH,
        hint_string="*.mp4,*.webm",
        doc="A file that the NPC is first seen with: `res://ember/opening.webm`.",
    )
    opening = Word(
        str,
        "generated",
        enum=OPENINGS,
        doc="What the NPC is first seen with where there is no `opening_clip`: a clip that is made"
        " as any other, or none, so that nothing is made before something is asked for.",
    )
    personality = Word(
        str,
        "custom",
        enum=PERSONALITIES,
        doc="How the NPC is; `custom` for what the graph's file says.",
    )
    graph = NotifyingExport(
        NpcResponseGraph,
        None,
        doc="What the NPC answers to what. Empty: a mood that touches raise and lower.",
    )
    base_prompt = NotifyingExport(
        str,
        "",
        multiline=True,
        group="Looks",
        doc="What each clip shows, whatever the reaction: `a small friendly dragon, forest`.",
    )
    negative_prompt = NotifyingExport(str, "", multiline=True, doc="What no clip is to show.")
    style = NotifyingExport(
        str,
        "",
        hint=_SUGGESTIONS,
        hint_string=_STYLES,
        doc="How clips are drawn; one of the list, or in words of your own.",
    )
    loras = NotifyingExport(
        dict[str, float],
        {},
        doc="Model add-ons of the generator by the names of their files, each with its weight from"
        " -10 to 10; 1 is as strong as it was made. A script assigns a whole new Dictionary.",
    )
    seed_policy = Word(
        str,
        "npc",
        enum=SEED_POLICIES,
        group="Seed",
        doc="Which random number clips begin with: one that you fix, one for each NPC, or another"
        " for each reaction. The same reaction always has the same one.",
    )
    seed = NotifyingExport(int, 0, range=(0, MAX_SEED, 1), doc="The number, where it is fixed.")
    prompt_in_key = NotifyingExport(
        bool,
        True,
        group="Cache",
        doc="Whether a clip is shown again only for a reaction with the same prompt. Off: for any"
        " that looks alike by expression, emotion, animation and intensity, as where prompts tell"
        " of what no clip shows.",
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
        doc="How long after an answer the NPC gives none.",
    )
    remember = Word(
        str,
        "game",
        enum=REMEMBERED,
        doc="For how long the NPC remembers what happened to it: until its scene is left, or as"
        " long as the game runs, so that it goes on where it was when it is in another scene. It is"
        " known by its id; several NPCs that share one need `scene`.",
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

    def metadata(self) -> dict:
        """The whole NPC in the format of its file, with the graph in it."""
        return record_of(self).metadata()

    def problems(self) -> list[str]:
        """What will not work, each with what to do about it; empty if nothing is wrong."""
        npc, graph = record_of(self), self.graph
        wrong = [] if graph is None else graph.problems()
        # Those of the graph are told as its own, and then it is not known what else it knows.
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
            info["usage"] &= ~_IN_INSPECTOR


def record_of(profile: NpcProfile) -> Profile:
    """What the resource says now, for those who know no engine."""
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
    """Eyes that were marked in pixels as parts of the picture; those that it has not are left out.

    Where there is no portrait there are none.
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
