"""Generators from a file of settings, such as `npc_video.toml`:

::

    [generators.local]
    kind = "comfyui"
    url = "http://127.0.0.1:8188"
    model = "wan22"

    [generators.cloud]
    kind = "http"
    url = "https://video.example.org"
    token_env = "NPC_VIDEO_TOKEN"

    [generators.both]
    kind = "failover"
    local = "local"
    cloud = "cloud"
    jobs_an_hour = 20
"""

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
from .failover import Budget, FailoverBackend
from .http_recipes import with_recipe
from .http_settings import GeneratorSettings, HttpSettings, RemoteSettings
from .pool import BackendPool
from .procedural import ProceduralBackend

__all__ = ["MODELS", "load_backends", "workflow_of"]

_MOST_BYTES = 1 << 20
MODELS: Mapping[str, Any] = {
    "animatediff_lightning": AnimateDiffLightning,
    "ltx25": Ltx25,
    "ltx_video_2b": LtxVideo2b,
    "svd": Svd,
    "wan22": Wan22,
    "wan22_small": Wan22Small,
}
"""The chains that ship, by the names that settings have for them."""


class _Procedural(GeneratorSettings, tag="procedural"):
    simulate_latency: bool = False


class _ComfyUi(RemoteSettings, tag="comfyui"):
    model: str = ""
    files: dict[str, str] = msgspec.field(default_factory=dict)
    workflow: str = ""
    table: dict[str, str] = msgspec.field(default_factory=dict)
    loras_after: str = ""
    patience: float = 30.0

    def make(self, folder: Path) -> Backend:
        workflow = self._workflow(folder)
        return ComfyUiBackend(self.url, workflow, patience=self.patience, **self.common())

    def _workflow(self, folder: Path) -> Workflow:
        if bool(self.model) == bool(self.workflow):
            raise InvalidDataError("name either a model or the file of a workflow.")
        if self.workflow:
            path = folder / self.workflow
            return CustomWorkflow.from_file(path, table=self.table, loras_after=self.loras_after)
        return workflow_of(self.model, self.files)


class _Pool(GeneratorSettings, tag="pool"):
    hosts: list[str]
    speculation_share: float = 0.75
    hedge: bool = False


class _Failover(GeneratorSettings, tag="failover"):
    local: str
    cloud: str
    cloud_first: bool = False
    jobs_an_hour: int | None = None
    money_an_hour: float | None = None
    price: float = 0.0


class _File(msgspec.Struct, forbid_unknown_fields=True):
    generators: dict[str, _Procedural | HttpSettings | _ComfyUi | _Pool | _Failover]


def workflow_of(model: str, files: Mapping[str, str]) -> Workflow:
    """The chain of one of `MODELS`, with other names for those of its files that have them.

    Raises:
        InvalidDataError: the model or one of the names is unknown.
    """
    if model not in MODELS:
        raise InvalidDataError.of_unknown(model, MODELS, "model: ")
    chain = MODELS[model]
    for name in files:
        if name not in chain.__dataclass_fields__:
            raise InvalidDataError.of_unknown(name, chain.__dataclass_fields__, "files: ")
    workflow: Workflow = chain(**files)
    return workflow


def load_backends(path: str | Path) -> dict[str, Backend]:
    """The generators of a file by their names; closing one closes those that it is made of.

    Raises:
        InvalidDataError: it cannot be read, or something in it is wrong; the error names it.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            data = tomllib.loads(file.read(_MOST_BYTES).decode("utf-8"))
        settings = msgspec.convert(_with_recipes(data), _File)
    except InvalidDataError as error:
        raise InvalidDataError(f"{path}: {error}") from error
    except OSError as error:
        raise InvalidDataError(f"{path} cannot be read: {error.strerror}.") from error
    except (ValueError, RecursionError, msgspec.ValidationError) as error:
        raise InvalidDataError(f"{path}: {str(error).rstrip('.')}.") from error
    return _Maker(settings, path.parent).make_all()


def _with_recipes(data: dict[str, Any]) -> dict[str, Any]:
    """The content of a file, with what the names of services stand for."""
    generators = data.get("generators")
    if not isinstance(generators, dict):
        return data
    whole = {}
    for name, settings in generators.items():
        is_service = isinstance(settings, dict) and settings.get("kind") == "http"
        try:
            whole[name] = with_recipe(settings) if is_service else settings
        except InvalidDataError as error:
            raise InvalidDataError(f"generators.{name}: {error}") from error
    return {**data, "generators": whole}


class _Maker:
    """Makes each generator once, after those that it is made of."""

    def __init__(self, settings: _File, folder: Path):
        self._settings = settings.generators
        self._folder = folder
        self._made: dict[str, Backend] = {}

    def make_all(self) -> dict[str, Backend]:
        for name in self._settings:
            self._make(name, ())
        return self._made

    def _make(self, name: str, above: tuple[str, ...]) -> Backend:
        if name not in self._settings:
            raise InvalidDataError(f"generators: there is none called {name!r}.")
        if name in above:
            raise InvalidDataError(f"generators.{name}: is made of itself.")
        if name not in self._made:
            try:
                self._made[name] = self._new(name, (*above, name))
            except InvalidDataError as error:
                text = str(error)
                where = "" if text.startswith("generators") else f"generators.{name}: "
                raise InvalidDataError(where + text) from error
        return self._made[name]

    def _new(self, name: str, above: tuple[str, ...]) -> Backend:
        settings = self._settings[name]
        if isinstance(settings, HttpSettings):
            return settings.make()
        if isinstance(settings, _ComfyUi):
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
                budget=Budget(settings.jobs_an_hour, settings.money_an_hour, settings.price),
            )
        return ProceduralBackend(simulate_latency=settings.simulate_latency)
