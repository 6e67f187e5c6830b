"""Reads the options that several commands share."""

import argparse
from pathlib import Path

from npc_video.shipping.console import Failure

from ..fleet.valkey_server import socket_of

__all__ = ["address_of", "config_of"]

_CONFIG = Path("npc_video.toml")


def address_of(options: argparse.Namespace) -> str:
    """The store that is named, or that of the farm on this machine."""
    if options.store:
        address: str = options.store
        return address
    data = options.data.resolve()
    if not socket_of(data).exists():
        raise Failure(
            f"No farm runs on {data}: start one with `npc-video farm up`, or name its Valkey with"
            " --store."
        )
    return f"unix://{socket_of(data)}"


def config_of(options: argparse.Namespace) -> Path | None:
    """The file with the generators; None for the embedded one."""
    if options.config is None and not _CONFIG.exists():
        return None
    config: Path = options.config or _CONFIG
    return config.resolve()
