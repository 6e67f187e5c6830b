"""Compiles Python for games: compiled modules load faster and hide the builder's paths."""

import py_compile
from pathlib import Path

from .console import Failure


def compile_python(source: Path, target: Path, shown: str) -> None:
    """Compiles a Python file to `target`, for the minor version that runs this.

    Args:
        source: the file.
        target: the file to write; it is never compared with the source again.
        shown: the file's name in tracebacks.

    Raises:
        Failure: it is not Python of this version.
    """
    try:
        py_compile.compile(
            str(source),
            str(target),
            dfile=shown,
            doraise=True,
            quiet=1,
            invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
        )
    except (py_compile.PyCompileError, SyntaxError, ValueError) as error:
        raise Failure(f"{shown} does not compile: {error}") from error
