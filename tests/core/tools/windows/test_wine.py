"""Tests of `tools.windows.wine`."""

from pathlib import Path

from tools.windows import wine

_SCRIPT = b'#!/bin/sh -e\nexec /usr/lib/wine/wineserver64 -p0 "$@"\n'  # Debian 12's, in short


def _unpacked(folder: Path, *, servers: dict[str, bytes]) -> Path:
    """A folder as Debian's packages of Wine are when they are unpacked."""
    (folder / "usr/lib/x86_64-linux-gnu/wine/x86_64-windows").mkdir(parents=True)
    (folder / "usr/lib/wine").mkdir()
    for name, content in servers.items():
        (folder / "usr/lib/wine" / name).write_bytes(content)
    return folder


class TestCopy:
    def test_its_server_is_the_program_and_not_a_script_that_looks_elsewhere(
        self, tmp_path: Path
    ) -> None:
        root = _unpacked(tmp_path, servers={"wineserver": _SCRIPT, "wineserver64": b"\x7fELF"})
        wine._put_together(root)
        assert (root / "usr/lib/wine/wineserver").read_bytes() == b"\x7fELF"

    def test_a_server_that_is_there_under_its_name_stays(self, tmp_path: Path) -> None:
        root = _unpacked(tmp_path, servers={"wineserver": b"\x7fELF"})
        wine._put_together(root)
        assert (root / "usr/lib/wine/wineserver").read_bytes() == b"\x7fELF"
