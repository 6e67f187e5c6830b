"""`NpcHttpBackend`, the resource for a video service over HTTP."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from godot import exposed
from npc_video.backends.http.recipes import RECIPES
from npc_video.errors import InvalidDataError

from ..properties.notifying_export import NotifyingExport, Word
from .remote_backends import NONE, USUAL, RemoteBackend, chosen

if TYPE_CHECKING:
    from npc_video import Backend
    from npc_video.backends.token import Token

__all__ = ["NpcHttpBackend"]

_PATH = "api/generate-video"
_OWN = "own"
# Settings that apply if they are not empty, and if they differ from the default.
_NAMED = (
    "model",
    "token_env",
    "status_path",
    "result_path",
    "cancel_path",
    "token_header",
    "idempotency_header",
    "time_limit",
    "poll_seconds",
    "finish_started",
)
_CHOSEN = ("cancel_method", "token_prefix")


@exposed(tool=True)
class NpcHttpBackend(RemoteBackend):
    """A video service over HTTP, your own or in the cloud.

    It gets a `POST`, and answers with a clip, with a clip's address, or with the address of its
    status.
    """

    service = Word(
        str,
        _OWN,
        enum=(_OWN, *RECIPES),
        doc="A well-known service, whose settings are then known. Settings beside it override"
        " them, and the address may stay empty. `own`: a service of your own.",
    )
    model = NotifyingExport(str, "", doc="The service's name of the model: `fal-ai/wan-i2v`.")
    path = NotifyingExport(str, _PATH, doc="The path of new jobs, below the address.")
    status_path = NotifyingExport(
        str,
        "",
        doc="The path of a job's state, if the service returns only an id: `api/jobs/{id}`.",
    )
    result_path = NotifyingExport(
        str,
        "",
        doc="The path of a finished clip, or of the answer that names it: `api/jobs/{id}/content`.",
    )
    slots = NotifyingExport(
        int,
        1,
        range=(1, 64, 1),
        doc="The number of clips that the service makes at once, for all players together. Clips"
        " that a player waits for go before those made ahead, otherwise in the order of"
        " requests.",
    )
    allowed_origins = NotifyingExport(
        list[str],
        [],
        doc="Other origins from which clips may be fetched: `https://cdn.example.org`, or"
        " `https://*.example.org` for all hosts below a name. A script assigns a whole new"
        " Array.",
    )
    time_limit = NotifyingExport(
        float,
        0.0,
        range=(0, 3600, 1),
        suffix="s",
        doc="The time to wait for a clip. Then it is given up, and not requested again by itself."
        " 0: as the service usually needs, or 300 s.",
    )
    poll_seconds = NotifyingExport(
        float,
        0.0,
        range=(0, 60, 0.1),
        suffix="s",
        doc="The shortest pause between two status requests. 0: as the service wishes, or soon at"
        " first and each second later.",
    )
    cancel_method = Word(
        str,
        USUAL,
        enum=(USUAL, "DELETE", "POST", "PUT", "PATCH", NONE),
        group="Jobs",
        doc="The HTTP method that cancels a job. `usual`: as the service wishes, or `DELETE`."
        " `none`: a service of your own cannot cancel.",
    )
    cancel_path = NotifyingExport(
        str,
        "",
        doc="The path that cancels a job: `api/jobs/{id}/cancel`. Empty: that of its state.",
    )
    statuses = NotifyingExport(
        dict[str, str],
        {},
        doc="The meaning of a service's own words for the state of a job: `baking` to `waiting`,"
        " `done`, `failed` or `cancelled`. Usual words are known. A script assigns a whole new"
        " Dictionary.",
    )
    priority = NotifyingExport(
        dict[str, str],
        {},
        doc="The `header` for the urgency of a clip, its value for one that is waited for"
        " (`urgent`), and for one that is made ahead (`ahead`). A script assigns a whole new"
        " Dictionary.",
    )
    idempotency_header = NotifyingExport(
        str,
        "",
        doc="The header for a key by which the service recognises a job that was sent before:"
        " `Idempotency-Key`. A job whose answer was lost is then sent again. Empty: it never"
        " is.",
    )
    request_fields = NotifyingExport(
        dict[str, str],
        {},
        group="Fields",
        doc="The service's names of the fields in a request: `prompt` to `input.text`, with a dot"
        " for each level. Empty text leaves a field out. A script assigns a whole new"
        " Dictionary.",
    )
    only_named = NotifyingExport(
        bool, False, doc="Leaves out the fields that are not among Request Fields."
    )
    choices = NotifyingExport(
        dict,
        {},
        doc="The values that the service accepts for a field; the nearest is sent: `duration` to"
        " `[5, 10]`. A script assigns a whole new Dictionary.",
    )
    texts = NotifyingExport(
        dict[str, str],
        {},
        doc="Fields as text: `duration` to `{}s`, `size` to `{width}:{height}`. A script assigns a"
        " whole new Dictionary.",
    )
    answer_fields = NotifyingExport(
        dict[str, str],
        {},
        doc="The places of `id`, `video_url`, `status_url`, `result_url`, `cancel_url`, `status`,"
        " `progress`, `error` and `seed` in its answers. A script assigns a whole new"
        " Dictionary.",
    )
    extra_fields = NotifyingExport(
        dict,
        {},
        doc="Fields that are sent with every request, with their values; no tokens, because they"
        " are saved. A script assigns a whole new Dictionary.",
    )

    def _make(self) -> Backend:
        from npc_video.backends.http.settings import http_backend  # loads asyncio, 80 ms

        return http_backend(self._settings(), certificates=self._certificates())

    def _checks(self) -> Iterable[Callable[[], object]]:
        return (*super()._checks(), self._check_origins, self._check_rest)

    def _check_url(self) -> None:
        if self.url or self.service == _OWN:
            super()._check_url()

    def _token(self) -> Token | None:
        from npc_video.backends.token import Token  # 2 ms, for few games

        name = self.token_env or RECIPES.get(self.service, {}).get("token_env", "")
        return Token.from_environment(name) if name else None

    def _check_origins(self) -> None:
        from npc_video.backends.origin import allowed_origin  # 2 ms, for few games

        for origin in self.allowed_origins:
            allowed_origin(origin)

    def _check_rest(self) -> None:
        """Checks all settings together, without the checks that were made already."""
        from npc_video.backends.http.settings import http_backend  # loads asyncio, 80 ms

        http_backend(self._settings() | {"url": "http://localhost", "allowed_origins": []})

    def _settings(self) -> dict[str, Any]:
        """Returns the settings here, in the form of a settings file."""
        held = {name: value for name in _NAMED if (value := getattr(self, name))}
        held |= {n: chosen(v) for n in _CHOSEN if (v := getattr(self, n)) != USUAL}
        held |= {"service": self.service} if self.service != _OWN else {}
        held |= {"url": self.url} if self.url or self.service == _OWN else {}
        held |= {"path": self.path} if self.path != _PATH else {}
        fields = {
            "request": dict(self.request_fields),
            "choices": self._plain("choices"),
            "texts": dict(self.texts),
            "answer": dict(self.answer_fields),
            "extra": self._plain("extra_fields"),
        }
        return held | {
            "slots": self.slots,
            "untagged_colours": self.untagged_colours,
            "allowed_origins": list(self.allowed_origins),
            "statuses": dict(self.statuses),
            "priority": dict(self.priority),
            "fields": fields | ({"only_named": True} if self.only_named else {}),
        }

    def _plain(self, name: str) -> dict[str, Any]:
        """Returns a Dictionary in the types of JSON."""
        held = getattr(self, name)
        try:
            sent = json.loads(json.dumps(held, allow_nan=False))
        except (TypeError, ValueError):
            sent = None
        if sent != held:
            raise InvalidDataError(
                f"{name}: names must be texts, and values texts, finite numbers, true, false,"
                " null, or Arrays and Dictionaries of these."
            )
        return dict(sent)
