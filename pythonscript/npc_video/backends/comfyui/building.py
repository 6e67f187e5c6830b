"""Builds graphs in the order in which they run."""

from typing import Any

from .values import Graph, Lora, Values

__all__ = ["Builder", "Ref"]

Ref = list[Any]
"""An output of a node: the node's id and the output's number."""


class Builder:
    """Collects the nodes of a graph."""

    def __init__(self) -> None:
        self.graph: Graph = {}

    def add(self, class_type: str, **inputs: Any) -> str:
        """Adds a node; returns its id."""
        name = str(len(self.graph) + 1)
        self.graph[name] = {"class_type": class_type, "inputs": inputs}
        return name

    def ref(self, class_type: str, **inputs: Any) -> Ref:
        """Adds a node; returns its first output."""
        return [self.add(class_type, **inputs), 0]

    def with_loras(self, model: Ref, loras: tuple[Lora, ...]) -> Ref:
        for lora in loras:
            model = self.ref(
                "LoraLoaderModelOnly",
                model=model,
                lora_name=lora.name,
                strength_model=lora.weight,
            )
        return model

    def texts(self, clip: Ref, values: Values) -> tuple[Ref, Ref]:
        positive = self.ref("CLIPTextEncode", text=values.prompt, clip=clip)
        return positive, self.ref("CLIPTextEncode", text=values.negative_prompt, clip=clip)

    def saved(self, samples: Ref, vae: Ref, values: Values) -> Graph:
        """Completes the graph: decodes the samples and saves them as a file."""
        images = self.ref("VAEDecode", samples=samples, vae=vae)
        video = self.ref("CreateVideo", images=images, fps=values.fps)
        self.add(
            "SaveVideo", video=video, filename_prefix=values.prefix, format="mp4", codec="h264"
        )
        return self.graph
