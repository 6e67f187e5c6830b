"""Finds the Godot of this checkout: the developer's own, or else a fetched copy."""

from pathlib import Path

from npc_video.shipping.engine import Engine, installed

from tools import debian_engine


def find() -> Engine | None:
    """Returns the developer's own Godot, else the fetched copy, else None.

    Raises:
        Failure: GODOT names something that is not a Godot of at least version 4.5.
    """
    if found := installed():
        return found
    copy = debian_engine.unpacked()
    return _of_copy(copy, "fetched earlier") if copy else None


def find_or_fetch(patchelf: Path) -> Engine:
    """Like `find`, but fetches one on a Debian machine without Godot, with the help of `patchelf`.

    Raises:
        Failure: There is none and none can be fetched.
    """
    return find() or _of_copy(debian_engine.fetch(patchelf), "fetched now")


def _of_copy(copy: debian_engine.Unpacked, how: str) -> Engine:
    suite = f"Debian {debian_engine.SUITE}"
    drivers = copy.packages.get("libgl1-mesa-dri", "unknown")
    return Engine(
        copy.program("godot"),
        copy.version,
        f"{how} from {suite} (godot {copy.packages['godot']}, Mesa {drivers})",
        copy.environment(),
        ("--rendering-driver", "opengl3", "--audio-driver", "Dummy"),
        copy.program("godot-template-release"),
    )
