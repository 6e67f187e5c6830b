"""The commands that build and check runtime packs; test_runtime builds a real one."""

from collections.abc import Callable
from pathlib import Path

import pytest
from npc_video.cli import main
from npc_video.shipping import runtime_commands
from npc_video.shipping.check import Report
from npc_video.shipping.packs import RUNTIME, pack_name, runtime_in, zip_pack
from npc_video.shipping.platforms import platform_named, this_platform
from npc_video.shipping.python_files import this_python

from .engines import make_runtime

HERE = this_platform()
OTHER = platform_named("macos-arm64" if HERE.system != "macos" else "linux-x86_64")
NAME = pack_name(HERE, this_python().minor)


@pytest.fixture
def bridge(tmp_path: Path) -> str:
    (tmp_path / "bridge").touch()
    return str(tmp_path / "bridge")


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Has packs be small, as a whole one takes long."""
    monkeypatch.setattr(runtime_commands, "assemble", lambda root, *rest: make_runtime(root, HERE))


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("ending", ["", ".zip"])
def test_a_pack_is_built_and_takes_the_place_of_the_one_before(
    tmp_path: Path, bridge: str, ending: str, capsys: pytest.CaptureFixture[str]
) -> None:
    packs = tmp_path / "packs"
    command = ["runtime", "build", str(packs), "--bridge", bridge, *(["--zip"] if ending else [])]
    for _ in range(2):
        assert main(command) == 0
        assert f"{NAME} is in {packs}; players need nothing more." in capsys.readouterr().err
    assert [path.name for path in packs.iterdir()] == [f"{NAME}{ending}"]
    assert runtime_in(packs, HERE, tmp_path / "cache").name == RUNTIME


@pytest.mark.usefixtures("small")
def test_a_pack_that_is_not_whole_is_not_kept(
    tmp_path: Path,
    bridge: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    report = Report(("a.so is missing.", "b.so is missing."), "")
    monkeypatch.setattr(runtime_commands, "check", lambda *arguments: report)
    packs = tmp_path / "packs"
    assert main(["runtime", "build", str(packs), "--bridge", bridge]) == 1
    assert capsys.readouterr().err.splitlines() == list(report.problems)
    assert list(packs.iterdir()) == []


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--platform", str(OTHER)], f"This Python is for {HERE}: name the folder of one for"),
        (["--platform", str(OTHER), "--python", "nowhere"], "nowhere holds no Python for"),
        (["--bridge", "nowhere.so"], "There is no bridge nowhere.so"),
    ],
)
def test_what_a_pack_lacks_is_told(
    tmp_path: Path, options: list[str], reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["runtime", "build", str(tmp_path), *options]) == 1
    assert reason in capsys.readouterr().err


def as_folder(runtime: Path, pack: Path) -> Path:
    pack.mkdir()
    return runtime.rename(pack / RUNTIME).parent


def as_zip(runtime: Path, pack: Path) -> Path:
    zip_pack(runtime, archive := pack.with_name(f"{pack.name}.zip"))
    return archive


@pytest.mark.parametrize("packed", [as_folder, as_zip])
@pytest.mark.parametrize("is_named", [False, True])
def test_a_whole_pack_is_told_so(
    tmp_path: Path,
    packed: Callable[[Path, Path], Path],
    is_named: bool,
    capsys: pytest.CaptureFixture[str],
) -> None:
    name = pack_name(OTHER, "3.11")
    pack = packed(make_runtime(tmp_path / "runtime", OTHER), tmp_path / name)
    named = ["--platform", str(OTHER)] if is_named else []
    assert main(["runtime", "check", str(pack), *named]) == 0
    assert f"{pack.name} is whole; players need nothing more." in capsys.readouterr().err


def test_what_is_wrong_with_a_pack_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    runtime = make_runtime(tmp_path / RUNTIME, HERE)
    (runtime / "lib/new.pyc").touch()
    assert main(["runtime", "check", str(runtime)]) == 1
    assert "lib/new.pyc" in capsys.readouterr().err.replace("\\", "/")
