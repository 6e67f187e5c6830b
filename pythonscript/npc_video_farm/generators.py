"""The generators of a farm: those of a file of settings, or the embedded one."""

import tomllib
from pathlib import Path

from npc_video.backends.base import Backend
from npc_video.backends.procedural import ProceduralBackend
from npc_video.backends.settings import load_backends
from npc_video.errors import InvalidDataError

__all__ = ["load_generators"]

_EMBEDDED = "procedural"


def load_generators(config: Path | None) -> dict[str, Backend]:
    """The backends of a file that no other one of them uses, by name, in its order.

    The host of a pool gets its clips from the pool, so it is no generator of the farm itself.

    Args:
        config: such as npc_video.toml; None for the embedded generator alone.

    Raises:
        InvalidDataError: the file cannot be read, or is wrong; the text names the setting.
    """
    if config is None:
        return {_EMBEDDED: ProceduralBackend()}
    backends = load_backends(config)
    used = _used(config)
    generators = {name: each for name, each in backends.items() if name not in used}
    if not generators:
        raise InvalidDataError(f"{config}: it has no generator for a farm; add one.")
    return generators


def _used(config: Path) -> set[str]:
    """The names that are no generators: members of another one, and the farm as games see it."""
    tables = tomllib.loads(config.read_text("utf-8-sig"))["backends"]
    members = {
        name
        for table in tables.values()
        for name in (*table.get("hosts", ()), table.get("local"), table.get("cloud"))
    }
    return members | {name for name, table in tables.items() if table["kind"] == "farm"}
