"""Copies of the demo, each run in one of its own, so that two at once do not meet."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tools.paths import BUILD, DEMO


@contextmanager
def demo_copy(name: str) -> Iterator[Path]:
    """A copy of the demo without its addon, in a new folder that is gone afterwards.

    Args:
        name: what the folder's begins with.
    """
    BUILD.mkdir(exist_ok=True)
    with TemporaryDirectory(prefix=f"{name}_", dir=BUILD, ignore_cleanup_errors=True) as folder:
        project = Path(folder) / "project"
        shutil.copytree(DEMO, project, ignore=shutil.ignore_patterns("addons"))
        yield project
