"""Checks whether the engine can load the Python that runs this: both must be of one kind."""

import subprocess
import sys
from pathlib import Path, PureWindowsPath

from .console import Failure

__all__ = ["check_processor", "check_store", "is_translated", "processors_of"]

_ELF, _PE = b"\x7fELF\x02\x01", b"MZ"
_MACH_O, _MACH_O_UNIVERSAL = b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe"
_MAX_PARTS = 16  # of a universal program; a larger number is another kind of file
_CPU_TYPES = {0x01000007: "x86_64", 0x0100000C: "arm64"}  # mach/machine.h
_ELF_MACHINES = {62: "x86_64", 183: "arm64"}  # elf.h
_PE_MACHINES = {0x8664: "x86_64", 0xAA64: "arm64"}  # winnt.h
_PE_HEADER, _PE_HEADERS_END = 0x3C, 4096  # the field with the header's offset, and its limit


def check_store(base_prefix: str = sys.base_prefix) -> None:
    """Raises Failure if this is the Microsoft Store's Python, which no other program may load."""
    if "windowsapps" in map(str.lower, PureWindowsPath(base_prefix).parts):
        raise Failure(
            "This Python comes from the Microsoft Store, whose programs no other may load:"
            " install Python from python.org, then run `py run.py`."
        )


def check_processor(godot: Path, ours: str, *, translated: bool) -> None:
    """Raises Failure if Godot runs on another kind of processor than this Python.

    Args:
        godot: a program; one of unknown kind passes, such as a script that starts another.
        ours: "x86_64" or "arm64", as `this_platform` returns it.
        translated: the result of `is_translated`.
    """
    made_for = processors_of(godot)
    native = "arm64" if translated or ours == "arm64" else "x86_64"
    theirs = native if native in made_for else min(made_for, default=ours)
    if theirs != ours:
        raise Failure(
            f"{godot} runs as a program for {theirs} and cannot load the Python at"
            f" {sys.executable}, which runs as one for {ours}: use a Python made for {theirs}."
        )


def is_translated() -> bool:
    """Tells whether Rosetta runs this: a program for Intel's processors on one of Apple's."""
    if sys.platform != "darwin":
        return False
    asked = subprocess.run(
        ["/usr/sbin/sysctl", "-in", "sysctl.proc_translated"], capture_output=True, check=False
    )
    return asked.stdout.strip() == b"1"


def processors_of(program: Path) -> frozenset[str]:
    """Returns the processors that a program of any system is made for; none for any other file."""
    with program.open("rb") as file:
        head = file.read(_PE_HEADERS_END)
    if head[:4] == _MACH_O:
        found = [_CPU_TYPES.get(_number(head, 4, 4))]
    elif (
        head[:4] == _MACH_O_UNIVERSAL and (parts := int.from_bytes(head[4:8], "big")) <= _MAX_PARTS
    ):
        kinds = (head[8 + 20 * part : 12 + 20 * part] for part in range(parts))
        found = [_CPU_TYPES.get(int.from_bytes(kind, "big")) for kind in kinds]
    elif head.startswith(_ELF):
        found = [_ELF_MACHINES.get(_number(head, 18, 2))]
    elif head.startswith(_PE):
        found = [_PE_MACHINES.get(_number(head, _number(head, _PE_HEADER, 4) + 4, 2))]
    else:
        found = []
    return frozenset(filter(None, found))


def _number(head: bytes, offset: int, size: int) -> int:
    return int.from_bytes(head[offset : offset + size], "little")
