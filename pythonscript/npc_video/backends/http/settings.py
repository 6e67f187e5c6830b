"""The settings of services over HTTP, in a file or in the inspector."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from ...errors import InvalidDataError
from ..base import Backend
from ..common_settings import RemoteSettings
from ..http_session import Limits
from ..settings_reading import read_settings
from .backend import HttpBackend
from .fields import HttpFields
from .recipes import with_model, with_recipe
from .rules import Priority

__all__ = ["HttpSettings", "http_backend"]

_LONGEST_LIMIT = 86400.0
_PLACES = ("path", "status_path", "result_path", "cancel_path")


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


class HttpSettings(RemoteSettings, tag="http"):
    service: str = ""
    model: str = ""
    path: str = "api/generate-video"
    status_path: str = ""
    result_path: str = ""
    cancel_method: str = "DELETE"
    cancel_path: str = ""
    allowed_origins: list[str] = msgspec.field(default_factory=list)
    slots: int = 1
    time_limit: float = Limits().generate_seconds
    poll_seconds: float | None = None
    idempotency_header: str = ""
    statuses: dict[str, str] = msgspec.field(default_factory=dict)
    priority: _Priority = msgspec.field(default_factory=_Priority)
    fields: _Fields = msgspec.field(default_factory=_Fields)

    def make(self, folder: Path, certificates: bytes = b"") -> Backend:
        if not 0.0 < self.time_limit <= _LONGEST_LIMIT:
            raise InvalidDataError(
                f"time_limit: {self.time_limit:g} is outside the range above 0 up to"
                f" {_LONGEST_LIMIT:g}."
            )
        self._check_model()
        fields = msgspec.structs.asdict(self.fields)
        fields["extra"] = with_model(self.fields.extra, self.model)
        places = {name: with_model(getattr(self, name), self.model) for name in _PLACES}
        common = self.common(folder)
        common["certificates"] = certificates or common["certificates"]
        return HttpBackend(
            self.url,
            **places,
            cancel_method=self.cancel_method,
            allowed_origins=self.allowed_origins,
            slots=self.slots,
            limits=Limits(generate_seconds=self.time_limit),
            poll_seconds=self.poll_seconds,
            idempotency_header=self.idempotency_header,
            priority=Priority(**msgspec.structs.asdict(self.priority)),
            fields=HttpFields(**fields, statuses=self.statuses),
            **common,
        )

    def _check_model(self) -> None:
        """Refuses a model that is not sent; with a recipe, settings may replace its use."""
        sent = [self.fields.extra, *(getattr(self, name) for name in _PLACES)]
        if self.model and not self.service and with_model(sent, self.model) == sent:
            raise InvalidDataError(
                "model: no setting uses it: write {model} into path or fields.extra, or remove it."
            )


def http_backend(settings: Mapping[str, Any], certificates: bytes = b"") -> Backend:
    """A service over HTTP, from the settings of its table in a file.

    Args:
        certificates: the content of its `ca_file`.

    Raises:
        InvalidDataError: a setting is wrong.
    """
    read = read_settings(with_recipe({**settings, "kind": "http"}), HttpSettings)
    return read.make(Path(), certificates)
