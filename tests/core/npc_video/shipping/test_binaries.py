import shutil
import struct
import subprocess
import sys
from pathlib import Path

import av
import numpy
import pytest
from npc_video.shipping.binaries import binaries_in, imported_from, is_binary, read, strip
from npc_video.shipping.console import Failure
from npc_video.shipping.platforms import Platform

from tools.paths import ROOT

DATA = ROOT / "tests" / "data" / "binaries"
LINUX, WINDOWS, MACOS = (Platform(system, "x86_64") for system in ("linux", "windows", "macos"))


def loads(path: Path) -> list[tuple[int, int, int, int]]:
    """Offset, address, size in the file and alignment of each segment that is mapped."""
    content = path.read_bytes()
    (table,) = struct.unpack_from("<Q", content, 32)
    size, count = struct.unpack_from("<HH", content, 54)
    found = [struct.unpack_from("<II6Q", content, table + size * i) for i in range(count)]
    return [(each[2], each[3], each[5], each[7]) for each in found if each[0] == 1]


@pytest.mark.parametrize(
    ("file", "platform", "name", "libraries", "search", "symbol"),
    [
        ("libneedy.so", LINUX, "libneedy.so", ("libhelper.so",), ("$ORIGIN",), "helper_add"),
        ("needy.dll", WINDOWS, "needy.dll", ("helper.dll",), (), "helper_add"),
        (
            "libneedy.dylib",
            MACOS,
            "@rpath/libneedy.dylib",
            ("/usr/lib/libSystem.B.dylib", "@rpath/libhelper.dylib"),
            ("@loader_path",),
            "_helper_add",
        ),
    ],
)
def test_a_library_of_each_system_is_read(file, platform, name, libraries, search, symbol):
    (found,) = read(DATA / file)
    assert (found.platform, found.name) == (platform, name)
    assert (found.libraries, found.search) == (libraries, search)
    assert symbol in found.imported
    assert symbol.replace("helper_add", "needy_answer") in found.exported
    (helper,) = read(DATA / file.replace("needy", "helper"))
    assert imported_from(helper, [found]) == {symbol}


def test_the_systems_version_that_is_asked_for_is_told():
    (dylib,) = read(DATA / "libneedy.dylib")
    assert (dylib.macos, dylib.glibc) == ((11, 0), None)
    if sys.platform == "linux":
        found = [each for _, each in binaries_in(Path(numpy.__file__).parent / "random")]
        assert max(each.glibc for each in found if each.glibc) >= (2, 14)


def test_other_files_are_no_binaries(tmp_path):
    assert not is_binary(DATA / "README")
    assert read(DATA / "README") == ()
    (tmp_path / "empty").touch()
    assert read(tmp_path / "empty") == ()
    assert [path.name for path, _ in binaries_in(DATA)] == sorted(
        each.name for each in DATA.iterdir() if each.suffix in (".so", ".dll", ".dylib")
    )


@pytest.mark.parametrize("start", [b"\x7fELF", b"\xcf\xfa\xed\xfe", b"MZ"])
def test_a_damaged_library_is_named(tmp_path, start):
    damaged = tmp_path / "damaged"
    damaged.write_bytes(start + bytes(40))
    with pytest.raises(Failure, match=r"damaged is damaged: install"):
        read(damaged)


@pytest.mark.parametrize("file", ["helper.dll", "libhelper.dylib", "README"])
def test_only_linux_libraries_are_stripped(tmp_path, file):
    copy = Path(shutil.copy(DATA / file, tmp_path))
    assert strip(copy) == 0
    assert copy.read_bytes() == (DATA / file).read_bytes()


@pytest.mark.parametrize("length", [100, 500, 600])
def test_a_library_that_ends_early_is_not_stripped(tmp_path, length):
    damaged = tmp_path / "libhelper.so"
    damaged.write_bytes((DATA / "libhelper.so").read_bytes()[:length])
    with pytest.raises(Failure, match="damaged"):
        strip(damaged)


def test_what_lies_behind_the_last_segment_is_cut(tmp_path):
    library = Path(shutil.copy(DATA / "libneedy.so", tmp_path))
    with library.open("ab") as file:
        file.write(b"symbols for a debugger" * 1000)
    (before,) = read(library)
    assert strip(library) > 22_000
    assert read(library) == (before,)
    assert strip(library) == 0, "nothing is left to cut"


def test_what_lies_between_segments_is_cut(tmp_path):
    """As after patchelf, which puts a segment of its own behind everything."""
    library = Path(shutil.copy(DATA / "libneedy.so", tmp_path))
    (before,) = read(library)
    content = bytearray(library.read_bytes())
    (table,) = struct.unpack_from("<Q", content, 32)
    size, count = struct.unpack_from("<HH", content, 54)
    last = max(offset for offset, *_ in loads(library))
    gap = 0x40000
    for i in range(count):
        (offset,) = struct.unpack_from("<Q", content, table + size * i + 8)
        if offset >= last:
            struct.pack_into("<Q", content, table + size * i + 8, offset + gap)
    content[last:last] = bytes(gap)
    library.write_bytes(content)
    assert strip(library) > gap - 0x10000, "all but what the alignment needs"
    assert read(library) == (before,)


@pytest.mark.skipif(sys.platform != "linux", reason="ELF is stripped only")
def test_stripped_packages_still_load(tmp_path):
    site = Path(av.__file__).parents[1]
    for name in ("av", "av.libs", "numpy", "numpy.libs"):
        if (site / name).exists():
            shutil.copytree(site / name, tmp_path / name)
    before = dict(binaries_in(tmp_path))
    saved = sum(strip(path) for path in before)
    assert saved > 20_000_000, "av's modules bring symbols for debuggers"
    for path, binary in before.items():
        assert read(path) == (binary,), path
        for offset, address, _, align in loads(path):
            assert (address - offset) % max(align, 1) == 0, path
    code = """
import sys
sys.path.insert(0, sys.argv[1])
import av.codec.codec, av.container.core, av.filter.graph, av.video.reformatter, numpy, numpy.random
assert av.__file__.startswith(sys.argv[1]) and numpy.__file__.startswith(sys.argv[1])
assert numpy.allclose(numpy.linalg.inv(numpy.eye(3)), numpy.eye(3))
av.CodecContext.create("libvpx-vp9", "w")
"""
    subprocess.run([sys.executable, "-I", "-c", code, str(tmp_path)], check=True)
