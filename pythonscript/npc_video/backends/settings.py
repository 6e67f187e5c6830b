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
from ..records import UNTAGGED_COLOURS
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
from .http import HttpBackend
from .http_fields import HttpFields
from .http_recipes import with_model, with_recipe
from .http_rules import Priority
from .pool import BackendPool
from .procedural import ProceduralBackend
from .token import Token
from .wire import Limits

__all__ = ["MODELS", "http_backend", "load_backends", "workflow_of"]

_MOST_BYTES = 1 << 20
_LONGEST_LIMIT = 86400.0
MODELS: Mapping[str, Any] = {
    "animatediff_lightning": AnimateDiffLightning,
    "ltx25": Ltx25,
    "ltx_video_2b": LtxVideo2b,
    "svd": Svd,
    "wan22": Wan22,
    "wan22_small": Wan22Small,
}
"""The chains that ship, by the names that settings have for them."""


class _Settings(msgspec.Struct, tag_field="kind", forbid_unknown_fields=True, kw_only=True):
    """One generator; which others it is made of, it names."""


class _Procedural(_Settings, tag="procedural"):
    simulate_latency: bool = False


class _Remote(_Settings):
    url: str
    token_env: str = ""
    token_file: str = ""
    headers: dict[str, str] = {}
    finish_started: bool = False
    untagged_colours: str = UNTAGGED_COLOURS[0]

    def common(self) -> dict[str, Any]:
        token = None
        if self.token_env:
            token = Token.from_environment(self.token_env)
        elif self.token_file:
            token = Token.from_file(self.token_file)
        return {
            "token": token,
            "headers": self.headers,
            "finish_started": self.finish_started,
            "untagged_colours": self.untagged_colours,
        }


class _Fields(msgspec.Struct, forbid_unknown_fields=True):
    request: dict[str, str] = {}
    only_named: bool = False
    choices: dict[str, list[str | int | float]] = {}
    texts: dict[str, str] = {}
    extra: dict[str, Any] = {}
    answer: dict[str, str] = {}


class _Priority(msgspec.Struct, forbid_unknown_fields=True):
    header: str = ""
    urgent: str = ""
    ahead: str = ""


class _Http(_Remote, tag="http"):
    service: str = ""
    model: str = ""
    path: str = "api/generate-video"
    status_path: str = ""
    result_path: str = ""
    cancel_method: str = "DELETE"
    cancel_path: str = ""
    token_header: str = "Authorization"
    token_prefix: str = "Bearer"
    allowed_origins: list[str] = []
    slots: int = 1
    time_limit: float = Limits().generate_seconds
    poll_seconds: float | None = None
    idempotency_header: str = ""
    statuses: dict[str, str] = {}
    priority: _Priority = msgspec.field(default_factory=_Priority)
    fields: _Fields = msgspec.field(default_factory=_Fields)

    def make(self) -> Backend:
        if not 0.0 < self.time_limit <= _LONGEST_LIMIT:
            raise InvalidDataError(
                f"time_limit: {self.time_limit:g} is outside the range above 0 up to"
                f" {_LONGEST_LIMIT:g}."
            )
        fields = msgspec.structs.asdict(self.fields)
        fields["extra"] = with_model(self.fields.extra, self.model)
        places = {
            name: with_model(getattr(self, name), self.model)
            for name in ("path", "status_path", "result_path", "cancel_path")
        }
        return HttpBackend(
            self.url,
            **places,
            cancel_method=self.cancel_method,
            token_header=self.token_header,
            token_prefix=self.token_prefix,
            allowed_origins=self.allowed_origins,
            slots=self.slots,
            limits=Limits(generate_seconds=self.time_limit),
            poll_seconds=self.poll_seconds,
            idempotency_header=self.idempotency_header,
            priority=Priority(**msgspec.structs.asdict(self.priority)),
            fields=HttpFields(**fields, statuses=self.statuses),
            **self.common(),
        )


class _ComfyUi(_Remote, tag="comfyui"):
    model: str = ""
    files: dict[str, str] = {}
    workflow: str = ""
    table: dict[str, str] = {}
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


class _Pool(_Settings, tag="pool"):
    hosts: list[str]
    speculation_share: float = 0.75
    hedge: bool = False


class _Failover(_Settings, tag="failover"):
    local: str
    cloud: str
    cloud_first: bool = False
    jobs_an_hour: int | None = None
    money_an_hour: float | None = None
    price: float = 0.0


class _File(msgspec.Struct, forbid_unknown_fields=True):
    generators: dict[str, _Procedural | _Http | _ComfyUi | _Pool | _Failover]


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


def http_backend(settings: Mapping[str, Any]) -> Backend:
    """A service over HTTP, of what would be lines of its table in a file.

    Raises:
        InvalidDataError: one of them is wrong.
    """
    try:
        return msgspec.convert(with_recipe({**settings, "kind": "http"}), _Http).make()
    except msgspec.ValidationError as error:
        raise InvalidDataError(f"{str(error).rstrip('.')}.") from error


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
        if isinstance(settings, _Http):
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
