"""Examines the addon in a project: it exists, has this version, and leads to an existing Python."""

from collections.abc import Iterator
from pathlib import Path

from ..shipping.addon import NAME, Addon, is_addon, our_addon
from ..shipping.console import RUN_PY, Failure
from ..shipping.interpreter import is_this_python, read_settings
from ..shipping.platforms import BRIDGE, LOADER, this_platform
from ..shipping.project_files import extension_of, lists_extension
from .finding import Finding
from .settings import place_of, problems_of

__all__ = ["PART", "examine"]

PART = "project"


def examine(project: Path) -> Finding:
    """Examines the addon in the project in this folder.

    Raises:
        Failure: there is no project, or no addon in it.
    """
    if not (project / "project.godot").is_file():
        raise Failure(f"There is no project.godot in {project}: name the folder of a project.")
    place, ours = project / "addons" / NAME, our_addon()
    mend = f"run `{RUN_PY if ours.is_checkout else 'npc-video'} install {project}`"
    if not (place / "plugin.cfg").is_file():
        raise Failure(f"The addon is not in {project}: {mend}.")
    if not is_addon(place):
        raise Failure(f"{place} is not this addon: move it away, then {mend}.")
    found = Addon(place, is_checkout=False)
    facts = {"folder": str(project), "addon": found.version}
    problems = list(problems_of(place / "bin", mend))
    for name in map(this_platform().library, (LOADER, BRIDGE)):
        if not (place / "bin" / name).is_file() and not (place_of(place / "bin") / name).is_file():
            problems.append(f"{place / 'bin'} lacks {name}: {mend}.")
    if found.version != ours.version:
        problems.append(f"Its addon is {found.version} and this is {ours.version}: {mend}.")
    leads_to = _leads_to(place / "bin")
    if leads_to:
        facts["leads to"] = leads_to
    return Finding(PART, facts, tuple(problems), tuple(_advice(project, leads_to, mend)))


def _leads_to(folder: Path) -> str:
    """Returns the program of an environment, or the folder of a runtime; "" if neither is known."""
    try:
        settings = read_settings(place_of(folder))
    except OSError:
        return ""
    return settings.get("executable") or settings.get("home", "")


def _advice(project: Path, leads_to: str, mend: str) -> Iterator[str]:
    if not lists_extension(project, extension_of(NAME)):
        yield (
            "Godot has yet to notice the addon, and takes scripts with its classes for wrong until"
            f" then: {mend}, or start the editor twice."
        )
    if leads_to and Path(leads_to).is_file() and not is_this_python(leads_to):
        yield f"It runs in another environment than this: {mend} if it should run in this one."
