"""What a graph is filled with for one clip."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol, Self

from ...errors import GenerationInvalidError
from ..base import GenerationRequest

__all__ = ["Graph", "Lora", "Values", "Workflow"]

Graph = dict[str, dict[str, Any]]
"""Nodes by their id, as ComfyUI's API takes them: `{"class_type": …, "inputs": {…}}`; an input is a
value, or `[node id, number of its output]`."""

_FEW_STEPS = 8
_MAX_WEIGHT = 10.0


@dataclass(frozen=True, slots=True)
class Lora:
    """A model add-on, and how strongly it is applied."""

    name: str
    weight: float = 1.0

    @classmethod
    def parse(cls, text: str) -> Self:
        """A name, or a name and a weight such as "smile:0.8".

        Raises:
            GenerationInvalidError: the weight is no number from -10 to 10.
        """
        name, colon, weight = text.rpartition(":")
        if not colon:
            return cls(text)
        try:
            value = float(weight)
        except ValueError:
            value = math.nan
        if not -_MAX_WEIGHT <= value <= _MAX_WEIGHT:
            raise GenerationInvalidError(
                f"loras: {text!r} must be a name, or a name and a weight such as {name}:0.8."
            )
        return cls(name, value)


@dataclass(frozen=True, slots=True)
class Values:
    """One clip, in the words of graphs.

    Attributes:
        image: the NPC's picture as the server calls it, "" if there is none.
        frames: how many there are to be, before a model rounds it.
        prefix: what the name of the file begins with; another for every job, or the server takes
            a file of an earlier one, which may be gone.
        ends_in_image: the last frame is to be the picture as the first one is; models that cannot
            do that leave it.
    """

    prompt: str
    negative_prompt: str
    image: str
    loras: tuple[Lora, ...]
    seed: int
    width: int
    height: int
    fps: float
    frames: int
    steps: int
    cfg: float
    prefix: str
    texts: Mapping[str, str | float]
    ends_in_image: bool = False

    @classmethod
    def of(cls, request: GenerationRequest, image: str, prefix: str) -> Self:
        params, preset = request.params, request.preset
        return cls(
            prompt=params.prompt,
            negative_prompt=params.negative_prompt,
            image=image,
            loras=tuple(Lora.parse(name) for name in params.loras),
            # ComfyUI takes seeds of 64 bits without sign.
            seed=params.seed % 2**64,
            width=preset.width,
            height=preset.height,
            fps=float(preset.fps),
            frames=request.frame_count,
            steps=preset.steps,
            cfg=preset.cfg,
            prefix=prefix,
            texts={
                "expression": params.expression,
                "emotion": params.emotion,
                "animation": params.animation,
                "intensity": params.intensity,
                "style": params.style,
                "npc_id": params.npc_id,
                "npc_name": params.npc_name,
            },
        )

    @property
    def sampler(self) -> str:
        """As the specification says for models that are not distilled."""
        return "lcm" if self.steps <= _FEW_STEPS else "euler"

    @property
    def scheduler(self) -> str:
        return "sgm_uniform" if self.steps <= _FEW_STEPS else "normal"

    def fitted(self, *, size_step: int, frame_step: int) -> Self:
        """With sizes that are multiples of `size_step` and `frame_step` · n + 1 frames.

        Servers do not check them: models silently make other ones.
        """
        return replace(
            self,
            width=max(1, round(self.width / size_step)) * size_step,
            height=max(1, round(self.height / size_step)) * size_step,
            frames=math.ceil((self.frames - 1) / frame_step) * frame_step + 1,
        )


class Workflow(Protocol):
    """What makes graphs."""

    @property
    def needs_image(self) -> bool:
        """It makes no clip without the NPC's picture."""

    @property
    def uses_text(self) -> bool:
        """What is prompted shows in the clip."""

    @property
    def can_end_in_image(self) -> bool | None:
        """Its clips end in the NPC's picture if that is wanted; None where nobody can tell."""

    def build(self, values: Values) -> Graph:
        """The graph of one clip.

        Raises:
            GenerationInvalidError: it cannot be made of these values.
        """
