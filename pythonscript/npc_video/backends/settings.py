"""Generators from a file of settings, such as `npc_video.toml`:

::

    [backends.local]
    kind = "comfyui"
    url = "http://127.0.0.1:8188"
    model = "wan22"

    [backends.cloud]
    kind = "http"
    url = "https://video.example.org"
    token_env = "NPC_VIDEO_TOKEN"

    [backends.both]
    kind = "failover"
    local = "local"
    cloud = "cloud"
    max_jobs_per_hour = 20
"""

import dataclasses
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from ..errors import InvalidDataError
from .base import Backend
from .comfyui import (
    AnimateDiffLightning,
    ComfyUiBackend,
    CustomWorkflow,
    Ltx25,
    LtxVideo2b,
    Svd,
    Wan22,
    Wan22Small,
)
from .comfyui.values import Workflow
from .common_settings import BackendSettings, RemoteSettings
from .failover import Budget, FailoverBackend
from .farm.settings import FarmSettings
from .http.recipes import with_recipe
from .http.settings import HttpSettings
from .pool.backend import BackendPool
from .procedural import ProceduralBackend
from .settings_reading import kinds_of, read_one_of

__all__ = ["KINDS", "MODELS", "files_of", "load_backends", "load_separate_backends", "workflow_of"]

_BACKENDS = "backends"
_MAX_BYTES = 1 << 20
MODELS: Mapping[str, Any] = {
    "animatediff_lightning": AnimateDiffLightning,
    "ltx25": Ltx25,
    "ltx_video_2b": LtxVideo2b,
    "svd": Svd,
    "wan22": Wan22,
    "wan22_small": Wan22Small,
}
"""The built-in models, by their names in settings."""


class _Procedural(BackendSettings, tag="procedural"):
    simulate_latency: bool = False


class _ComfyUi(RemoteSettings, tag="comfyui"):
    model: str = ""
    files: dict[str, str] = msgspec.field(default_factory=dict)
    workflow: str = ""
    bindings: dict[str, str] = msgspec.field(default_factory=dict)
    loras_after: str = ""
    output: str = ""
    loopable: bool = True
    reconnect_timeout: float = 30.0

    def make(self, folder: Path) -> Backend:
        return ComfyUiBackend(
            self.url,
            self._workflow(folder),
            loopable=self.loopable,
            reconnect_timeout=self.reconnect_timeout,
            **self.common(folder),
        )

    def _workflow(self, folder: Path) -> Workflow:
        if bool(self.model) == bool(self.workflow):
            raise InvalidDataError("name either a model or the file of a workflow.")
        self._check_unused()
        if self.workflow:
            path = folder / self.workflow
            return CustomWorkflow.from_file(
                path, bindings=self.bindings, loras_after=self.loras_after, output=self.output
            )
        return workflow_of(self.model, self.files)

    def _check_unused(self) -> None:
        if self.workflow and self.files:
            raise InvalidDataError(
                "files belong to a model, but a workflow names its own: remove them."
            )
        for name in ("bindings", "loras_after", "output"):
            if self.model and getattr(self, name):
                raise InvalidDataError(
                    f"{name} is for a workflow of your own, not for a model: remove it."
                )


class _Pool(BackendSettings, tag="pool"):
    hosts: list[str]
    speculation_share: float = 0.75
    hedge: bool = False


class _Failover(BackendSettings, tag="failover"):
    local: str
    cloud: str
    cloud_first: bool = False
    max_jobs_per_hour: int | None = None
    max_cost_per_hour: float | None = None
    price: float = 0.0


KINDS: Mapping[str, type[BackendSettings]] = kinds_of(
    _ComfyUi, _Failover, FarmSettings, HttpSettings, _Pool, _Procedural
)
"""The settings of each kind of backend in a file, as the docs list them."""


def workflow_of(model: str, files: Mapping[str, str]) -> Workflow:
    """A model of `MODELS`, with other names for some of its files.

    Raises:
        InvalidDataError: the model or one of the names is unknown.
    """
    if model not in MODELS:
        raise InvalidDataError.of_unknown(model, MODELS, "model: ")
    chain = MODELS[model]
    known = files_of(model)
    for name in files:
        if name not in known:
            raise InvalidDataError.of_unknown(name, known, f"files of {model}: ")
    workflow: Workflow = chain(**files)
    return workflow


