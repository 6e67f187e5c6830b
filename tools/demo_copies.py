"""Copies the demo or an example for a run, so that two runs at once do not disturb each other."""

import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tools.paths import BUILD, DEMO, EXAMPLES


@contextmanager
def demo_copy(name: str) -> Iterator[Path]:
    """Yields a copy of the demo without its addon, in a new folder that is removed afterwards.

    Args:
        name: the prefix of the folder's name.
    """
    with _copy(DEMO, name) as project:
        yield project


@contextmanager
def example_copy(name: str) -> Iterator[Path]:
    """Yields a copy of the example `name` without its addon, as `demo_copy` does."""
    with _copy(EXAMPLES / name, name) as project:
        yield project


def saving_in(folder: Path) -> Mapping[str, str]:
    """Returns the variable that makes a game save in `folder` in place of the user's own."""
    names = {"win32": "APPDATA", "darwin": "HOME"}
    return {names.get(sys.platform, "XDG_DATA_HOME"): str(folder)}


@contextmanager
def _copy(source: Path, prefix: str) -> Iterator[Path]:
    BUILD.mkdir(exist_ok=True)
    with TemporaryDirectory(prefix=f"{prefix}_", dir=BUILD, ignore_cleanup_errors=True) as folder:
        project = Path(folder) / "project"
        shutil.copytree(source, project, ignore=shutil.ignore_patterns("addons", EXAMPLES.name))
        yield project
