"""The profile of one NPC, and its effect on the NPC's file and on each of its clips.

The NPC's graph decides the look of a reaction; the profile says who reacts. Both may come from one
file: empty fields of the profile keep the file's values.
"""

import math
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import Any

from ..errors import GraphError
from ..misspelt import meant_instead
from ..prompts import joined_prompt
from ..records import MAX_SEED, VideoParams, round_half_up

__all__ = ["OPENINGS", "PERSONALITIES", "REMEMBERED", "SEED_POLICIES", "Profile", "bare_lora"]

SEED_POLICIES = ("fixed", "npc", "reaction")
"""One seed for all; one for each NPC; one for each look of an NPC."""

PERSONALITIES = ("gentle", "intense", "playful", "custom")

OPENINGS = ("generated", "none")
"""The first sight of an NPC: a clip like any other, or something else without a clip."""

REMEMBERED = ("scene", "game")
"""The time for which an NPC remembers its interactions."""

_MAX_WEIGHT = 10.0


@dataclass(frozen=True, slots=True)
class Profile:
    """The identity of an NPC, and the common properties of all its clips.

    Attributes:
        id: distinguishes its clips from those of others; "" to use the name.
        portrait: name of the picture for generators to start from, "" for none.
        eyes: positions in the portrait, for generators that animate it: left, top, width and height
            of each, as parts of its width and height.
        opening: one of `OPENINGS`, used without an `opening_clip`.
        opening_clip: a file for the first sight of the NPC, "" for none.
        loras: weights of model add-ons by name, in order of application.
        seed_policy: one of `SEED_POLICIES`; under each of them the same reaction has the same seed,
            so that its clip is found again.
        seed: for the policy "fixed".
        prompt_in_key: whether a clip can replace another only if both prompts are equal.
        personality: one of `PERSONALITIES`.
        tools, zones: those that the NPC answers; all if empty.
        cooldown: seconds after an answer without another one.
        remember: one of `REMEMBERED`.
        document: the file with its graph, as a dictionary.
    """

    name: str = ""
    id: str = ""
    portrait: str = ""
    eyes: tuple[tuple[float, float, float, float], ...] = ()
    opening: str = "generated"
    opening_clip: str = ""
    base_prompt: str = ""
    negative_prompt: str = ""
    style: str = ""
    loras: Mapping[str, float] = field(default_factory=dict)
    seed_policy: str = "npc"
    seed: int = 0
    prompt_in_key: bool = True
    personality: str = "custom"
    tools: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()
    cooldown: float = 0.5
    remember: str = "game"
    document: Mapping[str, Any] = field(default_factory=dict)

    @property
    def opens_with_generated(self) -> bool:
        """Whether the first sight of it is a generated clip."""
        return self.opening == "generated" and not self.opening_clip

    @property
    def own_id(self) -> str:
        """The id of its clips: the profile's id, else its name, else the file's id."""
        return self.id or self.name or str(_section(self.document, "npc").get("id") or "")

    def metadata(self) -> dict[str, Any]:
        """The NPC for `load_metadata`; unknown parts of the file are kept."""
        npc = {
            "id": self.id or self.name,
            "name": self.name,
            "avatarUrl": self.portrait,
            "personality": "" if self.personality == "custom" else self.personality,
        }
        style = {"artStyle": self.style, "loras": self._weighted()}
        rules = {"enabledTools": list(self.tools), "zones": list(self.zones)}
        video = _section(self.document, "videoGen")
        return {
            **self.document,
            "npc": _over(_section(self.document, "npc"), npc),
            "videoGen": {
                **_over(video, {"basePrompt": self.base_prompt}),
                "style": _over(_section(video, "style"), style),
            },
            "interaction": {
                **_over(_section(self.document, "interaction"), rules),
                "responseCooldown": self.cooldown * 1000.0,
            },
        }

    def apply_profile(self, params: VideoParams) -> VideoParams:
        """`params` with the common properties of all clips of this NPC, if it lacks them.

        Values in `params` take precedence: style, picture, weights of add-ons, and a seed other
        than 0.
        """
        loras = self._weighted()
        named = {bare_lora(name) for name in params.loras}
        applied = replace(
            params,
            prompt=joined_prompt(self.base_prompt, params.prompt),
            negative_prompt=joined_prompt(self.negative_prompt, params.negative_prompt),
            style=params.style or self.style,
            loras=(*(name for name in loras if bare_lora(name) not in named), *params.loras),
            npc_id=self.id or self.name or params.npc_id,
            npc_name=self.name or params.npc_name,
            npc_base_image=params.npc_base_image or self.portrait,
            prompt_in_key=params.prompt_in_key and self.prompt_in_key,
        )
        return replace(applied, seed=params.seed or self._seed_of(applied))

    def problems(self) -> list[str]:
        """Sentences, each with a problem and its cure; empty if there are none."""
        return list(self._problems())

    def _problems(self) -> Iterator[str]:
        if not self.name:
            yield "The NPC has no name: prompts and placeholders need one."
        yield from _listed("enabled tools", self.tools)
        yield from _listed("zones", self.zones)
        if "" in self.loras:
            yield "A LoRA has no name: give it that of its file."
        for name, weight in self.loras.items():
            if not -_MAX_WEIGHT <= weight <= _MAX_WEIGHT:
                yield f"The LoRA {name!r:.80} has a weight of {weight:g}: use one from -10 to 10."
        if not 0 <= self.seed <= MAX_SEED:
            yield f"The seed is {self.seed}: use one from 0 to {MAX_SEED}."
        if not 0.0 <= self.cooldown < math.inf:
            yield f"The cooldown is {self.cooldown:g} s: use 0 or more."
            return
        # Loading these takes long, and only checks need them.
        from ..graph import load_metadata
        from ..graph.vocabulary import known_tools, known_zones

        try:
            load_metadata(self.metadata())
            # Words that the file itself knows.
            known = load_metadata(replace(self, tools=(), zones=()).metadata())
        except GraphError as error:
            yield from (f"Graph: {problem}." for problem in error.problems)
            return
        yield from _misspelt("enabled tools", self.tools, known_tools(known))
        yield from _misspelt("zones", self.zones, known_zones(known))

    def _weighted(self) -> list[str]:
        return [_with_weight(name, weight) for name, weight in sorted(self.loras.items()) if name]

    def _seed_of(self, params: VideoParams) -> int:
        if self.seed_policy == "fixed":
            return self.seed
        words = [params.npc_id]
        if self.seed_policy == "reaction":
            words += [params.expression, params.emotion, params.animation]
            words.append(str(round_half_up(params.intensity)))
        digest = blake2b("\0".join(words).encode("utf-8", "surrogatepass"), digest_size=8).digest()
        return int.from_bytes(digest, "little") % MAX_SEED + 1


def _section(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    section = data.get(name)
    return section if isinstance(section, Mapping) else {}


def _over(base: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    """`base` updated with the values in `said` that are not empty."""
    return {**base, **{key: value for key, value in said.items() if value}}


def _with_weight(name: str, weight: float) -> str:
    """The form that backends read; a name with a colon needs a weight, or it would look like it."""
    return name if weight == 1.0 and ":" not in name else f"{name}:{weight:g}"


def bare_lora(lora: str) -> str:
    """The name of a model add-on without its weight."""
    name, colon, _ = lora.rpartition(":")
    return name if colon else lora


def _misspelt(what: str, names: Iterable[str], known: Collection[str]) -> Iterator[str]:
    for name in dict.fromkeys(names):
        if meant := meant_instead(name, known):
            yield (
                f"{name!r:.80} among the {what} is unknown to the graph; perhaps you mean"
                f" {meant!r:.80}."
            )


def _listed(what: str, names: Iterable[str]) -> Iterator[str]:
    for name, count in Counter(names).items():
        if not name.strip():
            yield f"One of the {what} has no name: remove it or name it."
        elif count > 1:
            yield f"{name!r:.80} is {count} times among the {what}: once is enough."
