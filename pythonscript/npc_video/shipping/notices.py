"""Writes the notices of a shipped game: licences of its software, and addresses of the sources.

Facts about packages come from their metadata, facts about the libraries in them from `foreign`.
Each text of a licence appears once, after all that refer to it.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import Distribution
from pathlib import Path

from .binaries import is_binary
from .console import Failure
from .foreign import LICENCES, Project, project_of

NOTICES = "NOTICES.txt"

_HEAD = """\
This game contains software of others. This file lists it with its licences.

Licences by which you may replace a library (LGPL) apply to that library alone. Its files lie in the
folder "python", under the names given here, and the game opens whatever lies there. If a licence
demands that the source is offered, it is at the address given with each.
"""
_STAND_IN_NOTE = (
    "Files named like libraries that are not in this game; they contain nothing of them."
)
_RULE = "-" * 78
_LICENCE_FILE = re.compile(
    r".*(LICEN[CS]E|COPYING|NOTICE|AUTHORS|COPYRIGHT)[\w-]*(\.(txt|md|rst))?", re.IGNORECASE
)
_ENGINE_NOTE = (
    "Godot contains software of others too: see Engine.get_copyright_info(), and COPYRIGHT.txt at"
    " that address."
)
_LICENCE_CLASSIFIER = "License :: OSI Approved :: "
# Compiled into a package's own modules.
_INSIDE = {"cffi": "libffi.so"}


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of software in the game that has a licence.

    Attributes:
        name: With its version, if known.
        licence: SPDX expression, or its makers' words.
        source: An address.
        texts: The whole texts, as they must be shipped.
        note: Further remarks, or "".
        files: Names of its files, if they are not those of a Python package.
    """

    name: str
    licence: str
    source: str
    texts: tuple[str, ...]
    note: str = ""
    files: tuple[str, ...] = ()


def foreign_libraries(runtime: Path) -> list[Path]:
    """Returns the libraries in `runtime` but for Python modules and this addon's bridge."""
    found = (
        path
        for path in sorted(runtime.rglob("*"))
        if _is_library(path.relative_to(runtime)) and path.is_file() and is_binary(path)
    )
    return [path for path in found if not path.name.startswith("pythonscript")]


def _is_library(path: Path) -> bool:
    if any(part.endswith((".libs", ".dylibs")) for part in path.parts):
        return True
    if path.suffix == ".pyd" or ".cpython-" in path.name or ".abi3." in path.name:
        return False
    return path.suffix in (".dll", ".dylib") or (path.name.startswith("lib") and ".so" in path.name)


def notices(
    version: str,
    distributions: Iterable[Distribution],
    libraries: Iterable[Path],
    python: Part,
    *,
    stand_ins: Collection[str] = (),
    gpl: bool = False,
) -> str:
    """Returns the text that is shipped as NOTICES.txt.

    Args:
        version: Of this addon.
        distributions: The packages in the game, but for this addon's own.
        libraries: The result of `foreign_libraries`.
        python: The result of `python_part`.
        stand_ins: Names of libraries that this addon's own stub replaces.
        gpl: True if the game's makers chose libraries under the GPL.

    Raises:
        Failure: the licence of a library is not known, or it is the GPL and that is not chosen.
    """
    parts = [
        Part(
            "Godot Engine",
            "MIT",
            "https://github.com/godotengine/godot",
            (_known("godot"),),
            _ENGINE_NOTE,
        ),
        python,
        _ours(f"NpcVideoPlayer {version}"),
        *sorted((_package(each) for each in distributions), key=lambda part: part.name.lower()),
        *_library_parts([each for each in libraries if each.name not in stand_ins], gpl=gpl),
    ]
    if stand_ins:
        parts.append(_ours("NpcVideoPlayer's stand-ins", _STAND_IN_NOTE, stand_ins))
    return _text(parts)


def python_part(version: str, stdlib: Path) -> Part:
    """Returns the part for Python, with its own text, or ours if its makers left that out.

    Args:
        version: Such as "3.11.9".
        stdlib: Its standard library, which has the text; python.org's for Windows has it beside.
    """
    places = [stdlib / "LICENSE.txt", stdlib.parent / "LICENSE.txt", LICENCES / "python.txt"]
    own = next(place for place in places if place.is_file())
    texts = (_read(own), _known("python-incorporated"))
    return Part(f"Python {version}", "PSF-2.0", "https://www.python.org", texts)


def _package(distribution: Distribution) -> Part:
    metadata = distribution.metadata
    classifiers = [
        each.removeprefix(_LICENCE_CLASSIFIER)
        for each in metadata.get_all("Classifier") or ()
        if each.startswith(_LICENCE_CLASSIFIER)
    ]
    fields = [metadata[each] for each in ("License-Expression", "License") if each in metadata]
    said = next(iter(fields), "").strip()
    licence = said if said and "\n" not in said else " or ".join(classifiers)
    texts = [
        _read(Path(str(distribution.locate_file(file))))
        for file in distribution.files or ()
        if ".dist-info" in str(file) and _LICENCE_FILE.fullmatch(file.name)
    ]
    if "\n" in said:  # the whole text, in older packages
        texts.append(said)
    name = metadata["Name"]
    inside = project_of(_INSIDE[name]) if name in _INSIDE else None
    return Part(
        name=f"{name} {distribution.version}",
        licence=f"{licence or 'see its text'}{f' AND {inside.licence}' if inside else ''}",
        source=f"https://pypi.org/project/{name}/{distribution.version}/",
        texts=(*texts, *_texts(inside)) if inside else tuple(texts),
        note=f"It has {inside.name} in it." if inside else "",
    )


def _library_parts(libraries: Iterable[Path], *, gpl: bool) -> Iterator[Part]:
    files: dict[Project, list[str]] = {}
    for library in libraries:
        project = project_of(library.name)
        if project.is_gpl and not gpl:
            raise Failure(
                f"{library.name} is under the GPL, which the whole game would come under: leave out"
                " what needs it, or choose GPL encoders in the export's options."
            )
        files.setdefault(project, []).append(library.name)
    for project in sorted(files, key=lambda each: each.name.lower()):
        yield Part(
            name=project.name,
            licence=project.licence,
            source=project.source,
            texts=_texts(project),
            note=project.note,
            files=tuple(sorted(set(files[project]))),
        )


def _ours(name: str, note: str = "", files: Collection[str] = ()) -> Part:
    address = "https://pypi.org/project/npc-video-player/"
    texts = (_known("npc-video-player"),)
    return Part(name, "MIT", address, texts, note, tuple(sorted(files)))


def _texts(project: Project) -> tuple[str, ...]:
    return tuple(map(_known, project.texts))


def _known(name: str) -> str:
    return _read(LICENCES / f"{name}.txt")


def _read(path: Path) -> str:
    return path.read_text("utf-8", errors="replace").strip("\n")


def _text(parts: Sequence[Part]) -> str:
    texts = list(dict.fromkeys(text for part in parts for text in part.texts))
    numbers = {text: number for number, text in enumerate(texts, 1)}
    lines = [_HEAD, _RULE]
    for part in parts:
        lines += [part.name, f"  Licence: {part.licence}", f"  Source: {part.source}"]
        lines += [f"  Files: {', '.join(part.files)}"] if part.files else []
        lines += [f"  {part.note}"] if part.note else []
        listed = ", ".join(f"[{numbers[text]}]" for text in dict.fromkeys(part.texts))
        lines += [f"  Texts: {listed}", ""] if listed else [""]
    for text in texts:
        lines += [_RULE, f"[{numbers[text]}]", "", text, ""]
    return "\n".join(lines)
