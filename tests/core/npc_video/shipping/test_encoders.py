import shutil
import subprocess
import sys
from pathlib import Path

import av
import numpy
import pytest
from npc_video.shipping.binaries import binaries_in, read
from npc_video.shipping.console import Failure
from npc_video.shipping.encoders import (
    STUB_SOURCE,
    replace_gpl_encoders,
    replace_system_copies,
    stub_for,
)
from npc_video.shipping.platforms import PLATFORMS, platform_named, this_platform

from tools.native import compile_encoder_stub
from tools.paths import ROOT

pytest.importorskip("ziglang", reason="an environment that only runs programs has no compiler")

DATA = ROOT / "tests" / "data" / "binaries"
IMPORTED = 16  # by libavcodec from both encoders, counted in the wheels for all six platforms
SITE = Path(av.__file__).parents[1]

# Decodes the clips it is given with libraries from a folder; then opens encoders.
GAME = """
import sys
from fractions import Fraction
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import av
assert av.__file__.startswith(sys.argv[1])
for clip in sys.argv[2:]:
    with av.open(clip) as container:
        frames = list(container.decode(video=0))
    print(Path(clip).stem, len(frames), round(frames[-1].to_ndarray(format="gray").mean()))
for encoder in ("libx264", "libx265", "libvpx-vp9", "libsvtav1"):
    context = av.CodecContext.create(encoder, "w")
    context.width = context.height = 64
    context.pix_fmt = "yuv420p"
    context.time_base = Fraction(1, 10)
    try:
        context.open()
    except (av.FFmpegError, MemoryError) as error:
        print(encoder, "refused")
        del context
    else:
        print(encoder, "opened")
"""


@pytest.fixture(scope="module")
def stubs(tmp_path_factory):
    """The stub for this platform, compiled as it is for a release."""
    folder = tmp_path_factory.mktemp("stubs")
    compile_encoder_stub(stub_for(this_platform(), folder), this_platform())
    return folder


@pytest.fixture
def site_packages(tmp_path):
    """A copy of the packages that a game carries."""
    folder = tmp_path / "site-packages"
    for name in ("av", "av.libs", "numpy", "numpy.libs"):
        if (SITE / name).exists():
            shutil.copytree(SITE / name, folder / name)
    return folder


def make_clip(path: Path, encoder: str) -> None:
    with av.open(path, "w") as container:
        stream = container.add_stream(encoder, rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        for level in range(0, 200, 20):
            picture = numpy.full((64, 64, 3), level, numpy.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode(None))


def play(site_packages: Path, clips: list[Path]) -> list[str]:
    command = [sys.executable, "-I", "-c", GAME, str(site_packages), *map(str, clips)]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_without_gpl_encoders_everything_else_works(tmp_path, stubs, site_packages):
    encoders = {"h264": "libx264", "hevc": "libx265", "av1": "libsvtav1", "vp9": "libvpx-vp9"}
    clips = [tmp_path / f"{codec}.mkv" for codec in encoders]
    for clip, encoder in zip(clips, encoders.values(), strict=True):
        make_clip(clip, encoder)
    before = play(site_packages, clips)
    assert [line.split()[1] for line in before[:4]] == ["10"] * 4
    assert all(line.endswith(" opened") for line in before[4:])

    replaced = replace_gpl_encoders(site_packages, this_platform(), stubs)

    assert sorted(name[:7] for name in replaced) == ["libx264", "libx265"]
    after = play(site_packages, clips)
    assert after[:4] == before[:4]
    assert after[4:] == [
        "libx264 refused",
        "libx265 refused",
        "libvpx-vp9 opened",
        "libsvtav1 opened",
    ]
    for path, binary in binaries_in(site_packages):
        if path.name in replaced:
            assert len(binary.exported) >= IMPORTED
            assert path.stat().st_size < 100_000
    again = replace_gpl_encoders(site_packages, this_platform(), stubs)
    assert again == replaced, "and it stays as it is"


def test_packages_without_gpl_encoders_stay_as_they_are(tmp_path):
    shutil.copy(DATA / "libneedy.so", tmp_path)
    assert replace_gpl_encoders(tmp_path, platform_named("linux-x86_64"), tmp_path) == ()


def test_a_missing_stub_is_named(tmp_path):
    shutil.copy(DATA / "libhelper.so", tmp_path / "libx264-1.so")
    with pytest.raises(Failure, match=r"because encoder_stub\.linux\.arm64\.so is missing"):
        replace_gpl_encoders(tmp_path, platform_named("linux-arm64"), tmp_path)
    assert (tmp_path / "libx264-1.so").read_bytes() == (DATA / "libhelper.so").read_bytes()


def test_a_symbol_that_no_stub_has_is_named(tmp_path, stubs):
    encoder = tmp_path / "libx264-1.so"  # as long as the name that it is put in place of
    shutil.copy(DATA / "libhelper.so", encoder)
    needy = (DATA / "libneedy.so").read_bytes().replace(b"libhelper.so\0", b"libx264-1.so\0")
    (tmp_path / "libneedy.so").write_bytes(needy)
    with pytest.raises(Failure, match=r"libx264-1\.so cannot be replaced.*helper_add"):
        replace_gpl_encoders(tmp_path, this_platform(), stubs)
    assert encoder.read_bytes() == (DATA / "libhelper.so").read_bytes()


@pytest.mark.parametrize("platform", PLATFORMS, ids=str)
def test_the_stub_is_made_for_every_platform(tmp_path, platform):
    stub = stub_for(platform, tmp_path)
    compile_encoder_stub(stub, platform)
    (found,) = read(stub)
    assert found.platform == platform
    names = {name.removeprefix("_") for name in found.exported}
    assert {"x264_encoder_open_165", "x264_levels", "x265_api_get_216"} <= names
    assert len([name for name in names if name.startswith("x26")]) == IMPORTED
    assert all(each.startswith("/usr/lib/") for each in found.libraries)
    assert str(STUB_SOURCE.parent).encode() not in stub.read_bytes()


def test_copies_of_windows_own_libraries_are_replaced(tmp_path):
    platform = platform_named("windows-arm64")
    compile_encoder_stub(stub_for(platform, tmp_path), platform)
    folder = tmp_path / "av.libs"
    folder.mkdir()
    for name in ("avicap32-0123.dll", "msvfw32-0123.dll"):
        shutil.copy(DATA / "helper.dll", folder / name)
    replaced = replace_system_copies(tmp_path, platform, tmp_path)
    assert replaced == ("avicap32-0123.dll", "msvfw32-0123.dll")
    for name in replaced:
        assert (folder / name).read_bytes() == stub_for(platform, tmp_path).read_bytes()
    assert replace_system_copies(tmp_path, platform_named("linux-arm64"), tmp_path) == ()
