"""The runtime of this very environment, built once and looked at from outside."""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from npc_video.shipping.addon import our_addon
from npc_video.shipping.build import build
from npc_video.shipping.build import main as build_main
from npc_video.shipping.check import check
from npc_video.shipping.console import Failure
from npc_video.shipping.interpreter import MINOR_VERSION, SETTINGS
from npc_video.shipping.manifest import MANIFEST
from npc_video.shipping.packs import RUNTIME, minor_of, platform_of
from npc_video.shipping.platforms import BRIDGE, platform_named, this_platform
from npc_video.shipping.python_files import private_folders, python_in, this_python
from npc_video.shipping.runtime import Choices, assemble, layout

HERE = this_platform()
OTHER = platform_named("macos-arm64" if HERE.system != "macos" else "linux-x86_64")
# Compiled modules of Python itself whose libraries a machine without Python may lack.
NEEDING = ("bz2", "ctypes", "decimal", "hashlib", "lzma", "sqlite3", "ssl", "uuid", "zlib")


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache ü")


@pytest.fixture(scope="module")
def told() -> list[tuple[float, str]]:
    return []


@pytest.fixture(scope="module")
def runtime(cache: Path, told: list[tuple[float, str]]) -> Path:
    return build(HERE, cache, Choices(), lambda part, doing: told.append((part, doing)))


def run_in(runtime: Path, code: str) -> str:
    """Runs code with what is in the runtime alone, by a Python of the same kind."""
    at = layout(runtime, HERE, MINOR_VERSION)
    folders = [str(each) for each in (at.stdlib, at.extensions, at.packages)]
    program = f"import sys\nsys.path[:] = {folders!r}\n{code}"
    base = getattr(sys, "_base_executable", sys.executable)
    done = subprocess.run(
        [base, "-I", "-S", "-c", program],
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def modules(runtime: Path) -> Sequence[str]:
    """All modules of the brain, by what lies in the runtime."""
    packages = layout(runtime, HERE, MINOR_VERSION).packages
    found = [path.relative_to(packages) for path in packages.glob("npc_video/**/*.pyc")]
    return sorted(
        ".".join(path.with_suffix("").parts).removesuffix(".__init__")
        for path in found
        if path.stem != "__main__"
    )


def test_every_module_in_it_finds_what_it_imports(runtime: Path) -> None:
    names = modules(runtime)
    assert "npc_video.media.decode" in names
    code = "import importlib\nfor name in {!r}:\n    importlib.import_module(name)\nprint('all')"
    assert run_in(runtime, code.format([*NEEDING, "av", "numpy", *names])) == "all\n"


def test_a_clip_is_made_and_decoded_in_it(runtime: Path) -> None:
    printed = run_in(
        runtime,
        """
import asyncio, io, av, npc_video
from npc_video.backends.base import GenerationRequest
shape = npc_video.QUALITY_PRESETS["realtime"]
asked = GenerationRequest(npc_video.VideoParams(npc_id="ember"), shape, deadline=60.0)
made = asyncio.run(npc_video.ProceduralBackend().generate(asked, lambda part: None))
with av.open(io.BytesIO(made.data)) as opened:
    print(sum(1 for frame in opened.decode(video=0)) == shape.frame_count(made.duration))
""",
    )
    assert printed == "True\n"


def test_it_is_whole_and_tells_nothing_of_this_machine(runtime: Path) -> None:
    report = check(runtime, HERE, [each.encode() for each in private_folders()])
    assert report.problems == ()
    assert platform_of(runtime) == str(HERE)
    assert minor_of(runtime) == MINOR_VERSION


def test_it_holds_no_source_and_nothing_for_developers(runtime: Path) -> None:
    names = {path.relative_to(runtime).as_posix() for path in runtime.rglob("*") if path.is_file()}
    sources = [name for name in names if name.endswith((".py", ".pyi", ".h", ".c"))]
    assert sources == []
    assert not [name for name in names if "/npc_video/shipping/" in name or "/editor/" in name]
    assert not [name for name in names if "/lief/" in name or "/pip/" in name]
    assert {SETTINGS, MANIFEST, "NOTICES.txt", HERE.library(BRIDGE)} <= names


def test_its_progress_is_told_from_the_beginning_to_the_end(
    runtime: Path, told: list[tuple[float, str]]
) -> None:
    parts = [part for part, _ in told]
    assert (parts[0], parts[-1]) == (0.0, 1.0)
    assert parts == sorted(parts)


def test_it_is_built_once(
    runtime: Path, cache: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*arguments: object) -> None:
        raise AssertionError("it is built again")

    monkeypatch.setattr("npc_video.shipping.build.assemble", fails)
    choices = '{"extra_packages": [], "keep_sources": false, "gpl_encoders": false}'
    assert build_main([str(HERE), str(cache), choices]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert Path(json.loads(line)) == runtime


def test_what_is_chosen_makes_it_another(
    runtime: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "npc_video.shipping.build.assemble", lambda root, *rest: root.mkdir(parents=True)
    )
    other = build(HERE, cache, Choices(extra_packages=("pytest",)), lambda part, doing: None)
    assert other.parent != runtime.parent


def test_a_build_that_fails_leaves_nothing(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(root: Path, *rest: object) -> None:
        root.mkdir(parents=True)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("npc_video.shipping.build.assemble", full)
    before = sorted(cache.iterdir())
    with pytest.raises(OSError, match="No space left"):
        build(HERE, cache, Choices(keep_sources=True), lambda part, doing: None)
    assert sorted(cache.iterdir()) == before


@pytest.mark.parametrize(
    ("platform", "choices", "sentence"),
    [
        (OTHER, "{}", "name a runtime pack for"),
        (HERE, '{"extra_packages": ["nowhere"]}', "nowhere, which is not installed"),
    ],
)
def test_a_wrong_choice_is_one_sentence(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    platform: object,
    choices: str,
    sentence: str,
) -> None:
    assert build_main([str(platform), str(tmp_path), choices]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert sentence in told.err
    assert told.err.count("\n") == 1


def test_a_folder_without_a_python_is_told(tmp_path: Path) -> None:
    for platform in (HERE, OTHER, platform_named("windows-x86_64")):
        with pytest.raises(Failure, match=f"holds no Python for {platform}"):
            python_in(tmp_path, platform)


def test_another_minor_version_needs_its_own_python(tmp_path: Path) -> None:
    python = replace(this_python(), version="3.1.4")
    bridge = our_addon().folder / "bin" / HERE.library(BRIDGE)
    with pytest.raises(Failure, match=r"A runtime with Python 3\.1 is built by Python 3\.1"):
        assemble(tmp_path / RUNTIME, python, bridge, Choices(), lambda part, doing: None)
