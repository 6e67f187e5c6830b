"""The parameters of a graph for one clip."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol, Self

from ...errors import GenerationInvalidError
from ..base import GenerationRequest

__all__ = ["Graph", "Lora", "Values", "Workflow"]

Graph = dict[str, dict[str, Any]]
"""Nodes by id, as in ComfyUI's API: `{"class_type": …, "inputs": {…}}`. An input is a value, or
`[node id, output number]`."""

_FEW_STEPS = 8
_MAX_WEIGHT = 10.0


@dataclass(frozen=True, slots=True)
class Lora:
    """A model add-on, and its strength."""

    name: str
    weight: float = 1.0

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parses a name, or a name and a weight such as "smile:0.8".

        Raises:
            GenerationInvalidError: the weight is not a number from -10 to 10.
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
    """The parameters of one clip, in the terms of graphs.

    Attributes:
        image: the server's name of the NPC's picture, "" if there is none.
        frames: the number of frames before a model rounds it.
        prefix: the start of the file name, different for every job; otherwise the server would
            return a file of an earlier job, which may be gone.
        ends_in_image: whether the last frame is the picture, as the first one is; ignored by models
            that cannot do that.
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
        """The specification's choice for models that are not distilled."""
        return "lcm" if self.steps <= _FEW_STEPS else "euler"

    @property
    def scheduler(self) -> str:
        return "sgm_uniform" if self.steps <= _FEW_STEPS else "normal"

    def fitted(self, *, size_step: int, frame_step: int) -> Self:
        """A copy with sizes that are multiples of `size_step`, and `frame_step` · n + 1 frames.

        Servers do not check these: models silently use other ones.
        """
        return replace(
            self,
            width=max(1, round(self.width / size_step)) * size_step,
            height=max(1, round(self.height / size_step)) * size_step,
            frames=math.ceil((self.frames - 1) / frame_step) * frame_step + 1,
        )


class Workflow(Protocol):
    """Builds graphs."""

    @property
    def needs_image(self) -> bool:
        """Whether it makes no clip without the NPC's picture."""

    @property
    def uses_text(self) -> bool:
        """Whether the prompt affects the clip."""

    @property
    def can_end_in_image(self) -> bool | None:
        """Whether its clips can end with the NPC's picture; None if unknown."""

    def build(self, values: Values) -> Graph:
        """Builds the graph of one clip.

        Raises:
            GenerationInvalidError: these values make no valid graph.
        """
