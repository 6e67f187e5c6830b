"""The user's own workflows, exported from ComfyUI in API format, as templates of graphs."""

import copy
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ...errors import GenerationInvalidError, InvalidDataError
from .node_catalogue import label
from .repair import repaired
from .values import Graph, Lora, Values

__all__ = ["PARAMETERS", "CustomWorkflow"]

_MAX_BYTES = 4 * 1024 * 1024
_PLACEHOLDER = re.compile(r"\{\{\s*([A-Za-z0-9_]*)\s*\}\}")
# Size and frame steps of models that make n · step + 1 frames, by the node that starts them.
_STEPS = {
    "WanImageToVideo": (16, 4),
    "WanFirstLastFrameToVideo": (16, 4),
    "Wan22ImageToVideoLatent": (32, 4),
    "LTXVImgToVideo": (32, 8),
    "EmptyLTXVLatentVideo": (32, 8),
    "HunyuanImageToVideo": (16, 4),
}
_NUMBERS = ("seed", "width", "height", "fps", "frames", "steps", "cfg", "seconds", "intensity")
_TEXTS = (
    *("prompt", "negative_prompt", "image", "sampler", "scheduler", "prefix"),
    *("expression", "emotion", "animation", "style", "npc_id", "npc_name"),
)
PARAMETERS = frozenset(_NUMBERS + _TEXTS)
"""Names between `{{` and `}}`, or on the right side of a binding."""
_FEELINGS = frozenset({"prompt", "expression", "emotion", "animation"})
_LACKS = (
    (_FEELINGS, "the prompt: emotions have no effect on its clips"),
    (frozenset({"seed"}), "the seed: clips with the same prompt are identical"),
    (frozenset({"image"}), "the NPC's picture: its clips may show somebody else"),
)
_DO = (
    'Write placeholders such as "{{prompt}}", "{{seed}}" and "{{image}}" into it, or name its'
    " inputs in bindings."
)


