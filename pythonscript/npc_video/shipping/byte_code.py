"""Compiles Python for games, which start quicker and tell nothing of the builder's machine."""

import py_compile
from pathlib import Path

from .console import Failure


def compile_python(source: Path, target: Path, shown: str) -> None:
    """Compiles a file of Python to `target`, for the minor version that runs this.

    Args:
        source: the file.
        target: what is written; it is never compared with the source again.
        shown: what tracebacks call the file.

    Raises:
        Failure: it is no Python of this version.
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
