"""Examines the Python that runs this, as the one to embed in the engine."""

import platform
import re
import sys
from pathlib import Path

from ..shipping.engine import Engine
from ..shipping.interpreter import libpython
from ..shipping.platforms import this_platform
from ..shipping.this_python import check_processor, check_store, is_translated
from .finding import Finding, sentences

__all__ = ["PART", "examine", "made_as"]

PART = "python"
_MADE = re.compile(r"^command *= *.* -m venv (?:--\S+ )*(.+)$", re.MULTILINE)


def examine(engine: Engine | None) -> Finding:
    """Examines the version, the shared library, the environment, and the match with the engine.

    Args:
        engine: the one that will load it, if known.
    """
    facts = {
        "program": sys.executable,
        "version": platform.python_version(),
        "made for": str(this_platform()) + (", translated by Rosetta" if is_translated() else ""),
    }
    problems = sentences(check_store, lambda: facts.update(library=str(libpython())))
    if engine is not None:
        made_for = this_platform().machine
        problems += sentences(
            lambda: check_processor(engine.path, made_for, translated=is_translated())
        )
    advice: tuple[str, ...] = ()
    if sys.prefix != sys.base_prefix:
        facts["environment"] = sys.prefix
        advice = _advice(Path(sys.prefix))
    return Finding(PART, facts, problems, advice)


def _advice(environment: Path) -> tuple[str, ...]:
    try:
        made = made_as((environment / "pyvenv.cfg").read_text("utf-8", "replace"))
    except OSError:
        return ()
    if made is None or (made.exists() and made.samefile(environment)):
        return ()
    return (
        f"This environment was made as {made} and moved since, and its programs lead to where it"
        " was: make it again where it is now, and run `npc-video install` for each project.",
    )


def made_as(pyvenv: str) -> Path | None:
    """Returns the original folder of a virtual environment, if the text of pyvenv.cfg has it."""
    told = _MADE.search(pyvenv)
    path = Path(told[1].strip()) if told else Path()
    return path if path.is_absolute() else None
