"""Pythons of other systems, as folders with their parts."""

from pathlib import Path

import pytest
from npc_video.shipping.console import Failure
from npc_video.shipping.platforms import platform_named
from npc_video.shipping.python_files import python_in

WINDOWS, LINUX = platform_named("windows-x86_64"), platform_named("linux-x86_64")
WINDOWS_FILES = (
    *("python311.dll", "python3.dll", "vcruntime140.dll", "vcruntime140_1.dll"),
    "Lib/os.py",
)
LINUX_FILES = ("lib/libpython3.11.so.1.0", "lib/python3.11/os.py")


def make_python(folder: Path, files: tuple[str, ...], header: str = "") -> Path:
    for name in files:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    if header:
        (folder / header).parent.mkdir(parents=True)
        (folder / header).write_text('#define PY_VERSION              "3.11.9"\n', "utf-8")
    return folder


def test_that_of_windows(tmp_path: Path) -> None:
    python = python_in(make_python(tmp_path, WINDOWS_FILES, "include/patchlevel.h"), WINDOWS)
    assert (python.version, python.minor) == ("3.11.9", "3.11")
    assert python.library == (tmp_path / "python311.dll").resolve()
    assert python.extensions == tmp_path / "DLLs"
    assert python.packages == (tmp_path / "Lib/site-packages",)
    assert tmp_path / "vcruntime140.dll" in python.beside


@pytest.mark.parametrize(
    ("header", "version"), [("include/python3.11/patchlevel.h", "3.11.9"), ("", "3.11.0")]
)
def test_that_of_linux(tmp_path: Path, header: str, version: str) -> None:
    python = python_in(make_python(tmp_path, LINUX_FILES, header), LINUX)
    assert python.version == version
    assert python.extensions == tmp_path / "lib/python3.11/lib-dynload"
    assert python.beside == ()


@pytest.mark.parametrize(
    ("platform", "files", "missing", "reason"),
    [
        (WINDOWS, WINDOWS_FILES, "vcruntime140_1.dll", r"lacks vcruntime140_1\.dll, without"),
        (WINDOWS, WINDOWS_FILES, "Lib/os.py", r"no standard library of Python 3\.11"),
        (LINUX, LINUX_FILES, "lib/python3.11/os.py", r"no standard library of Python 3\.11"),
        (LINUX, LINUX_FILES, "lib/libpython3.11.so.1.0", "holds no Python for linux-x86_64"),
    ],
)
def test_what_it_lacks_is_told(
    tmp_path: Path, platform: object, files: tuple[str, ...], missing: str, reason: str
) -> None:
    (make_python(tmp_path, files) / missing).unlink()
    with pytest.raises(Failure, match=reason):
        python_in(tmp_path, platform)  # type: ignore[arg-type]
