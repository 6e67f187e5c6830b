from pathlib import Path

import pytest

from tools.paths import cache_folder

HOME = Path("/home/me")
FAST = Path(Path.cwd().anchor, "fast")  # on Windows a path without a drive is none


@pytest.mark.parametrize(
    ("platform", "environ", "folder"),
    [
        ("linux", {}, HOME / ".cache"),
        ("linux", {"XDG_CACHE_HOME": str(FAST)}, FAST),
        ("linux", {"XDG_CACHE_HOME": "relative"}, HOME / ".cache"),
        ("darwin", {"XDG_CACHE_HOME": str(FAST)}, HOME / "Library" / "Caches"),
        ("win32", {"LOCALAPPDATA": "/local"}, Path("/local")),
        ("win32", {}, HOME / "AppData" / "Local"),
    ],
)
def test_cache_folder(platform: str, environ: dict[str, str], folder: Path) -> None:
    assert cache_folder(platform, environ, HOME) == folder / "npc-video-player"
