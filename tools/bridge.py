"""Builds the native part of the bridge and puts it where Godot projects expect it.

    python -m tools.bridge

Runs inside the project's virtual environment: cffi compiles `pythonscript/godot/native`, the
result goes to `build/bridge`, and from there into the `bin` folder of the addon and of the test
project, together with the file that tells the library where this machine's Python is. Nothing is
compiled when no source has changed.
"""

import hashlib
import os
import platform
import re
import shutil
import sys
import sysconfig
import zlib
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).parent.parent
SOURCES = ROOT / "pythonscript" / "godot"
BUILD = ROOT / "build" / "bridge"

# Where the bridge goes, and the modules that register classes there.
PROJECTS = {
    ROOT / "addons" / "npc_video_player" / "bin": "npc_video_player",
    ROOT / "tests" / "bridge" / "project" / "bin": "",
}

ENTRY = (
    "uint8_t pythonscript_init(GDExtensionInterfaceGetProcAddress find,"
    " GDExtensionClassLibraryPtr library, GDExtensionInitialization *initialization);"
)
BOOT = "from godot import _boot"


class BuildError(Exception):
    """Says in one sentence what to do."""


def library_name(stem: str) -> str:
    """A shared library's file name for this system; architectures live side by side."""
    suffix = {"win32": ".dll", "darwin": ".dylib"}.get(sys.platform, ".so")
    return f"{stem}.{sys.platform}.{platform.machine().lower()}{suffix}"


def libpython() -> Path:
    """The shared library of the interpreter that runs this."""
    if sys.platform == "win32":
        return Path(sys.base_prefix, f"python{sys.version_info.major}{sys.version_info.minor}.dll")
    name = sysconfig.get_config_var("INSTSONAME") or sysconfig.get_config_var("LDLIBRARY") or ""
    prefix = sysconfig.get_config_var("PYTHONFRAMEWORKPREFIX")
    folders = [prefix, sysconfig.get_config_var("LIBDIR"), sysconfig.get_config_var("LIBPL")]
    multiarch = sysconfig.get_config_var("MULTIARCH")
    folders += [str(Path(folder, multiarch)) for folder in folders if folder and multiarch]
    for folder in filter(None, folders):
        if (path := Path(folder, name)).is_file() and path.suffix != ".a":
            return path
    raise BuildError(
        f"{sys.executable} has no shared libpython to embed: install a Python built with"
        " --enable-shared (Debian's python3 together with libpython3-dev is one)."
    )


def native_files() -> list[Path]:
    return sorted([*(SOURCES / "native").glob("*.[ch]"), *(SOURCES / "_generated").glob("*.[ch]")])


def fingerprint() -> str:
    """Changes with everything that the compiled files depend on."""
    import cffi

    digest = hashlib.sha256()
    digest.update(f"{sys.version} {cffi.__version__} {libpython()} {sys.executable}".encode())
    for path in [*native_files(), Path(__file__)]:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def read(name: str) -> str:
    return (SOURCES / name).read_text("utf-8")


def compile_bridge(target: Path) -> None:
    """The cffi module with CPython embedded: declarations, generated wrappers, our own C."""
    import cffi

    builder = cffi.FFI()
    builder.cdef(read("_generated/interface.h"))
    declared = read("native/bridge.h")
    # By this the Python half tells whether it was made for these declarations.
    declared += f"#define PS_DECLARED {zlib.crc32(declared.encode())}\n"
    builder.cdef(declared)
    builder.embedding_api(ENTRY)
    builder.cdef(f'extern "Python" {{ {read("native/callbacks.h")} }}')
    builder.embedding_init_code(BOOT)
    types, _, _ = read("_generated/interface.h").partition("\nvoid gd_")
    sources = [
        types,
        static(read("native/callbacks.h")),
        static(declared),
        read("native/lock.c"),
        read("_generated/interface.c"),
        read("native/bridge.c"),
    ]
    builder.set_source(
        "_pythonscript",
        "\n".join(sources),
        py_limited_api=False,
        extra_compile_args=[] if sys.platform == "win32" else ["-O2", "-Wno-unused-parameter"],
    )
    builder.compile(tmpdir=str(target.parent), target=target.name)


def static(declarations: str) -> str:
    """The same declarations for the C side, where nothing but the entry is visible outside."""
    code = re.sub(r"/\*.*?\*/", "", declarations, flags=re.DOTALL)
    return re.sub(r"^(?=[A-Za-z])", "static ", code, flags=re.MULTILINE)


def compile_loader(target: Path) -> None:
    """The library that the engine opens: plain C that depends on nothing."""
    from setuptools._distutils import ccompiler
    from setuptools._distutils.sysconfig import customize_compiler

    compiler = ccompiler.new_compiler()
    customize_compiler(compiler)
    objects = compiler.compile(
        [os.path.relpath(SOURCES / "native" / "loader.c")],
        output_dir=str(target.parent),
        include_dirs=[str(SOURCES / "_generated")],
    )
    libraries = ["dl"] if sys.platform == "linux" else []
    compiler.link_shared_object(objects, str(target), libraries=libraries)


def compile_all() -> Iterable[Path]:
    """The built files, compiled anew where a source has changed."""
    files = [BUILD / library_name("pythonscript"), BUILD / library_name("pythonscript_bridge")]
    stamp = BUILD / "fingerprint"
    wanted = fingerprint()
    if not (stamp.is_file() and stamp.read_text() == wanted and all(f.is_file() for f in files)):
        shutil.rmtree(BUILD, ignore_errors=True)
        BUILD.mkdir(parents=True)
        compile_loader(files[0])
        compile_bridge(files[1])
        stamp.write_text(wanted)
    return files


def settings(bridge: Path, modules: str) -> str:
    """What the library reads when the engine opens it (see native/loader.c)."""
    lines = {
        "libpython": libpython(),
        "bridge": bridge.name,
        "executable": sys.executable,
        "modules": modules,
    }
    return "".join(f"{key}={value}\n" for key, value in lines.items())


def install(files: list[Path], folder: Path, modules: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for source in files:
        target = folder / source.name
        if target.is_file() and target.read_bytes() == source.read_bytes():
            continue
        # A new file in its place: the engine may have the old one open.
        temporary = target.with_suffix(".new")
        shutil.copy2(source, temporary)
        temporary.replace(target)
    (folder / "pythonscript.cfg").write_text(settings(files[1], modules), "utf-8")


def main() -> int:
    os.chdir(ROOT)
    try:
        files = list(compile_all())
    except BuildError as error:
        print(error, file=sys.stderr)
        return 1
    for folder, modules in PROJECTS.items():
        install(files, folder, modules)
    return 0


if __name__ == "__main__":
    sys.exit(main())
