"""The files of the nodes at the end of a workflow: predicted before it runs, or found afterwards.

Unknown nodes are expected to make a clip.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .values import Graph

__all__ = ["SAVE_ONE", "File", "chosen_file", "files_of", "guesses", "unplayable"]

SAVE_ONE = "end the workflow in SaveVideo, or in VHS_VideoCombine with the format video/h264-mp4"
"""Advice for a workflow that does not end in a clip."""

_PICTURES, _SOUND, _SHAPE = "single pictures", "sound alone", "a model"
_MAKES = {
    "SaveAnimatedWEBP": "an animated WebP",
    "SaveAnimatedPNG": "an animated PNG",
    "SaveImage": _PICTURES,
    "SaveImageAdvanced": _PICTURES,
    "SaveImageWebsocket": _PICTURES,
    "SaveSVGNode": _PICTURES,
    "PreviewImage": _PICTURES,
    "MaskPreview": _PICTURES,
    "ImageCompare": _PICTURES,
    "PreviewAny": "a text",
    "SaveLatent": "a latent",
    "SaveAudio": _SOUND,
    "SaveAudioMP3": _SOUND,
    "SaveAudioOpus": _SOUND,
    "PreviewAudio": _SOUND,
    "Preview3D": _SHAPE,
    "SaveGLB": _SHAPE,
}
# By a part of the name of a format or codec of SaveVideo and VideoHelperSuite.
_FORMATS = {
    "gif": "a GIF",
    "webp": "an animated WebP",
    "png": "an image sequence",
    "prores": "a ProRes file",
    "ffv1": "an FFV1 file",
}
_WITH_FORMAT = ("VHS_VideoCombine", "SaveVideo")
_CHOICES = ("format", "codec", "format.codec")
_KINDS = (".mp4", ".webm", ".mkv", ".mov", ".m4v")
# Suffixes that SaveVideo and its like, and VHS_VideoCombine, add to the name of a first file.
_FIRST = ("_00001_.mp4", "_00001_.webm", "_00001_.mkv", "_00001.mp4", "_00001.webm")
_PLACES = ("output", "temp")  # temporary files are previews


@dataclass(frozen=True, slots=True)
class File:
    """A file on the server, with the parameters of `/view`."""

    filename: str
    subfolder: str
    type: str

    @property
    def is_kept(self) -> bool:
        """Whether it is a result, not a temporary preview."""
        return self.type == _PLACES[0]


def unplayable(node: Mapping[str, Any]) -> str:
    """The file type of an output node if it cannot be played, such as "a GIF"; "" if it may."""
    kind = str(node.get("class_type"))
    if kind in _WITH_FORMAT:
        values = [node["inputs"].get(name) for name in _CHOICES]
        chosen = [value.lower() for value in values if isinstance(value, str)]
        return next((made for part, made in _FORMATS.items() if any(part in c for c in chosen)), "")
    return _MAKES.get(kind, "")


def chosen_file(outputs: Any, node: str = "") -> File | None:
    """The clip among the files of a job; a kept file is preferred to a preview.

    Args:
        outputs: of the job's history entry; each node has its own names in them.
        node: whose file is wanted; "" for any.
    """
    found = [file for file in files_of(outputs, node) if file.filename.lower().endswith(_KINDS)]
    return min(found, key=lambda file: not file.is_kept, default=None)


def files_of(outputs: Any, node: str = "") -> Iterator[File]:
    """All files of a job, in the order in which its nodes ran."""
    for name, output in outputs.items() if isinstance(outputs, Mapping) else ():
        if node and name != node:
            continue
        for listed in output.values() if isinstance(output, Mapping) else ():
            for item in listed if isinstance(listed, list) else ():
                if not isinstance(item, Mapping) or item.get("type") not in _PLACES:
                    continue
                file, folder = item.get("filename"), item.get("subfolder", "")
                if isinstance(file, str) and isinstance(folder, str):
                    yield File(file, folder, item["type"])


def guesses(graph: Graph, prefix: str) -> Iterator[File]:
    """Possible names of a job's clip, if the server does not name it.

    Args:
        prefix: the start of its name, unique to this job; the server adds a number.
    """
    for node in graph.values():
        name = node["inputs"].get("filename_prefix")
        if isinstance(name, str) and prefix in name:
            folder, _, start = name.rpartition("/")
            for ending in _FIRST:
                yield File(f"{start}{ending}", folder, _PLACES[0])
