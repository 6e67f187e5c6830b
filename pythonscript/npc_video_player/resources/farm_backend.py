"""`NpcFarmBackend`, the resource for a farm whose generators many games share."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from godot import exposed

from ..properties.misuse import report_misuse
from ..properties.notifying_export import NotifyingExport
from .remote_backends import USUAL, RemoteBackend, chosen

if TYPE_CHECKING:
    from npc_video import Backend

__all__ = ["NpcFarmBackend"]

# The default of `npc_video.backends.farm`, which is too slow to import while the engine starts.
_SLOTS = 4


@exposed(tool=True)
class NpcFarmBackend(RemoteBackend):
    """A farm: many games share its generators, and it makes what is most urgent first.

    It hears which clips a player waits for, and which are made ahead. Equal clips of all games are
    made once.
    """

    url = NotifyingExport(str, "", doc="The farm's address: `https://farm.example.org`.")
    generator = NotifyingExport(
        str, "", doc="The farm's name of the generator: `wan22`. Empty: the farm's first one."
    )
    slots = NotifyingExport(
        int,
        _SLOTS,
        range=(1, 64, 1),
        doc="The number of clips that this game has at the farm at once. The farm decides their"
        " order, so it need not be the number of its generators.",
    )
    allowed_origins = NotifyingExport(
        list[str],
        [],
        doc="Other origins from which the farm lets clips be fetched, such as its S3:"
        " `https://s3.example.org`. A script assigns a whole new Array.",
    )

    def set_token(self, token: str) -> None:
        """Sets the token of this run of the game, which is never saved.

        It takes the place of the environment variable named in `token_env`, for all that use that
        one. Requests that are sent later have it. So a game can get a token for its player from its
        own server, and a new one before that expires.
        """
        if self.token_env:
            os.environ[self.token_env] = token
        else:
            report_misuse("set_token: first name the token in token_env, such as NPC_FARM_TOKEN.")

    def _make(self) -> Backend:
        from npc_video.backends.farm.settings import farm_backend  # loads asyncio, 80 ms

        return farm_backend(self._settings(), certificates=self._certificates())

    def _checks(self) -> Iterable[Callable[[], object]]:
        return (*super()._checks(), self._check_origins)

    def _check_origins(self) -> None:
        from npc_video.backends.origin import allowed_origin  # 2 ms, for few games

        for origin in self.allowed_origins:
            allowed_origin(origin)

    def _settings(self) -> dict[str, Any]:
        """Returns the settings here, in the form of a settings file."""
        prefix = {} if self.token_prefix == USUAL else {"token_prefix": chosen(self.token_prefix)}
        header = {"token_header": self.token_header} if self.token_header else {}
        return {
            "url": self.url,
            "token_env": self.token_env,
            "generator": self.generator,
            "slots": self.slots,
            "allowed_origins": list(self.allowed_origins),
            "finish_started": self.finish_started,
            "untagged_colours": self.untagged_colours,
            **prefix,
            **header,
        }
