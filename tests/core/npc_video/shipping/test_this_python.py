import struct
import sys
from pathlib import Path

import pytest
from npc_video.shipping.console import Failure
from npc_video.shipping.this_python import (
    check_processor,
    check_store,
    is_translated,
    processors_of,
)

INTEL, APPLE = 0x01000007, 0x0100000C


def thin(kind: int) -> bytes:
    return b"\xcf\xfa\xed\xfe" + struct.pack("<I", kind) + bytes(100)


def universal(*kinds: int) -> bytes:
    parts = b"".join(struct.pack(">IIIII", kind, 0, 4096, 100, 12) for kind in kinds)
    return b"\xca\xfe\xba\xbe" + struct.pack(">I", len(kinds)) + parts + bytes(100)


def elf(machine: int) -> bytes:
    return b"\x7fELF\x02\x01\x01" + bytes(9) + struct.pack("<HH", 3, machine) + bytes(100)


def pe(machine: int) -> bytes:
    return (
        b"MZ" + bytes(58) + struct.pack("<I", 128) + bytes(64) + struct.pack("<4sH", b"PE", machine)
    )


@pytest.mark.parametrize(
    "prefix",
    [
        r"C:\Program Files\WindowsApps\PythonSoftwareFoundation.Python.3.11_3.11.2544.0_x64__qbz",
        r"c:\users\me\appdata\local\microsoft\windowsapps\python",
    ],
)
def test_the_python_of_the_store_is_refused(prefix: str) -> None:
    with pytest.raises(Failure, match=r"Microsoft Store.*py run\.py"):
        check_store(prefix)


@pytest.mark.parametrize("prefix", [r"C:\Python311", "/usr", r"D:\my WindowsApps folder\python"])
def test_other_pythons_serve(prefix: str) -> None:
    check_store(prefix)
    check_store()


@pytest.mark.parametrize(
    ("content", "made_for"),
    [
        (thin(INTEL), {"x86_64"}),
        (thin(APPLE), {"arm64"}),
        (universal(INTEL, APPLE), {"x86_64", "arm64"}),
        (universal(INTEL, 7), {"x86_64"}),
        (b"\xca\xfe\xba\xbe\xff\xff\xff\xff" + bytes(400), set()),
        (elf(62), {"x86_64"}),
        (elf(183), {"arm64"}),
        (elf(3), set()),
        (pe(0x8664), {"x86_64"}),
        (pe(0xAA64), {"arm64"}),
        (pe(0x14C), set()),
        (b"#!/bin/sh\nexec godot4\n", set()),
        (b"\x7fELF and so on", set()),
        (b"MZ", set()),
        (b"", set()),
    ],
)
def test_processors_of_a_program(tmp_path: Path, content: bytes, made_for: set[str]) -> None:
    (tmp_path / "Godot").write_bytes(content)
    assert processors_of(tmp_path / "Godot") == made_for


@pytest.mark.parametrize(
    ("content", "ours", "translated", "theirs"),
    [
        (universal(INTEL, APPLE), "arm64", False, None),
        (universal(INTEL, APPLE), "x86_64", False, None),  # an Intel Mac
        (universal(INTEL, APPLE), "x86_64", True, "arm64"),
        (thin(APPLE), "x86_64", True, "arm64"),
        (thin(INTEL), "x86_64", True, None),
        (thin(INTEL), "arm64", False, "x86_64"),
        (b"\x7fELF", "x86_64", False, None),
        (b"MZ", "x86_64", False, None),
        (pe(0x8664), "x86_64", False, None),
        (pe(0x8664), "arm64", False, "x86_64"),  # emulated, on Windows for ARM
        (pe(0xAA64), "x86_64", False, "arm64"),
        (elf(62), "x86_64", False, None),
    ],
)
def test_a_python_for_another_processor_than_godots_is_refused(
    tmp_path: Path, content: bytes, ours: str, translated: bool, theirs: str | None
) -> None:
    godot = tmp_path / "Godot"
    godot.write_bytes(content)
    if theirs is None:
        check_processor(godot, ours, translated=translated)
    else:
        with pytest.raises(Failure, match=f"use a Python made for {theirs}"):
            check_processor(godot, ours, translated=translated)


def test_nothing_else_than_macos_translates() -> None:
    assert not is_translated() or sys.platform == "darwin"
