"""Repairs the video graph from the specification, which no ComfyUI can run as it is written.

It names a node that does not exist, and connects SVD's nodes as if they took text. Copies of it are
in use, so workflows with its mistakes are accepted, and each change is reported.
"""

from typing import Any

from .values import Graph

__all__ = ["repaired"]

_IMAGE = "{{image}}"
_SVD_LOADER = "ImageOnlyCheckpointLoader"


def repaired(graph: Graph) -> tuple[Graph, tuple[str, ...]]:
    """The repaired graph and a note about each change; no notes for a graph without mistakes."""
    notes: list[str] = []
    _decode(graph, notes)
    _video(graph, notes)
    for name in _of(graph, "SVD_img2vid_Conditioning"):
        _condition(graph, name, notes)
    for name in _of(graph, "VideoLinearCFGGuidance"):
        _guide(graph, name, notes)
    if notes:
        _drop_unused_texts(graph, notes)
    return graph, tuple(notes)


def _decode(graph: Graph, notes: list[str]) -> None:
    for name in _of(graph, "VideoDecoder"):
        graph[name]["class_type"] = "VAEDecode"
        notes.append(f"Node {name}: VideoDecoder does not exist; it was replaced by VAEDecode.")


def _video(graph: Graph, notes: list[str]) -> None:
    """Adds CreateVideo before SaveVideo, which takes a video and not pictures with a frame rate."""
    for name in _of(graph, "SaveVideo"):
        inputs = graph[name]["inputs"]
        if not _feeds(graph, inputs.get("video"), "VAEDecode"):
            continue
        create = _new(graph, "video")
        fps = inputs.pop("fps", "{{fps}}")
        graph[create] = {
            "class_type": "CreateVideo",
            "inputs": {"images": inputs["video"], "fps": fps},
        }
        inputs["video"] = [create, 0]
        inputs.setdefault("filename_prefix", "{{prefix}}")
        inputs.setdefault("format", "mp4")
        inputs.setdefault("codec", "h264")
        notes.append(f"Node {name}: SaveVideo takes a video; CreateVideo was inserted before it.")


def _condition(graph: Graph, name: str, notes: list[str]) -> None:
    """Conditions SVD on a picture, which the loader of such models can encode."""
    inputs = graph[name]["inputs"]
    loader = next(iter([*_of(graph, "CheckpointLoaderSimple"), *_of(graph, _SVD_LOADER)]), None)
    is_whole = {"clip_vision", "init_image", "vae"} <= set(inputs)
    takes_clip = _feeds(graph, inputs.get("clip_vision"), "CheckpointLoaderSimple")
    if loader is None or (is_whole and not takes_clip):
        return
    graph[loader]["class_type"] = _SVD_LOADER
    for extra in ("model", "positive", "negative", "clip"):
        inputs.pop(extra, None)
    picture = next(iter(_of(graph, "LoadImage")), None)
    if picture is None:
        picture = _new(graph, "image")
        graph[picture] = {"class_type": "LoadImage", "inputs": {"image": _IMAGE}}
    inputs |= {"clip_vision": [loader, 1], "init_image": [picture, 0], "vae": [loader, 2]}
    notes.append(
        f"Node {name}: SVD starts from the NPC's picture and takes no text; it was connected to"
        f" the picture and to {_SVD_LOADER}."
    )


def _guide(graph: Graph, name: str, notes: list[str]) -> None:
    inputs = graph[name]["inputs"]
    loader = next(iter(_of(graph, _SVD_LOADER)), None)
    if loader is None or {"model", "min_cfg"} <= set(inputs):
        return
    graph[name]["inputs"] = {"model": [loader, 0], "min_cfg": 1.0}
    notes.append(f"Node {name}: VideoLinearCFGGuidance takes the model and min_cfg.")


def _drop_unused_texts(graph: Graph, notes: list[str]) -> None:
    linked = [
        value[0]
        for node in graph.values()
        for value in node["inputs"].values()
        if isinstance(value, list) and value
    ]
    for name in _of(graph, "CLIPTextEncode"):
        if name not in linked:
            del graph[name]
            notes.append(
                f"Node {name}: the prompt was removed, so emotions have no effect on the clips;"
                " use a model that takes text, such as Wan 2.2."
            )


def _of(graph: Graph, class_type: str) -> list[str]:
    return [name for name, node in graph.items() if node["class_type"] == class_type]


def _feeds(graph: Graph, link: Any, class_type: str) -> bool:
    """Whether a link comes from a node of this class."""
    return isinstance(link, list) and bool(link) and link[0] in _of(graph, class_type)


def _new(graph: Graph, name: str) -> str:
    while name in graph:
        name += "_"
    return name
