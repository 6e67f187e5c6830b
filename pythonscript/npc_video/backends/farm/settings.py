"""The settings of a farm, in a file or in the inspector."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from ..base import Backend
from ..common_settings import RemoteSettings
from ..settings_reading import read_settings
from .backend import SLOTS, FarmBackend

__all__ = ["FarmSettings", "farm_backend"]


class FarmSettings(RemoteSettings, tag="farm"):
    generator: str = ""
    slots: int = SLOTS
    allowed_origins: list[str] = msgspec.field(default_factory=list)

    def make(self, folder: Path, certificates: bytes = b"") -> Backend:
        common = self.common(folder)
        common["certificates"] = certificates or common["certificates"]
        return FarmBackend(
            self.url,
            generator=self.generator,
            slots=self.slots,
            allowed_origins=self.allowed_origins,
            **common,
        )


def farm_backend(settings: Mapping[str, Any], certificates: bytes = b"") -> Backend:
    """A farm, from the settings of its table in a file.

    Args:
        certificates: the content of its `ca_file`.

    Raises:
        InvalidDataError: a setting is wrong.
    """
    return read_settings({**settings, "kind": "farm"}, FarmSettings).make(Path(), certificates)
