"""Reads the shared objects, DLLs and dylibs of all systems on any of them, and strips ELF files.

LIEF reads them. Stripping is our own code: libraries that patchelf changed, such as those in
wheels, no longer load after binutils' `strip`.
"""

import re
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from .console import Failure
from .platforms import Platform

if TYPE_CHECKING:  # only exports need it
    import lief

_MAGIC = {
    b"\x7fELF": "linux",
    b"MZ": "windows",
    b"\xcf\xfa\xed\xfe": "macos",
    b"\xca\xfe\xba\xbe": "macos",  # several architectures in one file
}
_MACHINES = {"AMD64": "x86_64", "AARCH64": "arm64", "X86_64": "x86_64", "ARM64": "arm64"}
_GLIBC = re.compile(r"GLIBC_(\d+)\.(\d+)")
_SHARED_ELF = 3  # e_type of a shared object
_SEGMENT = struct.Struct("<II6Q")  # an entry of the program header table, 64 bit
_LOAD = 1  # p_type of a segment that is mapped into memory


class Segment(NamedTuple):
    """An entry of an ELF file's program header table."""

    kind: int
    flags: int
    offset: int
    address: int
    physical: int
    size: int
    size_in_memory: int
    align: int

    @property
    def end(self) -> int:
        return self.offset + self.size


@dataclass(frozen=True, slots=True)
class Binary:
    """A library or a program for one architecture, as the system's loader sees it.

    Attributes:
        platform: The target system and architecture; a machine that games do not run on has LIEF's
            name, such as "I386".
        name: SONAME, install name, or the name in a DLL's table of exports; "" without one.
        libraries: The libraries that it needs to load, as it names them. Optional ones (macOS' weak
            ones) are left out; those that are loaded late are included.
        search: Search folders: RPATH and RUNPATH, or LC_RPATH.
        imported: Symbols that others must define, but for those that a DLL imports by number.
        exported: Symbols that it defines for others.
        glibc: The lowest version of glibc that it needs; None if it needs none.
        macos: The lowest version of macOS that it needs; None if it needs none.
    """

    platform: Platform
    name: str
    libraries: tuple[str, ...]
    search: tuple[str, ...]
    imported: frozenset[str]
    exported: frozenset[str]
    glibc: tuple[int, int] | None = None
    macos: tuple[int, int] | None = None


def is_binary(path: Path) -> bool:
    """Tells a binary by its first bytes, because file names of libraries have many forms."""
    return _system(path) is not None


def _system(path: Path) -> str | None:
    with path.open("rb") as file:
        start = file.read(4)
    return next((system for magic, system in _MAGIC.items() if start.startswith(magic)), None)


def read(path: Path) -> tuple[Binary, ...]:
    """Reads the loader's view of `path`, for each architecture in it; returns () for other files.

    Section headers are not needed, so files that `strip` has cut are read too.

    Raises:
        Failure: it begins like a binary and is none.
    """
    # Takes seconds to load, and only what reads libraries needs it.
    import lief

    system = _system(path)
    if system is None:
        return ()
    lief.logging.disable()  # it logs its opinion of a file
    parsed: object
    with path.open("rb") as file:  # it cannot open paths with letters outside Windows' own set
        if system == "macos":
            parsed = lief.MachO.parse(file)
        elif system == "linux":
            config = lief.ELF.ParserConfig()
            config.parse_symtab_symbols = False  # symbols for debuggers
            parsed = lief.ELF.parse(file, config)
        else:
            parsed = lief.PE.parse(file)
    try:
        match parsed:
            case lief.ELF.Binary() if parsed.header.machine_type != lief.ELF.ARCH.NONE:
                return (_elf(parsed),)
            case lief.PE.Binary():
                return (_pe(parsed),)
            case lief.MachO.FatBinary() if parsed.size:
                return tuple(_macho(each) for each in parsed)
    except SystemError:  # LIEF's type has no name
        pass
    raise Failure(f"{path} is damaged: install what it belongs to again.")


def binaries_in(folder: Path) -> Iterator[tuple[Path, Binary]]:
    """Yields every binary below `folder`, in the order of paths, without following links.

    Raises:
        Failure: a file begins like a binary and is none.
    """
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            for binary in read(path):
                yield path, binary


def imported_from(library: Binary, importers: Iterable[Binary]) -> frozenset[str]:
    """Returns the symbols that `importers` take from `library`.

    ELF does not name a symbol's library, so these are the imported symbols that the library
    exports.
    """
    return frozenset().union(*(each.imported & library.exported for each in importers))


