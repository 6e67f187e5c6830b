"""Implements `npc-video doctor`: examines all parts, and prints the findings as text or as JSON."""

import argparse
import asyncio
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from importlib import metadata
from pathlib import Path

from ..errors import InvalidDataError
from ..records import QUALITY_PRESETS, QualityPreset
from ..shipping.engine import Engine
from .examination import Subject, examine
from .finding import Finding, State, of_error, report, to_dict

__all__ = ["FORMAT", "add_to", "print_refusal"]

FORMAT = 1  # of the JSON; raise it when a key is removed or changes its meaning

_FILE = "npc_video.toml"
_BACKENDS = "backends"
_EXAMPLE = """\
[backends.local]
kind = "comfyui"
url = "http://127.0.0.1:8188"
model = "wan22"

[backends.service]
kind = "http"
url = "https://video.example.org"
"""
_ABSENT = """\
{file} does not exist. It describes the backends: write one, such as

{example}
or name another file: doctor FILE. docs/generators.md lists all settings."""
_NONE_NAMED = (
    f"No backend was examined, as there is no {_FILE} in this folder:"
    f" `npc-video doctor {_FILE}` shows how to write one."
)


def add_to(
    parser: argparse.ArgumentParser,
    find_engine: Callable[[], Engine | None],
    folders: Mapping[str, Path],
) -> None:
    """Adds the command's arguments.

    Args:
        parser: of the command.
        find_engine: returns the Godot that commands use.
        folders: further folders to examine, by their purpose.
    """
    parser.set_defaults(command=lambda options: _doctor(options, find_engine, folders))
    parser.add_argument(
        "file",
        nargs="?",
        type=Path,
        help=f"what says which backends there are; {_FILE} in this folder if not named",
    )
    parser.add_argument(
        "--project", type=Path, help="the folder with a project.godot, to be examined as well"
    )
    parser.add_argument(
        "--preset",
        choices=QUALITY_PRESETS,
        default="realtime",
        help="quality of the backends' clips; no export preset",
    )
    parser.add_argument("--json", action="store_true", help="print one document of JSON")


def print_refusal(reason: str) -> None:
    """Prints the JSON of an examination that did not begin."""
    _print_json([], reason)


def _doctor(
    options: argparse.Namespace,
    find_engine: Callable[[], Engine | None],
    folders: Mapping[str, Path],
) -> int:
    file: Path = options.file or Path(_FILE)
    if options.file is not None and not file.exists():
        return _refuse(_ABSENT.format(file=file.absolute(), example=_EXAMPLE), options)
    subject = Subject(options.project, find_engine, folders)
    try:
        backends = _backends(file, QUALITY_PRESETS[options.preset])
    except InvalidDataError as error:
        return _refuse(str(error), options)
    findings = []
    for part in (examine(subject), backends):
        for finding in part:
            findings.append(finding)
            if not options.json:
                print(report(finding), flush=True)
    if options.json:
        _print_json(findings)
    return int(any(finding.state is State.WRONG for finding in findings))


def _refuse(reason: str, options: argparse.Namespace) -> int:
    print(reason, file=sys.stderr)
    if options.json:
        print_refusal(reason)
    return 2


def _print_json(findings: list[Finding], error: str | None = None) -> None:
    is_fine = error is None and all(each.state is not State.WRONG for each in findings)
    document = {
        "format": FORMAT,
        "version": metadata.version("npc-video-player"),
        "is_fine": is_fine,
        "error": error,
        "findings": [to_dict(finding) for finding in findings],
    }
    print(json.dumps(document, indent=1))


def _backends(file: Path, preset: QualityPreset) -> Iterator[Finding]:
    """Reads a file of backends at once, and yields their findings.

    Raises:
        InvalidDataError: the file cannot be read.
    """
    if not file.exists():
        return iter([Finding(_BACKENDS, advice=(_NONE_NAMED,))])
    try:
        # The doctor begins also where a package is missing, and names it.
        from ..backends.settings import load_backends
        from .backends import finding
    except ImportError as error:  # of a missing package
        return iter([of_error(_BACKENDS, error)])
    backends = load_backends(file)

    def each() -> Iterator[Finding]:
        with asyncio.Runner() as runner:
            try:
                for name, backend in backends.items():
                    yield runner.run(finding(name, backend, preset))
            finally:
                for backend in backends.values():
                    runner.run(backend.close())

    return each()
