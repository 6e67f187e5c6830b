"""The engine: which Godot the commands use, and why."""

from collections.abc import Callable

from ..shipping.console import Failure
from ..shipping.engine import OLDEST, Engine
from .finding import Finding

__all__ = ["PART", "examine"]

PART = "engine"
_ABSENT = (
    f"There is no Godot on PATH: get {OLDEST[0]}.{OLDEST[1]} or newer from godotengine.org, and"
    " name its program in the variable GODOT."
)


def examine(find: Callable[[], Engine | None]) -> tuple[Engine | None, Finding]:
    """The Godot that `find` gives, and what is to be said of it.

    Args:
        find: gives the Godot to use, None if there is none; it may raise Failure.
    """
    try:
        engine = find()
    except Failure as failure:
        return None, Finding(PART, problems=(str(failure),))
    if engine is None:
        return None, Finding(PART, problems=(_ABSENT,))
    facts = {"program": str(engine.path), "version": engine.version, "chosen": engine.why}
    return engine, Finding(PART, facts)
