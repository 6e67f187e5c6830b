"""What is sent to a video service over HTTP, and how its answer is read: names, not transport."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from ..errors import GenerationInvalidError, InvalidDataError
from .base import GenerationRequest

__all__ = ["HttpFields", "JobState", "request_fields"]

_DONE = frozenset({"completed", "complete", "succeeded", "success", "done", "finished"})
_FAILED = frozenset({"failed", "failure", "error"})
_CANCELLED = frozenset({"cancelled", "canceled", "aborted"})

_REQUEST = frozenset(
    {
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
)
_ANSWER: Mapping[str, str] = MappingProxyType(
    {
        "id": "id",
        "video_url": "videoUrl",
        "status_url": "statusUrl",
        "status": "status",
        "progress": "progress",
        "error": "error",
        "seed": "seed",
    }
)


@dataclass(frozen=True, slots=True)
class JobState:
    """What a service says of a job.

    Attributes:
        video_url: where the clip is, "" while there is none.
        status_url: where to ask again, "" if it does not say.
        progress: 0 to 1, None if it does not say.
        seed: what it drew its noise from, None if it does not say.
        error: why it failed, "" if it has not.
        is_cancelled: somebody ended it.
    """

    video_url: str = ""
    status_url: str = ""
    progress: float | None = None
    seed: int | None = None
    error: str = ""
    is_cancelled: bool = False


@dataclass(frozen=True, slots=True)
class HttpFields:
    """For services that name fields otherwise.

    Attributes:
        request: our name to theirs, such as {"prompt": "input.text"}, with a dot for each level;
            "" leaves the field out. Fields that are not named keep their names.
        answer: the same for `id`, `video_url`, `status_url`, `status`, `progress`, `error` and
            `seed` of their answers; a level may be an index of a list.
        extra: fields of theirs with a fixed value.

    Raises:
        InvalidDataError: `request` or `answer` has a name that is none of ours.
    """

    request: Mapping[str, str] = field(default_factory=dict)
    answer: Mapping[str, str] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for where, names, known in (
            ("request_fields", self.request, _REQUEST),
            ("answer_fields", self.answer, _ANSWER),
        ):
            for name in names:
                if name not in known:
                    raise InvalidDataError.of_unknown(name, known, f"{where}: ")

    def body(self, request: GenerationRequest) -> dict[str, Any]:
        """The question, as JSON."""
        body: dict[str, Any] = {}
        for name, value in (*self.extra.items(), *request_fields(request).items()):
            path = self.request.get(name, name)
            if path:
                _put(body, path.split("."), value)
        return body

    def read(self, answer: Any) -> JobState:
        """What an answer says.

        Raises:
            GenerationInvalidError: it is no object, or an address in it is no text.
        """
        if not isinstance(answer, dict):
            raise GenerationInvalidError("The service answered with JSON that is no object.")
        status = str(self._find(answer, "status") or "").lower()
        error = self._find(answer, "error")
        progress, seed = self._find(answer, "progress"), self._find(answer, "seed")
        if status in _FAILED or error:
            error = str(error or "it did not say why")[:300]
        return JobState(
            video_url=self._address(answer, "video_url"),
            status_url=self._address(answer, "status_url"),
            progress=_part(progress, is_done=status in _DONE),
            seed=seed if isinstance(seed, int) else None,
            error=error or "",
            is_cancelled=status in _CANCELLED,
        )

    def read_id(self, answer: Any) -> str:
        """The job's name at the service, "" if it tells none."""
        found = self._find(answer, "id")
        return "" if found is None else str(found)[:200]

    def _address(self, answer: Any, name: str) -> str:
        value = self._find(answer, name)
        if value is not None and not isinstance(value, str):
            raise GenerationInvalidError(f"The service answered with a {name} that is no text.")
        return value or ""

    def _find(self, answer: Any, name: str) -> Any:
        for step in self.answer.get(name, _ANSWER[name]).split("."):
            if isinstance(answer, dict):
                answer = answer.get(step)
            elif isinstance(answer, list) and step.isdecimal() and int(step) < len(answer):
                answer = answer[int(step)]
            else:
                return None
        return answer


def request_fields(request: GenerationRequest) -> dict[str, Any]:
    """What is told of a clip, in the names of the specification."""
    params, preset = request.params, request.preset
    fields = {
        "prompt": params.prompt,
        "negative_prompt": params.negative_prompt,
        "width": preset.width,
        "height": preset.height,
        "fps": preset.fps,
        "steps": preset.steps,
        "cfg_scale": preset.cfg,
        "loras": list(params.loras),
        "seed": params.seed,
        "duration": request.clip_seconds,
        "npc_id": params.npc_id,
        "npc_name": params.npc_name,
        "expression": params.expression,
        "emotion": params.emotion,
        "animation": params.animation,
        "intensity": params.intensity,
        "style": params.style,
    }
    if request.image is not None:
        data = base64.b64encode(request.image.data).decode("ascii")
        fields["image"] = f"data:{request.image.media_type};base64,{data}"
    return fields


def _put(body: dict[str, Any], path: list[str], value: Any) -> None:
    for step in path[:-1]:
        body = body.setdefault(step, {})
        if not isinstance(body, dict):
            raise GenerationInvalidError(
                f"fields: {'.'.join(path)!r} lies below a field that has a value of its own."
            )
    body[path[-1]] = value


def _part(progress: Any, *, is_done: bool) -> float | None:
    """0 to 1; some services count to 100."""
    if is_done:
        return 1.0
    if isinstance(progress, bool) or not isinstance(progress, int | float):
        return None
    return min(1.0, max(0.0, progress / 100.0 if progress > 1 else float(progress)))
