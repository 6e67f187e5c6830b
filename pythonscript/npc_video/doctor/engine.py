"""Examines the engine: the Godot that the commands use, and the reason for that choice."""

from collections.abc import Callable

from ..shipping.console import Failure
from ..shipping.engine import OLDEST, Engine
from .finding import Finding

__all__ = ["PART", "examine"]

PART = "engine"
_ABSENT = (
    f"Godot was not found on PATH: get {OLDEST[0]}.{OLDEST[1]} or newer from godotengine.org, and"
    " name its program in the variable GODOT."
)


def examine(find: Callable[[], Engine | None]) -> tuple[Engine | None, Finding]:
    """Finds the Godot to use, and reports its version.

    Args:
        find: returns the Godot to use, None if there is none; it may raise Failure.
    """
    try:
        engine = find()
    except Failure as failure:
        return None, Finding(PART, problems=(str(failure),))
    if engine is None:
        return None, Finding(PART, problems=(_ABSENT,))
    facts = {"program": str(engine.path), "version": engine.version, "chosen": engine.why}
    return engine, Finding(PART, facts)
