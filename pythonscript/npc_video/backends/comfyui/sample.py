"""Fills a workflow with sample values, to examine it without running it."""

from dataclasses import fields, replace

from ...records import QUALITY_PRESETS, VideoParams
from ..base import GenerationRequest
from .values import Graph, Values

__all__ = ["models_in", "sample"]

_IMAGE, _SEED = "npc.png", 8128
_PRESET = replace(QUALITY_PRESETS["fast"], width=544, height=608, fps=13, steps=7, cfg=2.9)
_MODELS = (".safetensors", ".ckpt", ".pt", ".pth", ".gguf")


def sample() -> Values:
    """Sample values in which each parameter of a clip is recognisable."""
    texts = {
        field.name: f"{{{{{field.name}}}}}"
        for field in fields(VideoParams)
        if isinstance(field.default, str)
    }
    params = VideoParams.from_dict({**texts, "seed": _SEED})
    request = GenerationRequest(params, _PRESET)
    return Values.of(request, _IMAGE, "npc_video/check")


def models_in(graph: Graph) -> tuple[str, ...]:
    """The models that a graph names."""
    names = {
        value
        for node in graph.values()
        for value in node["inputs"].values()
        if isinstance(value, str) and value.endswith(_MODELS)
    }
    return tuple(sorted(names))
