"""Lists a runtime's files with their hashes, to detect a damaged copy."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

MANIFEST = "manifest.json"


def write_manifest(runtime: Path, platform: str, python: str) -> None:
    """Writes the hash of every file in `runtime` beside them; nothing may change there afterwards.

    Args:
        platform: The name of its platform.
        python: The version of the Python in it.
    """
    hashes = {name: _hash(runtime / name) for name in _files(runtime)}
    told = {"platform": platform, "python": python, "sha256": hashes}
    text = json.dumps(told, indent=1, ensure_ascii=False)
    (runtime / MANIFEST).write_text(text + "\n", "utf-8")


def differences(runtime: Path) -> Iterator[str]:
    """Yields one sentence for each file in `runtime` that differs from its manifest."""
    try:
        hashes = dict(json.loads((runtime / MANIFEST).read_text("utf-8"))["sha256"])
    except (OSError, ValueError, KeyError, TypeError):
        yield f"{MANIFEST} is missing or damaged: build the runtime again."
        return
    found = set(_files(runtime))
    for name in sorted(found | hashes.keys()):
        if name not in found:
            yield f"{name} is missing: build the runtime again."
        elif name not in hashes:
            yield f"{name} does not belong to the runtime: remove it, or build the runtime again."
        elif _hash(runtime / name) != hashes[name]:
            yield f"{name} was changed after the runtime was built: build it again."


def _files(runtime: Path) -> Iterator[str]:
    for path in sorted(runtime.rglob("*")):
        name = path.relative_to(runtime).as_posix()
        if name != MANIFEST and (path.is_file() or path.is_symlink()):
            yield name


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
