"""Other programs that have files open, as Windows shows them, on every system."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

IN_USE, SHARING_VIOLATION = 5, 32


def refusal(path: Path, code: int = SHARING_VIOLATION) -> PermissionError:
    error = PermissionError(13, "The process cannot access the file", str(path))
    error.winerror = code  # type: ignore[attr-defined]
    return error


class Holder:
    """Has files open: Windows then refuses what `moves` and `removes` say, so many times each.

    A file's name stands for it wherever it is moved from or to; a negative number is for ever.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch, code: int = SHARING_VIOLATION):
        self.moves: dict[str, int] = {}
        self.removes: dict[str, int] = {}
        self.refused = 0
        self._code = code
        monkeypatch.setattr(Path, "replace", self._refusing(Path.replace, self.moves))
        monkeypatch.setattr(Path, "unlink", self._refusing(Path.unlink, self.removes))
        monkeypatch.setattr("npc_video.held_files.time.sleep", lambda seconds: None)

    def _refusing(self, action: Callable[..., Any], held: dict[str, int]) -> Callable[..., Any]:
        def act(path: Path, *arguments: Any, **options: Any) -> Any:
            for file in (path, *arguments):
                if held.get(file.name, 0) != 0:
                    held[file.name] -= 1
                    self.refused += 1
                    raise refusal(file, self._code)
            return action(path, *arguments, **options)

        return act


class Loaded(Holder):
    """A program that runs libraries: Windows renames them, but replaces and removes none."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *names: str):
        super().__init__(monkeypatch, IN_USE)
        self.names = set(names)
        move = Path.replace

        def move_freely(path: Path, target: Path) -> Path:
            if target.name in self.names and target.exists():
                self.moves[target.name] = 1
            return move(path, target)

        remove = Path.unlink

        def remove_freely(path: Path, *, missing_ok: bool = False) -> None:
            if any(path.name.startswith(name) for name in self.names):
                raise refusal(path, IN_USE)
            remove(path, missing_ok=missing_ok)

        monkeypatch.setattr(Path, "replace", move_freely)
        monkeypatch.setattr(Path, "unlink", remove_freely)


@pytest.fixture
def holder(monkeypatch: pytest.MonkeyPatch) -> Holder:
    return Holder(monkeypatch)