class CustomWorkflow:
    """A workflow with placeholders for the parameters of a clip.

    In the workflow, the whole value `"{{seed}}"` becomes a number, and `"a photo, {{prompt}}"`
    becomes text. To leave the workflow unchanged, name its inputs in `bindings`.

    Args:
        workflow: the JSON of "Export (API)", as text or as a dictionary.
        bindings: parameters by "node title.input"; the class or id of the node works too.
        loras_after: title, class or id of the node whose first output is the model that LoRAs are
            applied to; without it a request with LoRAs is refused.
        output: title, class or id of the node that saves the clip, if several nodes save files.

    Attributes:
        notes: sentences, each about a change that was needed to run it.
        output: the id of the node that saves the clip, "" for any.

    Raises:
        InvalidDataError: it is not such a workflow, or a name in it or in `bindings` is unknown.
    """

    def __init__(
        self,
        workflow: str | Mapping[str, Any],
        *,
        bindings: Mapping[str, str] | None = None,
        loras_after: str = "",
        output: str = "",
    ):
        graph, self.notes = repaired(_read(workflow))
        for target, parameter in (bindings or {}).items():
            _known(parameter, f"bindings: {target!r}")
            node, field = _target(graph, target)
            graph[node]["inputs"][field] = "{{" + parameter + "}}"
        self._graph = graph
        self._used = _used(graph)
        self._loras_after = _find(graph, loras_after, "loras_after") if loras_after else ""
        self.output = _find(graph, output, "output") if output else ""

    @classmethod
    def from_file(cls, path: str | Path, **options: Any) -> "CustomWorkflow":
        """Reads the workflow in a file.

        Raises:
            InvalidDataError: it cannot be read, or is invalid.
        """
        try:
            with Path(path).open("rb") as file:
                text = file.read(_MAX_BYTES + 1).decode("utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise InvalidDataError(f"workflow: {path} cannot be read: {error}.") from error
        return cls(text, **options)

    @property
    def needs_image(self) -> bool:
        return "image" in self._used

    @property
    def uses_text(self) -> bool:
        return bool(self._used & _FEELINGS)

    @property
    def can_end_in_image(self) -> None:
        """Always None, because the workflow runs as it is."""

    @property
    def advice(self) -> tuple[str, ...]:
        """Sentences, each about something that clips of this workflow will lack."""
        missing = [lack for places, lack in _LACKS if not self._used & places]
        if len(missing) == len(_LACKS):
            return (f"The workflow has no placeholder at all: its clips are identical. {_DO}",)
        return tuple(f"The workflow has no placeholder for {lack}. {_DO}" for lack in missing)

    def build(self, values: Values) -> Graph:
        size_step, frame_step = _steps(self._graph)
        values = values.fitted(size_step=size_step, frame_step=frame_step)
        graph: Graph = _filled(copy.deepcopy(self._graph), _parameters(values))
        for node in graph.values():
            if "filename_prefix" in node["inputs"] and "prefix" not in self._used:
                node["inputs"]["filename_prefix"] = values.prefix
        if values.loras and not self._loras_after:
            raise GenerationInvalidError(
                "loras: the workflow does not say where to insert them: name the node of the model"
                " in loras_after, or remove the LoRAs from the NPC."
            )
        return _with_loras(graph, self._loras_after, values.loras)


def _read(workflow: str | Mapping[str, Any]) -> Graph:
    data: Any = workflow
    if isinstance(workflow, str):
        if len(workflow) > _MAX_BYTES:
            raise InvalidDataError("workflow: is larger than 4 MiB.")
        try:
            data = json.loads(workflow)
        except (ValueError, RecursionError) as error:
            raise InvalidDataError(f"workflow: is not JSON: {error}.") from error
    if isinstance(data, Mapping) and isinstance(data.get("nodes"), list):
        raise InvalidDataError(
            "workflow: is saved for ComfyUI's own window: use Workflow → Export (API) instead."
        )
    if isinstance(data, Mapping) and isinstance(data.get("prompt"), Mapping):
        data = data["prompt"]
    if not isinstance(data, Mapping) or not data:
        raise InvalidDataError("workflow: must be an object of nodes, as Export (API) saves it.")
    graph: Graph = {}
    for name, node in data.items():
        if (
            not isinstance(node, Mapping)
            or not isinstance(node.get("class_type"), str)
            or not isinstance(node.get("inputs"), Mapping)
        ):
            raise InvalidDataError(f"workflow: node {name!r:.60} lacks class_type or inputs.")
        graph[str(name)] = copy.deepcopy({**node, "inputs": dict(node["inputs"])})
    return graph


def _find(graph: Graph, name: str, where: str) -> str:
    """The id of the node with this title, class or id.

    Args:
        where: the setting that names it, for the error message.
    """
    exact = _called(graph, name)
    if len(exact) != 1:
        known = ", ".join(label(graph, node) for node in list(graph)[:20])
        what = "several nodes are" if exact else "no node is"
        raise InvalidDataError(f"{where}: {what} called {name!r}; there are {known}.")
    return exact[0]


def _called(graph: Graph, name: str) -> list[str]:
    """The ids of the nodes with this title; if there are none, with this class or id."""
    titles = [node for node in graph if _title(graph[node]) == name]
    return titles or [node for node in graph if name in (graph[node]["class_type"], node)]


def _title(node: Mapping[str, Any]) -> str:
    meta = node.get("_meta")
    return str(meta.get("title", "")) if isinstance(meta, Mapping) else ""


def _target(graph: Graph, target: str) -> tuple[str, str]:
    """The node and the input that a binding names; both may have dots in their names."""
    dots = [place for place, letter in enumerate(target) if letter == "."]
    if not dots:
        raise InvalidDataError(
            f"bindings: {target!r} must be a node and an input, such as Seed.seed."
        )
    parts = [(target[:dot], target[dot + 1 :]) for dot in reversed(dots)]
    # The first name of a node is used if none has the input.
    named = [(node, field) for node, field in parts if _called(graph, node)] or parts
    for name, field in named:
        fitting = [node for node in _called(graph, name) if field in graph[node]["inputs"]]
        if len(fitting) == 1 and len(_called(graph, name)) == 1:
            return fitting[0], field
    name, field = named[0]
    node = _find(graph, name, "bindings")
    known = ", ".join(graph[node]["inputs"]) or "none"
    raise InvalidDataError(f"bindings: {label(graph, node)} has no input {field!r}, but {known}.")


def _known(parameter: str, where: str) -> None:
    if parameter not in PARAMETERS:
        raise InvalidDataError.of_unknown(parameter, PARAMETERS, f"{where}: ")


def _used(graph: Graph) -> frozenset[str]:
    """The parameters for which a graph has placeholders."""
    used: set[str] = set()
    for name, node in graph.items():
        for field, value in node["inputs"].items():
            for parameter in _PLACEHOLDER.findall(json.dumps(value)):
                _known(parameter, f"{label(graph, name)}, {field}")
                used.add(parameter)
    return frozenset(used)


def _steps(graph: Graph) -> tuple[int, int]:
    found = [_STEPS[node["class_type"]] for node in graph.values() if node["class_type"] in _STEPS]
    return max(found, default=(8, 1))


def _parameters(values: Values) -> dict[str, Any]:
    parameters: dict[str, Any] = {
        "prompt": values.prompt,
        "negative_prompt": values.negative_prompt,
        "image": values.image,
        "sampler": values.sampler,
        "scheduler": values.scheduler,
        "prefix": values.prefix,
        "seed": values.seed,
        "width": values.width,
        "height": values.height,
        "fps": values.fps,
        "frames": values.frames,
        "steps": values.steps,
        "cfg": values.cfg,
        "seconds": values.frames / values.fps,
    }
    return parameters | dict(values.texts)


def _filled(value: Any, parameters: Mapping[str, Any]) -> Any:
    if isinstance(value, dict):
        return {name: _filled(each, parameters) for name, each in value.items()}
    if isinstance(value, list):
        return [_filled(each, parameters) for each in value]
    if not isinstance(value, str):
        return value
    whole = _PLACEHOLDER.fullmatch(value)
    if whole:
        return parameters[whole[1]]
    return _PLACEHOLDER.sub(lambda match: _text(parameters[match[1]]), value)


def _text(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _with_loras(graph: Graph, after: str, loras: tuple[Lora, ...]) -> Graph:
    """Inserts a node for each LoRA between a model and its users."""
    last = [after, 0]
    added: Graph = {}
    for number, lora in enumerate(loras):
        name = f"{after}_lora{number}"
        inputs = {"model": last, "lora_name": lora.name, "strength_model": lora.weight}
        added[name] = {"class_type": "LoraLoaderModelOnly", "inputs": inputs}
        last = [name, 0]
    if added:
        for node in graph.values():
            for field, value in node["inputs"].items():
                if value == [after, 0]:
                    node["inputs"][field] = last
    return graph | added
