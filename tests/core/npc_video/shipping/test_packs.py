import zipfile
from pathlib import Path

import pytest
from npc_video.shipping.console import Failure
from npc_video.shipping.packs import RUNTIME, pack_name, runtime_in, zip_pack
from npc_video.shipping.platforms import platform_named

from .engines import make_runtime

LINUX = platform_named("linux-x86_64")
WINDOWS = platform_named("windows-x86_64")


@pytest.fixture
def packs(tmp_path: Path) -> Path:
    """A folder with a pack for each of two platforms, one of them a zip."""
    folder = tmp_path / "packs"
    make_runtime(folder / pack_name(LINUX, "3.11") / RUNTIME, LINUX)
    windows = make_runtime(tmp_path / "windows", WINDOWS)
    zip_pack(windows, folder / f"{pack_name(WINDOWS, '3.11')}.zip")
    return folder


def test_the_one_for_the_platform_is_taken(packs: Path, tmp_path: Path) -> None:
    assert runtime_in(packs, LINUX, tmp_path / "cache").name == RUNTIME
    unpacked = runtime_in(packs, WINDOWS, tmp_path / "cache")
    assert (unpacked / "lib" / "module.pyc").read_bytes() == b"code"
    assert unpacked.name == RUNTIME


def test_a_pack_and_its_runtime_can_be_named_themselves(packs: Path, tmp_path: Path) -> None:
    pack = packs / pack_name(LINUX, "3.11")
    expected = pack / RUNTIME
    assert runtime_in(pack, LINUX, tmp_path) == expected
    assert runtime_in(expected, LINUX, tmp_path) == expected


def test_a_zip_is_unpacked_once_and_again_when_it_is_another(packs: Path, tmp_path: Path) -> None:
    archive = packs / f"{pack_name(WINDOWS, '3.11')}.zip"
    first = runtime_in(archive, WINDOWS, tmp_path / "cache")
    assert runtime_in(archive, WINDOWS, tmp_path / "cache") == first
    newer = make_runtime(tmp_path / "newer", WINDOWS, "3.11.10")
    archive.unlink()
    zip_pack(newer, archive)
    assert runtime_in(archive, WINDOWS, tmp_path / "cache") != first


def test_equal_packs_are_equal_files(tmp_path: Path) -> None:
    for name in ("one", "two"):
        zip_pack(make_runtime(tmp_path / name, LINUX), tmp_path / f"{name}.zip")
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        ("nothing is there", "There is no runtime"),
        ("another folder", "holds no runtime pack for linux-x86_64"),
        ("two packs", "holds several runtime packs"),
        ("no zip", "is no zip, or a damaged one"),
        ("zip of something else", "is no runtime pack"),
        ("zip with ways out", "is no runtime pack"),
        ("other platform", "is for windows-x86_64, not for linux-x86_64"),
        ("file changed", r"is damaged: lib/module\.pyc was changed"),
        ("file missing", r"is damaged: lib/module\.pyc is missing"),
        ("no manifest", "is for a platform that its manifest does not name"),
    ],
)
def test_what_is_wrong_with_a_pack_is_told(
    packs: Path, tmp_path: Path, damage: str, sentence: str
) -> None:
    place = packs
    runtime = packs / pack_name(LINUX, "3.11") / RUNTIME
    match damage:
        case "nothing is there":
            place = tmp_path / "nowhere"
        case "another folder":
            place = tmp_path / "other"
            place.mkdir()
        case "two packs":
            make_runtime(packs / pack_name(LINUX, "3.12") / RUNTIME, LINUX)
        case "no zip":
            place = tmp_path / "pack.zip"
            place.write_bytes(b"PK and then nothing")
        case "zip of something else" | "zip with ways out":
            place = tmp_path / "pack.zip"
            with zipfile.ZipFile(place, "w") as archive:
                archive.writestr("readme.txt" if "else" in damage else "../out.txt", "text")
        case "other platform":
            place = packs / f"{pack_name(WINDOWS, '3.11')}.zip"
        case "file changed":
            (runtime / "lib" / "module.pyc").write_bytes(b"virus")
        case "file missing":
            (runtime / "lib" / "module.pyc").unlink()
        case "no manifest":
            (runtime / "manifest.json").unlink()
    with pytest.raises(Failure, match=sentence):
        runtime_in(place, LINUX, tmp_path / "cache")
    assert not (tmp_path / "out.txt").exists()