def _elf(parsed: "lief.ELF.Binary") -> Binary:
    # Loaded by now.
    import lief

    search: list[str] = []
    name = ""
    for entry in parsed.dynamic_entries:
        if isinstance(entry, lief.ELF.DynamicEntryRpath | lief.ELF.DynamicEntryRunPath):
            search += entry.paths
        elif isinstance(entry, lief.ELF.DynamicSharedObject):
            name = str(entry.name)
    versions = [
        (int(found[1]), int(found[2]))
        for requirement in parsed.symbols_version_requirement
        for version in requirement.get_auxiliary_symbols()
        if (found := _GLIBC.fullmatch(str(version.name)))
    ]
    return Binary(
        platform=Platform("linux", _machine(parsed.header.machine_type.name)),
        name=name,
        libraries=tuple(map(str, parsed.libraries)),
        search=tuple(search),
        # Its own `imported_symbols` are only those whose type the linker knew.
        imported=frozenset(
            str(each.name) for each in parsed.dynamic_symbols if each.name and each.shndx == 0
        ),
        exported=frozenset(str(each.name) for each in parsed.exported_symbols),
        glibc=max(versions, default=None),
    )


def _pe(parsed: "lief.PE.Binary") -> Binary:
    exports = parsed.get_export() if parsed.has_exports else None
    symbols = [
        (str(entry.name), entry.is_ordinal)
        for table in (parsed.imports, parsed.delay_imports)
        for library in table
        for entry in library.entries
    ]
    libraries = [*parsed.imports, *parsed.delay_imports]
    return Binary(
        platform=Platform("windows", _machine(parsed.header.machine.name)),
        name=str(exports.name) if exports else "",
        libraries=tuple(str(each.name) for each in libraries),
        search=(),
        imported=frozenset(name for name, is_ordinal in symbols if not is_ordinal),
        exported=frozenset(str(each.name) for each in exports.entries) if exports else frozenset(),
    )


def _macho(parsed: "lief.MachO.Binary") -> Binary:
    # Loaded by now.
    import lief

    kinds = lief.MachO.LoadCommand.TYPE
    may_be_missing = (kinds.ID_DYLIB, kinds.LOAD_WEAK_DYLIB)
    own = [str(each.name) for each in parsed.libraries if each.command == kinds.ID_DYLIB]
    version = parsed.build_version.minos if parsed.build_version else None
    if version is None and parsed.version_min:
        version = parsed.version_min.version
    return Binary(
        platform=Platform("macos", _machine(parsed.header.cpu_type.name)),
        name=own[0] if own else "",
        libraries=tuple(
            str(each.name) for each in parsed.libraries if each.command not in may_be_missing
        ),
        search=tuple(str(each.path) for each in parsed.rpaths),
        imported=frozenset(str(each.name) for each in parsed.imported_symbols),
        exported=frozenset(str(each.name) for each in parsed.exported_symbols),
        macos=(version[0], version[1]) if version else None,
    )


def _machine(name: str) -> str:
    return _MACHINES.get(name, name)


def strip(path: Path) -> int:
    """Removes what a Linux library does not need to run, and returns the number of bytes saved.

    Symbols for debuggers and section headers lie behind the segments that are loaded, or between
    them once patchelf has added one: segments move up in the file, as far as their alignment
    allows, and keep their addresses in memory. Other files stay as they are.

    Raises:
        Failure: the file ends before its last segment.
    """
    content = path.read_bytes()
    if content[:6] != b"\x7fELF\x02\x01" or struct.unpack_from("<H", content, 16)[0] != _SHARED_ELF:
        return 0
    (table,) = struct.unpack_from("<Q", content, 32)
    size, count = struct.unpack_from("<HH", content, 54)
    damaged = Failure(f"{path} is damaged: install what it belongs to again.")
    if table + size * count > len(content):
        raise damaged
    headers = [Segment(*_SEGMENT.unpack_from(content, table + size * i)) for i in range(count)]
    loads = sorted((each for each in headers if each.kind == _LOAD), key=lambda each: each.offset)
    if not loads or max(each.end for each in loads) > len(content):
        raise damaged
    if not any(each.offset <= table and table + size * count <= each.end for each in loads):
        return 0  # no segment holds the table, so nothing says where it may move
    starts = _close_gaps(loads)

    kept = bytearray(max(start + each.size for start, each in zip(starts, loads, strict=True)))
    for start, load in zip(starts, loads, strict=True):
        kept[start : start + load.size] = content[load.offset : load.end]

    def moved(offset: int) -> int:
        for start, load in zip(starts, loads, strict=True):
            if load.offset <= offset <= load.end:
                return start + offset - load.offset
        return offset

    table = moved(table)
    for i, header in enumerate(headers):
        struct.pack_into("<Q", kept, table + size * i + 8, moved(header.offset))
    struct.pack_into("<QQ", kept, 32, table, 0)  # no section headers
    struct.pack_into("<HH", kept, 60, 0, 0)  # their number, and the one that holds their names
    if kept != content:
        path.write_bytes(kept)
    return len(content) - len(kept)


def _close_gaps(loads: list[Segment]) -> list[int]:
    """Returns the new file offset of each segment, equal to the old one modulo its alignment."""
    starts: list[int] = []
    end = before = 0
    for load in loads:
        if load.offset < before or (not starts and load.offset):  # no such case is known
            return [each.offset for each in loads]
        start = end + (load.offset - end) % max(load.align, 1)
        starts.append(start)
        end, before = start + load.size, load.end
    return starts
