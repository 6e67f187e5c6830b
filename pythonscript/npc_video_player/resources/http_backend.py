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
# Settings of the same name that count where they are not empty, and where they are not the usual.
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
    """A video service over HTTP, one's own or in the cloud.

    It is asked with `POST`, and answers with a clip, with where one is, or with where to ask again.
    """

    service = Word(
        str,
        _OWN,
        enum=(_OWN, *RECIPES),
        doc="A well-known service, whose settings are then known; what is set here beside it counts"
        " in their place, and the address may stay empty. `own`: a service of your own.",
    )
    model = NotifyingExport(str, "", doc="The model, as the service calls it: `fal-ai/wan-i2v`.")
    path = NotifyingExport(str, _PATH, doc="Where clips are asked for, below the address.")
    status_path = NotifyingExport(
        str,
        "",
        doc="Where to ask for a job of which the service tells the id only: `api/jobs/{id}`.",
    )
    result_path = NotifyingExport(
        str,
        "",
        doc="Where the clip of a job that is done lies, or the answer that names it:"
        " `api/jobs/{id}/content`.",
    )
    slots = NotifyingExport(
        int,
        1,
        range=(1, 64, 1),
        doc="How many clips the service makes at once, for all players together: what one of them"
        " waits for goes before what is made ahead, and else who came first.",
    )
    allowed_origins = NotifyingExport(
        list[str],
        [],
        doc="Where else clips may be fetched from: `https://cdn.example.org`, or"
        " `https://*.example.org` for all hosts below a name. A script assigns a whole new Array.",
    )
    time_limit = NotifyingExport(
        float,
        0.0,
        range=(0, 3600, 1),
        suffix="s",
        doc="How long a clip is waited for; then it is given up, and not asked for again by itself."
        " 0: as the service usually needs, or 300 s.",
    )
    poll_seconds = NotifyingExport(
        float,
        0.0,
        range=(0, 60, 0.1),
        suffix="s",
        doc="The shortest pause between two questions whether a clip is there. 0: as the service"
        " wishes, or soon at first and each second later.",
    )
    cancel_method = Word(
        str,
        USUAL,
        enum=(USUAL, "DELETE", "POST", "PUT", "PATCH", NONE),
        group="Jobs",
        doc="How a job is given up. `usual`: as the service wishes, or `DELETE`. `none`: a service"
        " of your own has no such thing.",
    )
    cancel_path = NotifyingExport(
        str,
        "",
        doc="Where a job is given up: `api/jobs/{id}/cancel`. Empty: where it is asked for.",
    )
    statuses = NotifyingExport(
        dict[str, str],
        {},
        doc="What a service's own words for the state of a job mean: `baking` to `waiting`, `done`,"
        " `failed` or `cancelled`. Usual words are known. A script assigns a whole new Dictionary.",
    )
    priority = NotifyingExport(
        dict[str, str],
        {},
        doc="The `header` that tells the service how urgent a clip is, what it says of one that is"
        " waited for (`urgent`), and of one that is made ahead (`ahead`). A script assigns a whole"
        " new Dictionary.",
    )
    idempotency_header = NotifyingExport(
        str,
        "",
        doc="The header for a key by which the service knows a job that was sent before:"
        " `Idempotency-Key`. A job whose answer was lost is then sent again. Empty: it never is.",
    )
    request_fields = NotifyingExport(
        dict[str, str],
        {},
        group="Fields",
        doc="What the service calls the fields of a question: `prompt` to `input.text`, with a dot"
        " for each level. Empty text leaves a field out. A script assigns a whole new Dictionary.",
    )
    only_named = NotifyingExport(
        bool, False, doc="Leaves out the fields that are not among Request Fields."
    )
    choices = NotifyingExport(
        dict,
        {},
        doc="The values of a field that the service takes, of which the nearest is sent:"
        " `duration` to `[5, 10]`. A script assigns a whole new Dictionary.",
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
        doc="Where its answers have `id`, `video_url`, `status_url`, `result_url`, `cancel_url`,"
        " `status`, `progress`, `error` and `seed`. A script assigns a whole new Dictionary.",
    )
    extra_fields = NotifyingExport(
        dict,
        {},
        doc="Fields that are sent with every question, with their values; no tokens, as they are"
        " saved. A script assigns a whole new Dictionary.",
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
        """What only shows when all is put together, without what was looked at already."""
        from npc_video.backends.http.settings import http_backend  # loads asyncio, 80 ms

        http_backend(self._settings() | {"url": "http://localhost", "allowed_origins": []})

    def _settings(self) -> dict[str, Any]:
        """What is set here, as it would stand in a file of settings."""
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
        """A Dictionary as JSON would have it."""
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
