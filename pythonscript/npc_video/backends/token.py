"""A token for a server, kept out of scenes, logs and error messages."""

import os
from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path

from ..errors import GenerationInvalidError

__all__ = ["Token"]

_MAX_BYTES = 16 * 1024


class Token:
    """A secret that is not shown by accident; it is read when it is first needed.

    Make one with `from_environment` or `from_file`.
    """

    def __init__(self, source: str, read: Mapping[str, str] | Path):
        self._source = source
        self._read = read

    def __repr__(self) -> str:
        return f"Token({self._source!r})"

    @property
    def source(self) -> str:
        """Its origin, for messages."""
        kind = "file" if isinstance(self._read, Path) else "environment variable"
        return f"the {kind} {self._source}"

    @classmethod
    def from_environment(cls, name: str, environ: Mapping[str, str] = os.environ) -> "Token":
        """The token in the environment variable `name`."""
        return cls(name, environ)

    @classmethod
    def from_file(cls, path: str | Path) -> "Token":
        """The token in a file of one line, which must be outside any Godot project."""
        return cls(str(path), Path(path))

    def reveal(self) -> str:
        """The secret itself.

        Raises:
            GenerationInvalidError: it is missing, or its file would ship with the game.
        """
        text = self._from_file(self._read) if isinstance(self._read, Path) else self._variable()
        token = text.strip()
        if not token or not token.isascii() or not token.isprintable():
            raise GenerationInvalidError(
                f"token: {self._source} has no token, or more than one line."
            )
        return token

    def with_prefix(self, prefix: str) -> str:
        """The secret in the form of a header; after "Basic", user and password are in Base64.

        Raises:
            GenerationInvalidError: as `reveal` does.
        """
        secret = self.reveal()
        if prefix.lower() == "basic" and ":" in secret:
            secret = b64encode(secret.encode()).decode()
        return f"{prefix} {secret}".strip()

    def _variable(self) -> str:
        assert not isinstance(self._read, Path)
        if self._source not in self._read:
            raise GenerationInvalidError(f"token: set the environment variable {self._source}.")
        return self._read[self._source]

    def _from_file(self, path: Path) -> str:
        if any((folder / "project.godot").exists() for folder in path.resolve().parents):
            raise GenerationInvalidError(
                f"token: {path} lies inside a Godot project and might be shipped: move it out."
            )
        try:
            with path.open("rb") as file:
                return file.read(_MAX_BYTES).decode("utf-8", "replace")
        except OSError as error:
            raise GenerationInvalidError(
                f"token: {path} cannot be read: {error.strerror}."
            ) from error
