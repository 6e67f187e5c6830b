"""The settings that several kinds of backends share."""

from pathlib import Path
from typing import Any

import msgspec

from ..errors import InvalidDataError
from ..records import UNTAGGED_COLOURS
from .token import Token
from .trust import read_certificates

__all__ = ["BackendSettings", "RemoteSettings"]


class BackendSettings(msgspec.Struct, tag_field="kind", forbid_unknown_fields=True, kw_only=True):
    """Base of the settings of one backend."""


class RemoteSettings(BackendSettings):
    """Base of the settings of a backend with an address."""

    url: str
    token_env: str = ""
    token_file: str = ""
    token_header: str = "Authorization"
    token_prefix: str = "Bearer"
    ca_file: str = ""
    headers: dict[str, str] = {}
    finish_started: bool = False
    untagged_colours: str = UNTAGGED_COLOURS[0]

    def common(self, folder: Path) -> dict[str, Any]:
        """The arguments that all backends with an address have.

        Args:
            folder: base of relative file names.
        """
        token = None
        if self.token_env and self.token_file:
            raise InvalidDataError("name either token_env or token_file, not both.")
        if self.token_env:
            token = Token.from_environment(self.token_env)
        elif self.token_file:
            token = Token.from_file(folder / self.token_file)
        return {
            "token": token,
            "token_header": self.token_header,
            "token_prefix": self.token_prefix,
            "certificates": read_certificates(folder / self.ca_file) if self.ca_file else b"",
            "headers": self.headers,
            "finish_started": self.finish_started,
            "untagged_colours": self.untagged_colours,
        }
