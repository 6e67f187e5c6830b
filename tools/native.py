"""Compiles the native part of the bridge, for any platform.

The compiler is Zig's C compiler, which is a Python package. It runs on every system, makes
libraries for each of them, and needs neither Visual Studio nor Xcode. Linux's libraries need no C
library newer than that of 2012.
"""

import io
import re
import shutil
import subprocess
import sys
import sysconfig
import zlib
from contextlib import redirect_stdout
from pathlib import Path

from npc_video.shipping import platforms
from npc_video.shipping.console import Failure
from npc_video.shipping.encoders import STUB_SOURCE
from npc_video.shipping.platforms import Platform, this_platform

from tools.paths import BRIDGE

_TARGETS = {
    "linux-x86_64": "x86_64-linux-gnu.2.17",
    "linux-arm64": "aarch64-linux-gnu.2.17",
    "windows-x86_64": "x86_64-windows-gnu",
    "windows-arm64": "aarch64-windows-gnu",
    "macos-x86_64": "x86_64-macos.11.0",
    "macos-arm64": "aarch64-macos.11.0",
}
# The oldest systems that those targets run on, as in the names of wheels.
_WHEELS = {
    "linux-x86_64": "manylinux_2_17_x86_64",
    "linux-arm64": "manylinux_2_17_aarch64",
    "windows-x86_64": "win_amd64",
    "windows-arm64": "win_arm64",
    "macos-x86_64": "macosx_11_0_x86_64",
    "macos-arm64": "macosx_11_0_arm64",
}
_ENTRY = (
    "uint8_t pythonscript_init(GDExtensionInterfaceGetProcAddress find,"
    " GDExtensionClassLibraryPtr library, GDExtensionInitialization *initialization);"
)
_BOOT = "from godot._runtime import boot"
_EXPORTED = re.compile(r"\bPyAPI_(FUNC|DATA)\([^)]*\)\s*(\w+)")


def native_files() -> list[Path]:
    """Returns all C files of the libraries."""
    return sorted([*(BRIDGE / "native").glob("*.[ch]"), *(BRIDGE / "_generated").glob("*.[ch]")])


def wheel_platform(platform: Platform) -> str:
    """Returns the platform tag of a wheel that contains these libraries."""
    return _WHEELS[str(platform)]


def compile_libraries(folder: Path, platform: Platform) -> tuple[Path, Path]:
    """Compiles the loader and the bridge into a folder, with names that contain the platform.

    Raises:
        Failure: they do not compile.
    """
    loader = folder / platform.library(platforms.LOADER)
    bridge = folder / platform.library(platforms.BRIDGE)
    compile_loader(loader, platform)
    compile_bridge(bridge, platform)
    return loader, bridge


def compile_loader(target: Path, platform: Platform) -> None:
    """Compiles the library that the engine opens: plain C that depends on nothing.

    Raises:
        Failure: it does not compile.
    """
    libraries = ["-ldl"] if platform.system == "linux" else []
    source = BRIDGE / "native" / "loader.c"
    _compile(source, target, platform, [f"-I{BRIDGE / '_generated'}", *libraries])


def compile_bridge(target: Path, platform: Platform) -> None:
    """Compiles the cffi module with CPython embedded, for the minor version of this Python.

    It does not link to libpython if the system allows that: the loader opens the right one before,
    and a second one in the same process would be another interpreter.

    Raises:
        Failure: it does not compile.
    """
    source = target.with_name("_pythonscript.c")
    _write_source(source)
    headers = _headers(target.parent / f"include-{platform}", platform)
    match platform.system:
        case "macos":
            link = ["-undefined", "dynamic_lookup"]
        case "windows":
            link = [str(_import_library(headers, target.parent, platform))]
        case _:  # so that it opens beside any libpython, and names the one it needs
            link = ["-Wl,-z,lazy"]
    _compile(source, target, platform, [f"-I{headers}", "-Wno-unused-parameter", *link])


def compile_encoder_stub(target: Path, platform: Platform) -> None:
    """Compiles the replacement for the encoders under the GPL in a shipped game.

    Raises:
        Failure: it does not compile.
    """
    match platform.system:
        case "macos":  # dyld refuses a library that is older than the one it replaces
            link = ["-Wl,-compatibility_version,60000.0.0,-current_version,60000.0.0"]
        case _:
            link = ["-nostdlib"]
    _compile(STUB_SOURCE, target, platform, link)


