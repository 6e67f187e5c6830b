"""Examines all parts, one after the other."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ..shipping.engine import Engine, installed
from . import bridge, codecs, folders, project, python, templates
from . import engine as engine_part
from .finding import Finding, guarded

__all__ = ["Subject", "examine"]


@dataclass(frozen=True, slots=True)
class Subject:
    """The machine and the project to examine.

    Attributes:
        project: the folder of a project, if one is examined.
        find_engine: returns the Godot that commands use here, None if there is none.
        folders: further folders to examine, by their purpose.
    """

    project: Path | None = None
    find_engine: Callable[[], Engine | None] = installed
    folders: Mapping[str, Path] = field(default_factory=dict)


def examine(subject: Subject) -> Iterator[Finding]:
    """Yields the findings of all parts but the backends, each as soon as it is known."""
    engine: Engine | None = None

    def look_for_engine() -> Finding:
        nonlocal engine
        engine, finding = engine_part.examine(subject.find_engine)
        return finding

    place = subject.project
    yield guarded(engine_part.PART, look_for_engine)
    yield guarded(python.PART, lambda: python.examine(engine))
    yield guarded(bridge.PART, bridge.examine)
    if place is not None:
        yield guarded(project.PART, lambda: project.examine(place))
    yield guarded(codecs.PART, codecs.examine)
    yield guarded(folders.PART, lambda: folders.examine(place, subject.folders))
    yield guarded(templates.PART, lambda: templates.examine(engine, place))
