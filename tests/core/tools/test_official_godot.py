import io
import zipfile
from pathlib import Path

import pytest
from npc_video.shipping.platforms import Platform, platform_named

from tools import official_godot
from tools.official_godot import archive, fetch, is_template, program, template_folder

LINUX, WINDOWS = platform_named("linux-x86_64"), platform_named("windows-x86_64")
MACOS = platform_named("macos-arm64")


@pytest.mark.parametrize(
    ("platform", "file", "inside"),
    [
        (LINUX, "Godot_v4.6.3-stable_linux.x86_64.zip", "Godot_v4.6.3-stable_linux.x86_64"),
        (WINDOWS, "Godot_v4.6.3-stable_win64.exe.zip", "Godot_v4.6.3-stable_win64_console.exe"),
        (MACOS, "Godot_v4.6.3-stable_macos.universal.zip", "Godot.app/Contents/MacOS/Godot"),
    ],
)
def test_files_are_called_as_godot_calls_them(platform: Platform, file: str, inside: str) -> None:
    assert archive("4.6.3", platform) == file
    assert program("4.6.3", platform) == inside


def test_only_the_templates_of_the_platform_are_kept() -> None:
    names = [
        *("templates/linux_debug.x86_64", "templates/linux_release.arm64", "templates/macos.zip"),
        *("templates/windows_release_x86_64_console.exe", "templates/web_release.zip"),
        "templates/version.txt",
    ]
    kept = {str(p): [n for n in names if is_template(n, p)] for p in (LINUX, WINDOWS, MACOS)}
    assert kept == {
        "linux-x86_64": ["templates/linux_debug.x86_64", "templates/version.txt"],
        "windows-x86_64": [
            "templates/windows_release_x86_64_console.exe",
            "templates/version.txt",
        ],
        "macos-arm64": ["templates/macos.zip", "templates/version.txt"],
    }


def test_templates_go_where_godot_looks_for_them() -> None:
    home = Path("home")
    assert template_folder("4.6.3", LINUX, home, {}) == home.joinpath(
        ".local", "share", "godot", "export_templates", "4.6.3.stable"
    )
    assert template_folder("4.6.3", WINDOWS, home, {"APPDATA": "roaming"}) == Path(
        "roaming", "Godot", "export_templates", "4.6.3.stable"
    )


def test_it_is_fetched_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def answer(url: str, timeout: float) -> io.BytesIO:
        asked.append(url.rpartition("/")[2])
        data = io.BytesIO()
        with zipfile.ZipFile(data, "w") as made:
            made.writestr(program("4.6.3", LINUX), "the program")
            made.writestr("templates/version.txt", "4.6.3.stable")
        data.seek(0)
        return data

    monkeypatch.setattr(official_godot.urllib.request, "urlopen", answer)
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "home")
    for _ in range(2):
        found = fetch("4.6.3", tmp_path / "godot", LINUX)
        assert found.read_text("utf-8") == "the program"
    assert asked == [archive("4.6.3", LINUX), "Godot_v4.6.3-stable_export_templates.tpz"]
    assert list((tmp_path / "home").rglob("version.txt"))
