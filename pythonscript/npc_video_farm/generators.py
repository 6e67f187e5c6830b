"""The generators of a farm: those of a file of settings, or the embedded one."""

from pathlib import Path

from npc_video.backends.base import Backend
from npc_video.backends.farm.backend import FarmBackend
from npc_video.backends.procedural import ProceduralBackend
from npc_video.backends.settings import load_separate_backends
from npc_video.errors import InvalidDataError

__all__ = ["load_generators"]

_EMBEDDED = "procedural"


def load_generators(config: Path | None) -> dict[str, Backend]:
    """The generators of a file by name, in its order.

    The host of a pool gets its clips from the pool, so it is no generator of the farm itself. Nor
    is the farm as games see it.

    Args:
        config: such as npc_video.toml; None for the embedded generator alone.

    Raises:
        InvalidDataError: the file cannot be read, or is wrong; the text names the setting.
    """
    if config is None:
        return {_EMBEDDED: ProceduralBackend()}
    backends = load_separate_backends(config)
    generators = {n: each for n, each in backends.items() if not isinstance(each, FarmBackend)}
    if not generators:
        raise InvalidDataError(f"{config}: it has no generator for a farm; add one.")
    return generators
