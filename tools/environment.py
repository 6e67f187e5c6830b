"""Makes the project's virtual environment, and updates it when its inputs change.

A stamp inside `.venv` names the Python and the pinned packages from which it was made, so that a
second run costs one hash. The Python itself is checked here, before anything is downloaded.
"""

import hashlib
import json
import platform
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from enum import Enum
from pathlib import Path

from npc_video.shipping.console import Failure, say
from npc_video.shipping.this_python import check_store

from tools.paths import BUILD, ROOT

VENV = ROOT / ".venv"
SCRIPTS = VENV / ("Scripts" if sys.platform == "win32" else "bin")
PYTHON = SCRIPTS / ("python.exe" if sys.platform == "win32" else "python")
_STAMP = VENV / "npc-video-player.json"


@dataclass(frozen=True)
class Stamp:
    """The inputs of an environment.

    Attributes:
        python: Version and home of the base Python.
        place: The checkout, whose path is in the environment's files.
        packages: Hash of the lock file and the project file; empty while nothing is installed.
    """

    python: str
    place: str
    packages: str


class Step(Enum):
    """The update that a stale environment needs."""

    NOTHING = "nothing"
    INSTALL = "install"
    CREATE = "create"
    REPLACE = "replace"


def wanted_stamp(root: Path = ROOT) -> Stamp:
    """Returns the stamp of an environment made now, by this Python, from the files in `root`."""
    digest = hashlib.sha256()
    for name in ("requirements.lock", "pyproject.toml"):
        digest.update((root / name).read_bytes())
    base = f"{platform.python_version()} {sys.base_prefix}"
    return Stamp(base, str(root), digest.hexdigest())


def next_step(found: Stamp | None, wanted: Stamp, *, runs: bool) -> Step:
    """Compares stamps; `runs` is true if the environment's Python still exists."""
    if found is None:
        return Step.CREATE
    if (found.python, found.place) != (wanted.python, wanted.place) or not runs:
        return Step.REPLACE
    return Step.NOTHING if found == wanted else Step.INSTALL


def prepare() -> None:
    """Makes `.venv` match the lock file, the project file and the running Python.

    Raises:
        Failure: This Python cannot be embedded, or pip could not install the packages.
    """
    wanted = wanted_stamp()
    step = next_step(_read_stamp(), wanted, runs=PYTHON.exists())
    if step is Step.NOTHING:
        return
    check_python()
    if step is not Step.INSTALL:
        _create(replace=step is Step.REPLACE)
        _write_stamp(replace(wanted, packages=""))
    say("Installing the Python packages named in requirements.lock…")
    _pip("--require-hashes", "--requirement", "requirements.lock")
    _pip("--no-deps", "--no-build-isolation", "--editable", ".")
    _write_stamp(wanted)


def prepare_ray(root: Path = ROOT) -> Path:
    """Returns the folder with the packages of the extra `farm-ray`, installed if they are not.

    They are too large for the environment that everybody needs.

    Raises:
        Failure: pip could not install the packages.
    """
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    wanted: list[str] = project["optional-dependencies"]["farm-ray"]
    digest = hashlib.sha256(" ".join([*wanted, platform.python_version()]).encode())
    folder = BUILD / f"ray-{digest.hexdigest()[:12]}"
    if not folder.exists():
        say("Installing Ray…")
        made = folder.with_suffix(".part")
        shutil.rmtree(made, ignore_errors=True)
        _pip("--target", str(made), *wanted)
        made.rename(folder)
    return folder


def check_python(config: Mapping[str, object] | None = None, name: str = sys.platform) -> None:
    """Raises Failure unless a program can embed this Python and C code can be built for it."""
    if name == "win32":
        check_store()
        return  # every other installation has the shared library and the headers
    config = config if config is not None else sysconfig.get_config_vars()
    if not (config.get("Py_ENABLE_SHARED") or config.get("PYTHONFRAMEWORK")):
        raise Failure(
            f"The Python at {sys.base_prefix} has no shared library, which Godot needs to run it: "
            "use your system's Python, or build one with --enable-shared."
        )
    if not (Path(str(config.get("INCLUDEPY"))) / "Python.h").is_file():
        raise Failure(
            f"The Python at {sys.base_prefix} lacks its C headers: install them "
            "(Debian: apt-get install python3-dev)."
        )


def explain_pip(output: str) -> str:
    """Makes one sentence of pip's output before it failed."""
    if "No space left on device" in output:
        return f"The disk is full: free about 1 GB for {VENV} and run the command again."
    if "THESE PACKAGES DO NOT MATCH THE HASHES" in output:
        return (
            "A downloaded package differs from requirements.lock: update the checkout, "
            "or try a network that you trust."
        )
    unreachable = ("NewConnectionError", "ConnectTimeout", "ProxyError", "(from versions: none)")
    if any(sign in output for sign in unreachable):
        return (
            "pip cannot reach its package index: connect to the network and run the command again."
        )
    errors = [line for line in output.splitlines() if line.startswith("ERROR:")]
    reason = errors[-1].removeprefix("ERROR:").strip() if errors else "it gave no reason"
    return (
        f"pip could not install the packages ({reason}): delete {VENV} and run the command again."
    )


def _create(*, replace: bool) -> None:
    say(f"Making the virtual environment {VENV}…")
    clear = ["--clear"] if replace else []
    made = subprocess.run(
        [sys.executable, "-m", "venv", *clear, str(VENV)],
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if made.returncode == 0:
        return
    output = made.stdout + made.stderr
    if "ensurepip" in output:
        raise Failure(
            "This Python cannot make virtual environments: install its venv module "
            "(Debian: apt-get install python3-venv)."
        )
    last = (output.strip().splitlines() or ["no reason given"])[-1]
    raise Failure(
        f"The virtual environment could not be made ({last}): delete {VENV} and try again."
    )


def _pip(*arguments: str) -> None:
    quiet = ("--quiet", "--no-input", "--disable-pip-version-check")
    done = subprocess.run(
        [PYTHON, "-m", "pip", "install", *quiet, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        raise Failure(explain_pip(done.stdout + done.stderr))


def _read_stamp() -> Stamp | None:
    try:
        return Stamp(**json.loads(_STAMP.read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None  # absent or not ours: then a new environment is always right


def _write_stamp(stamp: Stamp) -> None:
    _STAMP.write_text(json.dumps(asdict(stamp)), "utf-8")