def files_of(model: str) -> tuple[str, ...]:
    """The names that settings have for the files of a model of `MODELS`."""
    return tuple(each.name for each in dataclasses.fields(MODELS[model]))


def load_backends(path: str | Path) -> dict[str, Backend]:
    """The backends of a file by name; closing one closes the backends that it uses.

    Raises:
        InvalidDataError: the file cannot be read, or is wrong; the text names the setting.
    """
    return _made(Path(path)).backends


def load_separate_backends(path: str | Path) -> dict[str, Backend]:
    """The backends of a file that no other one of them uses, by name, in its order.

    Raises:
        InvalidDataError: the file cannot be read, or is wrong; the text names the setting.
    """
    made = _made(Path(path))
    return {name: each for name, each in made.backends.items() if name not in made.parts}


def _made(path: Path) -> "_Maker":
    try:
        with path.open("rb") as file:
            data = tomllib.loads(file.read(_MAX_BYTES).decode("utf-8-sig"))
        maker = _Maker(_read(data), path.parent)
        maker.make_all()
        return maker
    except InvalidDataError as error:
        raise InvalidDataError(f"{path}: {error}") from error
    except OSError as error:
        raise InvalidDataError(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise InvalidDataError(f"{path} is not UTF-8 text; save it as such.") from error
    except (ValueError, RecursionError) as error:
        raise InvalidDataError(f"{path}: {str(error).rstrip('.')}.") from error


def _read(data: dict[str, Any]) -> dict[str, BackendSettings]:
    for name in data:
        if name != _BACKENDS:
            raise InvalidDataError.of_unknown(name, [_BACKENDS])
    backends = data.get(_BACKENDS, {})
    if not isinstance(backends, dict):
        raise InvalidDataError("backends: must be a table of backends: [backends.NAME].")
    if not backends:
        raise InvalidDataError(
            "There is no backend in it: begin one with a line [backends.NAME], and a second one"
            f' such as kind = "comfyui"; kinds are {", ".join(sorted(KINDS))}.'
        )
    return {name: _settings(name, value) for name, value in backends.items()}


def _settings(name: str, value: Any) -> BackendSettings:
    """The settings of one backend, completed by its service's recipe."""
    where = f"backends.{name}"
    if isinstance(value, dict) and value.get("kind") == "http":
        try:
            value = with_recipe(value)
        except InvalidDataError as error:
            raise InvalidDataError(f"{where}: {error}") from error
    return read_one_of(value, KINDS, where)


class _Maker:
    """Makes each backend once, after the backends that it uses.

    Attributes:
        backends: those that are made, by name.
        parts: the names of those that others use.
    """

    def __init__(self, settings: Mapping[str, BackendSettings], folder: Path):
        self._settings = settings
        self._folder = folder
        self.backends: dict[str, Backend] = {}
        self.parts: set[str] = set()

    def make_all(self) -> None:
        for name in self._settings:
            self._make(name, ())

    def _make(self, name: str, above: tuple[str, ...]) -> Backend:
        if name not in self._settings:
            raise InvalidDataError(f"backends: there is none called {name!r}.")
        if name in above:
            raise InvalidDataError(f"backends.{name}: contains itself.")
        if above:
            self.parts.add(name)
        if name not in self.backends:
            try:
                self.backends[name] = self._new(name, (*above, name))
            except InvalidDataError as error:
                text = str(error)
                where = "" if text.startswith("backends") else f"backends.{name}: "
                raise InvalidDataError(where + text) from error
        return self.backends[name]

    def _new(self, name: str, above: tuple[str, ...]) -> Backend:
        settings = self._settings[name]
        if isinstance(settings, HttpSettings | FarmSettings | _ComfyUi):
            return settings.make(self._folder)
        if isinstance(settings, _Pool):
            hosts = {host: self._make(host, above) for host in settings.hosts}
            return BackendPool(
                hosts, speculation_share=settings.speculation_share, hedge=settings.hedge
            )
        if isinstance(settings, _Failover):
            return FailoverBackend(
                self._make(settings.local, above),
                self._make(settings.cloud, above),
                cloud_first=settings.cloud_first,
                budget=Budget(
                    settings.max_jobs_per_hour, settings.max_cost_per_hour, settings.price
                ),
            )
        assert isinstance(settings, _Procedural)
        return ProceduralBackend(simulate_latency=settings.simulate_latency)
