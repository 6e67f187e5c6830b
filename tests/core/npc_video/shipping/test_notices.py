import shutil
from importlib.metadata import PathDistribution, distribution

import av
import pytest
from npc_video.shipping import encoders
from npc_video.shipping.console import Failure
from npc_video.shipping.foreign import _PROJECTS, LICENCES, project_of
from npc_video.shipping.notices import foreign_libraries, notices, python_part

from tools.paths import ROOT

DATA = ROOT / "tests" / "data"
LINES = (DATA / "bundled_libraries").read_text("utf-8").splitlines()
BUNDLED = [line for line in LINES if not line.startswith("#")]
FOREIGN = sorted({name for name in BUNDLED if not encoders.is_replaced(name)})


@pytest.fixture
def python(tmp_path):
    return python_part("3.11.9", tmp_path)


def put(runtime, *names):
    for name in names:
        path = runtime / name
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(DATA / "binaries" / "libhelper.so", path)


def package(folder, name, *metadata, **files):
    """A package whose metadata has the given lines, and files in its dist-info."""
    info = folder / f"{name}-1.0.dist-info"
    info.mkdir()
    lines = ["Metadata-Version: 2.4", f"Name: {name}", "Version: 1.0", *metadata, ""]
    (info / "METADATA").write_text("\n".join(lines), "utf-8")
    names = [each.replace("_", ".") for each in files]
    for file, text in zip(names, files.values(), strict=True):
        (info / file).write_text(text, "utf-8")
    (info / "RECORD").write_text("".join(f"{info.name}/{each},,\n" for each in names), "utf-8")
    return PathDistribution(info)


@pytest.mark.parametrize("name", FOREIGN)
def test_every_library_in_the_wheels_has_a_licence(name):
    assert project_of(name).licence


def test_the_wheels_have_all_that_is_replaced():
    replaced = [name for name in BUNDLED if encoders.is_replaced(name)]
    assert len(replaced) == 6 * 2 + 2, "two encoders everywhere, two of Windows' on one platform"


@pytest.mark.parametrize(
    ("name", "project"),
    [
        ("libpython3.11.so.1.0", "Python"),
        ("python3.dll", "Python"),
        ("libcrypto-3-x64.dll", "OpenSSL"),
        ("libssl.3.dylib", "OpenSSL"),
        ("libz.so.1", "zlib"),
        ("vcruntime140_1.dll", "Microsoft Visual C++ Runtime"),
        ("libstdc++.so.6", "GCC's libraries"),
        ("avcodec-62-0123.dll", "FFmpeg"),
    ],
)
def test_libraries_of_pythons_and_systems_are_known(name, project):
    assert project_of(name).name == project


@pytest.mark.parametrize("name", ["libmystery.so.1", "libzstd.so.1", "libz", "avcodecs.dll"])
def test_an_unknown_library_is_named(name):
    with pytest.raises(Failure, match=rf"licence is known for the library {name}"):
        project_of(name)


def test_the_texts_are_there_and_needed():
    used = {text for project in _PROJECTS.values() for text in project.texts}
    used |= {"godot", "npc-video-player", "python", "python-incorporated"}
    assert used == {path.stem for path in LICENCES.glob("*.txt")}
    for path in LICENCES.iterdir():
        assert path.read_text("utf-8").strip()
    assert (LICENCES / "npc-video-player.txt").read_text("utf-8") == (ROOT / "LICENSE").read_text(
        "utf-8"
    )


def test_the_source_is_that_of_the_ffmpeg_in_the_wheel():
    assert f"ffmpeg-{av.ffmpeg_version_info}." in project_of("libavcodec.so").source


