"""Checks on any system whether a runtime will load on its target system.

Every library that a file in the runtime imports must be in the runtime, where the system's loader
looks, or belong to that system. The loaders' rules are those of ld.so(8), of Windows' "Dynamic-link
library search order" for modules that Python opens, and of dyld(1).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from .binaries import Binary, binaries_in
from .manifest import differences
from .platforms import Platform
from .system_libraries import is_system_library


@dataclass(frozen=True, slots=True)
class Report:
    """The result of `check`.

    Attributes:
        problems: One sentence each, which names the file and says what to do.
        system: The oldest system that works, such as "glibc 2.28" or "macOS 14.0"; "" if no file
            requires a version.
    """

    problems: tuple[str, ...]
    system: str


def check(runtime: Path, platform: Platform, private: Sequence[bytes] = ()) -> Report:
    """Reads every file of the runtime in the folder `runtime` that will run on `platform`.

    Args:
        runtime: The folder that lies beside a game.
        platform: The platform of the game.
        private: Texts that no shipped file may contain: the builder's folders.

    Raises:
        Failure: a library is too damaged to be read.
    """
    files = [(path.relative_to(runtime), binary) for path, binary in binaries_in(runtime)]
    problems = [
        *_foreign(files, platform),
        *_missing(files, runtime, platform),
        *_outside(files),
        *_leaks(runtime, private),
        *differences(runtime),
    ]
    return Report(tuple(dict.fromkeys(problems)), _needed(binary for _, binary in files))


def _foreign(files: Iterable[tuple[Path, Binary]], platform: Platform) -> Iterator[str]:
    machines: dict[Path, set[Platform]] = {}
    for path, binary in files:
        machines.setdefault(path, set()).add(binary.platform)
    for path, found in machines.items():
        if platform not in found:
            kinds = " and ".join(sorted(map(str, found)))
            yield f"{path} is for {kinds}, not for {platform}: take that platform's package."


def _missing(
    files: Iterable[tuple[Path, Binary]], runtime: Path, platform: Platform
) -> Iterator[str]:
    names = frozenset(path.relative_to(runtime).as_posix() for path in runtime.rglob("*"))
    if platform.system == "windows":  # which ignores case
        names = frozenset(map(str.lower, names))
    folders = _windows_folders(runtime)
    needing: dict[str, list[Path]] = {}
    for path, binary in files:
        for library in binary.libraries:
            if not _is_found(library, path.parent, binary, names, folders):
                needing.setdefault(library, []).append(path)
    for library, paths in sorted(needing.items()):
        others = f" and {len(set(paths)) - 1} more" if len(set(paths)) > 1 else ""
        yield (
            f"{library} is not the system's, nor in the runtime where {paths[0]}{others} looks:"
            " add it there, or leave out what needs it."
        )


def _is_found(
    library: str, folder: Path, binary: Binary, names: frozenset[str], windows: Sequence[Path]
) -> bool:
    if is_system_library(library, binary.platform.system):
        return True
    match binary.platform.system:
        case "linux":
            places = _linux_places(library, folder, binary)
        case "windows":
            places = [(each / library).as_posix().lower() for each in (folder, *windows)]
        case _:
            places = _macos_places(library, folder, binary)
    return not names.isdisjoint(places)


def _outside(files: Iterable[tuple[Path, Binary]]) -> Iterator[str]:
    for path, binary in files:
        if _looks_outside(binary, path.parent):
            yield (
                f"{path} looks for libraries outside of the runtime ({', '.join(binary.search)}):"
                " set its RPATH to folders inside, or clear it."
            )


def _windows_folders(runtime: Path) -> list[Path]:
    """Returns the folders that Windows searches besides a module's own.

    The loader adds the root and `DLLs`; wheels that bring libraries add their own `NAME.libs` when
    they are imported.
    """
    libraries = (each.relative_to(runtime) for each in runtime.rglob("*.libs") if each.is_dir())
    return [Path(), Path("DLLs"), *libraries]


def _linux_places(library: str, folder: Path, binary: Binary) -> list[str]:
    origin = folder.as_posix()
    return [
        _inside(f"{each.replace('${ORIGIN}', origin).replace('$ORIGIN', origin)}/{library}")
        for each in binary.search
    ]


def _macos_places(library: str, folder: Path, binary: Binary) -> list[str]:
    origin = folder.as_posix()
    first, _, rest = library.partition("/")
    bases = binary.search if first == "@rpath" else [first]
    return [_inside(f"{each.replace('@loader_path', origin)}/{rest}") for each in bases]


def _inside(path: str) -> str:
    """Returns a path relative to the runtime without ".."; outside of it, it begins with ".."."""
    parts: list[str] = []
    for part in PurePosixPath(path).parts:
        if part == ".." and parts and parts[-1] != "..":
            parts.pop()
        else:
            parts.append(part)
    return "/".join(parts)


def _looks_outside(binary: Binary, folder: Path) -> bool:
    if binary.platform.system == "macos" and not any(
        each.startswith("@rpath/") for each in binary.libraries
    ):
        return False  # the loader never searches it
    places = (
        _linux_places("", folder, binary)
        if binary.platform.system == "linux"
        else [_inside(each.replace("@loader_path", folder.as_posix())) for each in binary.search]
    )
    return any(each.startswith(("/", "..", "@")) for each in places)


def _leaks(runtime: Path, private: Sequence[bytes]) -> Iterator[str]:
    for path in sorted(runtime.rglob("*")) if private else ():
        if path.is_file():
            content = path.read_bytes()
            for each in private:
                if each in content:
                    name = path.relative_to(runtime)
                    told = each.decode(errors="replace")
                    yield f"{name} names a folder of this machine ({told}): strip or leave it out."


def _needed(binaries: Iterable[Binary]) -> str:
    found = list(binaries)
    glibc = max((each.glibc for each in found if each.glibc), default=None)
    macos = max((each.macos for each in found if each.macos), default=None)
    if glibc:
        return f"glibc {glibc[0]}.{glibc[1]}"
    return f"macOS {macos[0]}.{macos[1]}" if macos else ""
