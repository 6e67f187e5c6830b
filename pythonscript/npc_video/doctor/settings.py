"""Examines the settings beside the bridge, which lead the engine to a Python."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from ..shipping.interpreter import MINOR_VERSION, SETTINGS, is_this_python, read_settings
from ..shipping.manifest import MANIFEST, differences
from ..shipping.packs import RUNTIME

__all__ = ["place_of", "problems_of"]


def place_of(folder: Path) -> Path:
    """Returns the folder with the settings that the loader in `folder` reads."""
    runtime = folder / RUNTIME
    return runtime if (runtime / SETTINGS).is_file() else folder


def problems_of(folder: Path, mend: str) -> Iterator[str]:
    """Yields the reasons why the loader in `folder` does not start Python, each a sentence.

    Args:
        folder: the folder of the loader.
        mend: what to do then, as in "run this".
    """
    place = place_of(folder)
    if not (place / SETTINGS).is_file():
        yield f"There is no {place / SETTINGS}: {mend}."
        return
    settings = read_settings(place)
    if "bridge" not in settings:
        yield f"{place / SETTINGS} does not name the bridge: {mend}."
    for key in ("executable", "home", "libpython", "bridge"):
        if key in settings and not Path(settings[key]).exists():
            yield f"{SETTINGS} leads to {settings[key]}, which was moved or deleted: {mend}."
    minor = settings.get("python", MINOR_VERSION)
    if is_this_python(settings.get("executable", "")) and minor != MINOR_VERSION:
        yield f"{SETTINGS} is for Python {minor}, and this is {MINOR_VERSION}: {mend}."
    if (place / MANIFEST).is_file():
        yield from islice(differences(place), 1)
