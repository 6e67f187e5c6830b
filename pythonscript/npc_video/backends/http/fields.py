"""Maps our parameters to the fields of a video service, and back.

`values` writes values, `answer` reads responses.
"""

import base64
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...errors import GenerationInvalidError, InvalidDataError
from ..base import GenerationRequest
from .answer import ANSWER, JobState, JobWord, find, read_state, word_of
from .values import Choice, nearest, places_of, written

__all__ = ["REQUEST", "HttpFields", "request_fields"]

# Sent only if the service has a name for them.
_ON_DEMAND = frozenset({"frame_count", "size"})
REQUEST = _ON_DEMAND | {
    "prompt",
    "negative_prompt",
    "width",
    "height",
    "fps",
    "steps",
    "cfg_scale",
    "loras",
    "seed",
    "duration",
    "npc_id",
    "npc_name",
    "expression",
    "emotion",
    "animation",
    "intensity",
    "style",
    "image",
}
"""Our names for the fields of a request."""


@dataclass(frozen=True, slots=True)
class HttpFields:
    """Names and values of fields, for services that differ from the default.

    Attributes:
        request: their names by ours, such as {"prompt": "input.text"}, with a dot for each level;
            "" leaves a field out. Other fields keep our names. `size`, as "512x384", and
            `frame_count` are sent only if they are named.
        only_named: leaves out the fields that are not in `request`.
        choices: the values that a service accepts, by our name; the nearest one is sent.
        texts: text templates by our name, such as {"duration": "{}s", "size": "{width}:{height}"}.
        extra: fixed values by their names, with dots; they replace ours.
        answer: their names by ours, for `id`, `video_url`, `status_url`, `result_url`,
            `cancel_url`, `status`, `progress`, `error` and `seed` of responses; a level may be an
            index of a list.
        statuses: "waiting", "done", "failed" or "cancelled" by the service's word for the state of
            a job, in addition to the usual words.

    Raises:
        InvalidDataError: a name is unknown, or a value is not allowed.
    """

    request: Mapping[str, str] = field(default_factory=dict)
    answer: Mapping[str, str] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)
    only_named: bool = False
    choices: Mapping[str, Sequence[Choice]] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    statuses: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        places = set().union(*map(places_of, self.texts.values())) - {""}
        known: Collection[str]
        for where, names, known in (
            ("request_fields", self.request, REQUEST),
            ("answer_fields", self.answer, ANSWER),
            ("choices", self.choices, REQUEST - {"image", "loras"}),
            ("texts", self.texts, REQUEST - {"image"}),
            ("texts", places, REQUEST - {"image"}),
        ):
            for name in names:
                if name not in known:
                    raise InvalidDataError.of_unknown(name, known, f"{where}: ")
        for name, choices in self.choices.items():
            if not choices:
                raise InvalidDataError(f"choices: {name} needs at least one value.")
        for word, meaning in self.statuses.items():
            if meaning not in set(JobWord):
                known = [str(each) for each in JobWord]
                raise InvalidDataError.of_unknown(meaning, known, f"statuses: {word}: ")

    @property
    def sends_image(self) -> bool:
        """Whether the NPC's picture is sent."""
        return bool(self._place("image"))

    def body(self, request: GenerationRequest) -> dict[str, Any]:
        """The body of a request, for JSON.

        Raises:
            GenerationInvalidError: a field lies below one that has a value of its own.
        """
        ours = request_fields(request, with_image=self.sends_image)
        values = {path: self._value(name, ours) for name in ours if (path := self._place(name))}
        values |= _flat(self.extra)
        body: dict[str, Any] = {}
        for path in sorted(values):
            _put(body, path.split("."), values[path])
        return body

    def read(self, answer: Any) -> JobState:
        """Reads a response.

        Raises:
            GenerationInvalidError: it is not an object, or an address in it is not text.
        """
        words = {word_of(word): JobWord(each) for word, each in self.statuses.items()}
        return read_state(answer, self.answer, words)

    def read_id(self, answer: Any) -> str:
        """The service's id of the job, "" if there is none."""
        found = find(answer, self.answer.get("id", ANSWER["id"]))
        return "" if found is None else str(found)[:200]

    def _place(self, name: str) -> str:
        usual = "" if self.only_named or name in _ON_DEMAND else name
        return self.request.get(name, usual)

    def _value(self, name: str, ours: Mapping[str, Any]) -> Any:
        value = ours[name]
        if name in self.choices:
            value = nearest(value, self.choices[name])
        return written(self.texts[name], value, ours) if name in self.texts else value


def request_fields(request: GenerationRequest, *, with_image: bool = True) -> dict[str, Any]:
    """All parameters of a clip, with the names in the specification."""
    params, preset = request.params, request.preset
    fields = {
        "prompt": params.prompt,
        "negative_prompt": params.negative_prompt,
        "width": preset.width,
        "height": preset.height,
        "size": f"{preset.width}x{preset.height}",
        "fps": preset.fps,
        "steps": preset.steps,
        "cfg_scale": preset.cfg,
        "loras": list(params.loras),
        "seed": params.seed,
        "duration": request.clip_seconds,
        "frame_count": request.frame_count,
        "npc_id": params.npc_id,
        "npc_name": params.npc_name,
        "expression": params.expression,
        "emotion": params.emotion,
        "animation": params.animation,
        "intensity": params.intensity,
        "style": params.style,
    }
    if request.image is not None and with_image:
        data = base64.b64encode(request.image.data).decode("ascii")
        fields["image"] = f"data:{request.image.media_type};base64,{data}"
    return fields


def _flat(fields: Mapping[str, Any], above: str = "") -> dict[str, Any]:
    """Nested objects as paths, so that our fields can be added to them."""
    flat: dict[str, Any] = {}
    for name, value in fields.items():
        path = f"{above}{name}"
        if isinstance(value, dict):
            flat |= _flat(value, f"{path}.") or {path: {}}
        else:
            flat[path] = value
    return flat


def _put(body: dict[str, Any], path: list[str], value: Any) -> None:
    for step in path[:-1]:
        body = body.setdefault(step, {})
        if not isinstance(body, dict):
            raise GenerationInvalidError(
                f"fields: {'.'.join(path)!r} lies below a field that has a value of its own."
            )
    body[path[-1]] = value