def test_modules_of_python_and_the_bridge_are_not_foreign(tmp_path):
    site = "lib/python3.11/site-packages"
    foreign = ["lib/libssl.so.3", f"{site}/av.libs/libavcodec-1.so.62", f"{site}/p/libhelper.so"]
    own = [
        "pythonscript_bridge.linux.x86_64.so",
        "lib/python3.11/lib-dynload/_ssl.cpython-311-x86_64-linux-gnu.so",
        f"{site}/av/_core.abi3.so",
        f"{site}/plain.so",
        "DLLs/_ssl.pyd",
    ]
    put(tmp_path, *foreign, *own)
    found = [path.relative_to(tmp_path).as_posix() for path in foreign_libraries(tmp_path)]
    assert found == sorted(foreign)


def test_everything_is_listed_with_its_text(tmp_path, python):
    libraries = ["libavcodec-1.so.62", "libgmp-1.so.10", "libx264-1.so"]
    put(tmp_path, *(f"av.libs/{name}" for name in libraries), "lib/libssl.so.3")
    packages = [distribution(name) for name in ("av", "httpx", "certifi", "cffi", "numpy")]
    text = notices(
        "1.2.3", packages, foreign_libraries(tmp_path), python, stand_ins=["libx264-1.so"]
    )
    for line in [
        "Godot Engine",
        "Python 3.11.9",
        f"av {distribution('av').version}",
        "  Licence: LGPL-3.0-or-later",
        "  Files: libavcodec-1.so.62",
        "OpenSSL",
        "NpcVideoPlayer 1.2.3",
        "NpcVideoPlayer's stand-ins",
        "  Files: libx264-1.so",
    ]:
        assert line in text.splitlines(), line
    for part in [
        "GNU LESSER GENERAL PUBLIC LICENSE",
        "PYTHON SOFTWARE FOUNDATION LICENSE",
        "Mersenne Twister",
        "Encode OSS",
        "Mozilla Public License,",
        "It has libffi in it.",
        "Juan Linietsky",
    ]:
        assert part in text, part
    assert text.count((LICENCES / "LGPL-3.0.txt").read_text("utf-8").strip()) == 1, "for both"
    assert "x264," not in text


@pytest.mark.parametrize(
    "name", ["libx264-d6533a8d.so.165", "libx265.216.dylib", "libreadline.so.8"]
)
def test_the_gpl_has_to_be_chosen(tmp_path, python, name):
    put(tmp_path, f"av.libs/{name}")
    libraries = foreign_libraries(tmp_path)
    with pytest.raises(Failure, match=r"is under the GPL"):
        notices("1", [], libraries, python)
    text = notices("1", [], libraries, python, gpl=True)
    assert f"  Files: {name}" in text
    assert "GNU GENERAL PUBLIC LICENSE" in text


def test_a_licence_is_found_wherever_a_package_says_it(tmp_path, python):
    whole = "License: Mine\n        you may use it"
    text = notices(
        "1",
        [
            package(tmp_path, "new", "License-Expression: MIT", LICENSE_txt="text of new"),
            package(tmp_path, "old", "License: BSD", COPYING="text of old"),
            package(tmp_path, "older", "Classifier: License :: OSI Approved :: Zlib License"),
            package(tmp_path, "oldest", whole),
        ],
        [],
        python,
    )
    paragraphs = text.split("\n\n")
    for name, licence in [("new", "MIT"), ("old", "BSD"), ("older", "Zlib License")]:
        (found,) = [each for each in paragraphs if each.startswith(f"{name} 1.0\n")]
        assert f"Licence: {licence}\n" in found
    for part in ("text of new", "text of old", "you may use it", "Licence: see its text"):
        assert part in text


def test_pythons_own_text_is_preferred(tmp_path):
    stdlib = tmp_path / "Lib"
    stdlib.mkdir()
    assert "PYTHON SOFTWARE FOUNDATION" in python_part("3.11.9", stdlib).texts[0]
    (tmp_path / "LICENSE.txt").write_text("as python.org has it on Windows", "utf-8")
    assert python_part("3.11.9", stdlib).texts[0] == "as python.org has it on Windows"
    (stdlib / "LICENSE.txt").write_text("as all others have it", "utf-8")
    assert python_part("3.11.9", stdlib).texts[0] == "as all others have it"
