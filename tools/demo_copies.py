"""Copies the demo for a run, so that two runs at once do not disturb each other."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tools.paths import BUILD, DEMO


@contextmanager
def demo_copy(name: str) -> Iterator[Path]:
    """Yields a copy of the demo without its addon, in a new folder that is removed afterwards.

    Args:
        name: the prefix of the folder's name.
    """
    BUILD.mkdir(exist_ok=True)
    with TemporaryDirectory(prefix=f"{name}_", dir=BUILD, ignore_cleanup_errors=True) as folder:
        project = Path(folder) / "project"
        shutil.copytree(DEMO, project, ignore=shutil.ignore_patterns("addons"))
        yield project
