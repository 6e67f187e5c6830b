from pathlib import Path

import pytest
from npc_video.shipping.console import Failure

from tools import environment
from tools.environment import Stamp, Step, next_step, wanted_stamp

WANTED = Stamp("3.11.2 /usr", "/checkout", "packages")


@pytest.mark.parametrize(
    ("found", "runs", "step"),
    [
        (None, False, Step.CREATE),
        (None, True, Step.CREATE),
        (WANTED, True, Step.NOTHING),
        (WANTED, False, Step.REPLACE),  # its base Python was removed
        (Stamp("3.12.1 /usr", "/checkout", "packages"), True, Step.REPLACE),
        (Stamp("3.11.2 /opt", "/checkout", "packages"), True, Step.REPLACE),
        (Stamp("3.11.2 /usr", "/moved", "packages"), True, Step.REPLACE),
        (Stamp("3.11.2 /usr", "/checkout", "others"), True, Step.INSTALL),
        (Stamp("3.11.2 /usr", "/checkout", ""), True, Step.INSTALL),  # pip was interrupted
    ],
)
def test_next_step(found: Stamp | None, runs: bool, step: Step) -> None:
    assert next_step(found, WANTED, runs=runs) is step


def test_the_stamp_follows_the_lock_and_the_project_file(tmp_path: Path) -> None:
    (tmp_path / "requirements.lock").write_text("a==1", "utf-8")
    (tmp_path / "pyproject.toml").write_text("[project]", "utf-8")
    first = wanted_stamp(tmp_path)
    assert wanted_stamp(tmp_path) == first
    (tmp_path / "requirements.lock").write_text("a==2", "utf-8")
    second = wanted_stamp(tmp_path)
    (tmp_path / "pyproject.toml").write_text("[tool]", "utf-8")
    third = wanted_stamp(tmp_path)
    assert len({stamp.packages for stamp in (first, second, third)}) == 3
    assert first.python == third.python


def test_a_python_without_shared_library_is_refused() -> None:
    with pytest.raises(Failure, match=r"no shared library.*--enable-shared\.$"):
        environment.check_python({"Py_ENABLE_SHARED": 0, "PYTHONFRAMEWORK": ""}, "linux")


def test_a_framework_python_serves(tmp_path: Path) -> None:
    (tmp_path / "Python.h").touch()
    config = {"Py_ENABLE_SHARED": 0, "PYTHONFRAMEWORK": "Python", "INCLUDEPY": str(tmp_path)}
    environment.check_python(config, "darwin")


def test_a_python_without_headers_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="python3-dev"):
        environment.check_python({"Py_ENABLE_SHARED": 1, "INCLUDEPY": str(tmp_path)}, "linux")


def test_the_python_of_the_store_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    environment.check_python({}, "win32")
    refused = Failure("of the store")
    monkeypatch.setattr(environment, "check_store", lambda: (_ for _ in ()).throw(refused))
    with pytest.raises(Failure, match="of the store"):
        environment.check_python({}, "win32")


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        (
            "WARNING: Retrying ... NewConnectionError(': Failed to establish a new connection: "
            "[Errno -3] Temporary failure in name resolution')\n"
            "ERROR: Could not find a version that satisfies the requirement anyio==4.16.0",
            "pip cannot reach its package index: connect to the network",
        ),
        ("ERROR: Could not install packages due to an OSError: No space left on device", "full"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.", "lock"),
        ("ERROR: No matching distribution found for av==18", r"\(No matching .* av==18\): delete"),
        ("", "gave no reason"),
    ],
)
def test_pip_failing_is_told_in_a_sentence(output: str, sentence: str) -> None:
    with pytest.raises(Failure, match=sentence) as caught:
        raise Failure(environment.explain_pip(output))
    assert "\n" not in str(caught.value)
