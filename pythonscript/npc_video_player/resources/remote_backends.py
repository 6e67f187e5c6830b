"""Defines the backends behind an address as resources, with ComfyUI among them.

They contain no token, only the name of the environment variable that has it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import npc_video
from godot import (
    PropertyHint,
    PropertyUsageFlags,
    exposed,
    push_warning,
)
from npc_video.errors import InvalidDataError, NpcVideoError

from ..properties.notifying_export import FinishStarted, NotifyingExport, UntaggedColours
from .backend_resources import NpcBackend
from .game_files import read_file

if TYPE_CHECKING:
    from npc_video import Backend
    from npc_video.backends.comfyui.values import Workflow
    from npc_video.backends.token import Token

__all__ = ["NONE", "USUAL", "NpcComfyUiBackend", "RemoteBackend", "chosen"]

# The values of `npc_video.backends.settings`, which is too slow to import while the engine starts.
_MODELS = ("animatediff_lightning", "ltx25", "ltx_video_2b", "svd", "wan22", "wan22_small")
_LOOPABLE = ("ltx25", "ltx_video_2b", "wan22")
_OWN = "own"
USUAL, NONE = "usual", "none"
"""What stands for what a service usually takes, and for empty text, where that is a choice."""
_OF_WORKFLOWS = ("workflow", "bindings", "loras_after", "output")
_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]*")
_LOCAL = "http://127.0.0.1:8188"


def chosen(value: str) -> str:
    """Returns the chosen word; "" for the one that means empty text."""
    return "" if value == NONE else value


class RemoteBackend(NpcBackend):
    """A backend behind an address."""

    url = NotifyingExport(str, "", doc="The server's address: `https://video.example.org`.")
    token_env = NotifyingExport(
        str,
        "",
        doc="Name of the environment variable that has the server's token, in capitals:"
        " `NPC_VIDEO_TOKEN`. The token itself is never saved. Empty: none is sent.",
    )
    token_header = NotifyingExport(str, "", doc="The header of the token. Empty: `Authorization`.")
    token_prefix = NotifyingExport(
        str,
        USUAL,
        doc="The prefix of the token: `Key`, or `none`. `usual`: as the service wishes, or"
        " `Bearer`. After `Basic` the token may be a user and a password, `USER:PASSWORD`.",
    )
    ca_file = NotifyingExport(
        str,
        "",
        hint=PropertyHint.PROPERTY_HINT_FILE_PATH,
        hint_string="*.crt",
        doc="Certificates in PEM that are trusted beside the usual ones: a self-signed one, or"
        " that of the authority that signed it. Exported games contain files that end in"
        " `.crt`.",
    )
    finish_started = FinishStarted()
    untagged_colours = UntaggedColours()

    @token_env.setter
    def _keep_token_env(self, value: str) -> None:
        if value and not _VARIABLE.fullmatch(value):
            push_warning(
                "token_env: is the name of an environment variable, in capitals, such as"
                " NPC_VIDEO_TOKEN. What was entered is not kept, lest a token be saved."
            )
            return
        RemoteBackend.token_env.store(self, value)

    def _checks(self) -> Iterable[Callable[[], object]]:
        return (self._check_url, self._check_token, self._certificates)

    def _check_url(self) -> None:
        from npc_video.backends.origin import base_of  # 2 ms, for few games

        base_of(self.url)

    def _check_token(self) -> None:
        token = self._token()
        if token is None:
            return
        try:
            token.reveal()
        except NpcVideoError as error:
            raise InvalidDataError(f"token_env: {str(error).removeprefix('token: ')}") from error

    def _certificates(self) -> bytes:
        from npc_video.backends.trust import check_certificates  # loads ssl, 20 ms

        if not self.ca_file:
            return b""
        try:
            return check_certificates(read_file(self.ca_file))
        except FileNotFoundError as error:
            raise InvalidDataError(f"ca_file: {self.ca_file!r} is no file: choose one.") from error

    def _token(self) -> Token | None:
        from npc_video.backends.token import Token  # 2 ms, for few games

        return Token.from_environment(self.token_env) if self.token_env else None


@exposed(tool=True)
class NpcComfyUiBackend(RemoteBackend):
    """A ComfyUI server, with a workflow of the addon or your own."""

    url = NotifyingExport(str, _LOCAL, doc=f"The server's address: `{_LOCAL}`.")
    model = NotifyingExport(
        str,
        "wan22",
        enum=(*_MODELS, _OWN),
        doc="The model; `own` for a workflow of your own. SVD takes no text, so emotions have no"
        " effect on its clips.",
    )
    files = NotifyingExport(
        dict[str, str],
        {},
        doc="Files of the model that have another name on the server: `vae` to its name. A script"
        " assigns a whole new Dictionary.",
    )
    workflow = NotifyingExport(
        str,
        "",
        hint=PropertyHint.PROPERTY_HINT_FILE_PATH,
        hint_string="*.json",
        doc="Saved from ComfyUI with Workflow, Export (API). It has `{{prompt}}`, `{{seed}}`,"
        " `{{image}}` and the like in place of each clip's own values.",
    )
    bindings = NotifyingExport(
        dict[str, str],
        {},
        doc="The inputs for a clip's own values, without writing them into the workflow:"
        " `KSampler.seed` to `seed`. A script assigns a whole new Dictionary.",
    )
    loras_after = NotifyingExport(
        str,
        "",
        doc="Title, class or id of the node with the model that LoRAs are applied to.",
    )
    output = NotifyingExport(
        str,
        "",
        doc="Title, class or id of the node that saves the clip, if several save files.",
    )
    loopable = NotifyingExport(
        bool,
        True,
        doc="Clips end in the NPC's portrait, as they begin with it, so that any clip follows any"
        " other, and itself, without a visible cut. Clips that were made without it are made"
        " anew.",
    )
    reconnect_timeout = NotifyingExport(
        float,
        30.0,
        range=(0, 300, 1),
        suffix="s",
        doc="The time to wait for a lost server before its clips fail.",
    )

    @model.changed
    def _show_fields(self) -> None:
        self.notify_property_list_changed()

    def _validate_property(self, info: dict[str, Any]) -> None:
        hidden = {"files"} if self.model == _OWN else {*_OF_WORKFLOWS}
        if self.model not in _LOOPABLE:
            hidden.add("loopable")
        if info["name"] in hidden:
            info["usage"] &= ~PropertyUsageFlags.PROPERTY_USAGE_EDITOR

    def _make(self) -> Backend:
        return npc_video.ComfyUiBackend(
            self.url,
            self._workflow(),
            token=self._token(),
            loopable=self.loopable,
            token_header=self.token_header or "Authorization",
            token_prefix="Bearer" if self.token_prefix == USUAL else chosen(self.token_prefix),
            certificates=self._certificates(),
            reconnect_timeout=self.reconnect_timeout,
            finish_started=self.finish_started,
            untagged_colours=self.untagged_colours,
        )

    def _checks(self) -> Iterable[Callable[[], object]]:
        return (*super()._checks(), self._workflow)

    def _advice(self) -> Iterable[str]:
        from npc_video.backends.comfyui import CustomWorkflow  # loads asyncio, 0.2 s

        try:
            workflow = self._workflow()
        except InvalidDataError:
            return ()  # which is a problem
        return workflow.advice if isinstance(workflow, CustomWorkflow) else ()

    def _workflow(self) -> Workflow:
        from npc_video.backends.comfyui import CustomWorkflow  # loads asyncio, 0.2 s
        from npc_video.backends.settings import workflow_of  # loads asyncio, 0.2 s

        if self.model != _OWN:
            return workflow_of(self.model, self.files)
        try:
            text = read_file(self.workflow).decode("utf-8-sig", "replace")
        except FileNotFoundError as error:
            raise InvalidDataError(
                f"workflow: {self.workflow!r} is no file: choose one that ComfyUI has saved with"
                " Workflow → Export (API)."
            ) from error
        return CustomWorkflow(
            text, bindings=self.bindings, loras_after=self.loras_after, output=self.output
        )