def _compile(source: Path, target: Path, platform: Platform, arguments: list[str]) -> None:
    shared = "-dynamiclib" if platform.system == "macos" else "-shared"
    position = [] if platform.system == "windows" else ["-fPIC"]
    name = [f"-Wl,-install_name,@rpath/{target.name}"] if platform.system == "macos" else []
    zig(
        *("cc", "-target", _TARGETS[str(platform)], shared, *position, "-O2", "-s"),
        *(str(source), "-o", str(target), *name, *arguments),
    )


def zig(*arguments: str | Path) -> None:
    """Runs Zig; its errors go to stderr.

    Raises:
        Failure: it does not compile the sources.
    """
    command = [sys.executable, "-m", "ziglang", *arguments]
    done = subprocess.run(
        command, capture_output=True, text=True, encoding="utf-8", errors="replace", check=False
    )
    if done.returncode:
        print(done.stdout + done.stderr, file=sys.stderr)
        errors = [line for line in done.stderr.splitlines() if "error" in line]
        reason = errors[0] if errors else f"exit code {done.returncode}"
        raise Failure(f"The bridge could not be compiled ({reason}): see above.")


# ---- The source ----


def _write_source(target: Path) -> None:
    import cffi

    builder = cffi.FFI()
    builder.cdef(_read("_generated/interface.h"))
    declared = _read("native/bridge.h")
    # The Python half compares this, to detect other declarations.
    declared += f"#define PS_DECLARED {zlib.crc32(declared.encode())}\n"
    builder.cdef(declared)
    builder.embedding_api(_ENTRY)
    builder.cdef(f'extern "Python" {{ {_read("native/callbacks.h")} }}')
    builder.embedding_init_code(_BOOT)
    types, _, _ = _read("_generated/interface.h").partition("\nvoid gd_")
    sources = [
        types,
        _static(_read("native/callbacks.h")),
        _static(declared),
        _read("native/lock.c"),
        _read("_generated/interface.c"),
        _read("native/bridge.c"),
        _read("native/tasks.c"),
    ]
    builder.set_source("_pythonscript", "\n".join(sources), py_limited_api=False)
    with redirect_stdout(io.StringIO()):  # it contains the name of the file
        builder.emit_c_code(str(target))


def _read(name: str) -> str:
    return (BRIDGE / name).read_text("utf-8")


def _static(declarations: str) -> str:
    """Makes declarations static for the C side, where only the entry is visible outside."""
    code = re.sub(r"/\*.*?\*/", "", declarations, flags=re.DOTALL)
    return re.sub(r"^(?=[A-Za-z])", "static ", code, flags=re.MULTILINE)


# ---- Requirements from Python ----


def _headers(folder: Path, platform: Platform) -> Path:
    """Copies the headers of this Python for another platform; they differ in one file.

    Debian keeps that file outside this compiler's search path, so it is copied too.
    """
    ours = Path(sysconfig.get_path("include"))
    settings = (
        ours.parent / (sysconfig.get_config_var("MULTIARCH") or "") / ours.name / "pyconfig.h"
    )
    if not settings.is_file():
        settings = Path(sysconfig.get_config_h_filename())
    # Windows uses the file for cross-compiling too; its own one is for another compiler.
    is_native = platform == this_platform() and platform.system != "windows"
    if is_native and settings.parent == ours:
        return ours
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(ours, folder)
    if platform.system == "windows":
        shutil.copyfile(Path(__file__).with_name("pyconfig_windows.h"), folder / "pyconfig.h")
    else:  # the sizes are the same on all 64-bit systems; nothing else in it is used
        shutil.copyfile(settings, folder / "pyconfig.h")
    return folder


def _import_library(headers: Path, folder: Path, platform: Platform) -> Path:
    """Makes the import library for Windows' linker, so that Python's own one need not exist."""
    exported = sorted(
        {
            f"{name}{' DATA' if kind == 'DATA' else ''}"
            for header in headers.rglob("*.h")
            for kind, name in _EXPORTED.findall(header.read_text("utf-8"))
        }
    )
    name = f"python{sys.version_info.major}{sys.version_info.minor}"
    definition, library = folder / f"{name}.def", folder / f"{name}.lib"
    definition.write_text("\n".join([f"LIBRARY {name}.dll", "EXPORTS", *exported, ""]), "utf-8")
    machine = {"x86_64": "i386:x86-64", "arm64": "arm64"}[platform.machine]
    zig("dlltool", "-m", machine, "-d", str(definition), "-l", str(library))
    return library
