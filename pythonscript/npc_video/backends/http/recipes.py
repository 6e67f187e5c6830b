"""Settings of well-known video services, by name.

A recipe replaces lines of the settings file: `service = "fal"` stands for all of its lines, and
lines in the file take precedence. "{model}" is replaced by the model that the file names. The
tables follow the services' documentation; `docs/generators.md` says which were tried.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from ...errors import InvalidDataError

__all__ = ["RECIPES", "with_model", "with_recipe"]

_FAL: Mapping[str, Any] = {
    "url": "https://queue.fal.run",
    "path": "{model}",
    "token_env": "FAL_KEY",
    "token_prefix": "Key",
    "allowed_origins": ["https://fal.media", "https://*.fal.media"],
    "finish_started": True,
    "cancel_method": "PUT",
    "poll_seconds": 1.0,
    "time_limit": 600.0,
    "priority": {"header": "X-Fal-Queue-Priority", "urgent": "normal", "ahead": "low"},
    "fields": {
        "only_named": True,
        "request": {"prompt": "prompt", "image": "image_url", "seed": "seed"},
        "answer": {
            "id": "request_id",
            "status_url": "status_url",
            "result_url": "response_url",
            "cancel_url": "cancel_url",
            "video_url": "video",
        },
    },
}
_FAL_SYNC: Mapping[str, Any] = {
    **{name: _FAL[name] for name in ("path", "token_env", "token_prefix", "allowed_origins")},
    "url": "https://fal.run",
    "finish_started": True,
    "cancel_method": "",
    "time_limit": 600.0,
    "fields": {
        "only_named": True,
        "request": _FAL["fields"]["request"],
        "answer": {"video_url": "video"},
    },
}
_REPLICATE: Mapping[str, Any] = {
    "url": "https://api.replicate.com",
    "path": "v1/models/{model}/predictions",
    "token_env": "REPLICATE_API_TOKEN",
    "allowed_origins": ["https://replicate.delivery", "https://*.replicate.delivery"],
    "finish_started": True,
    "cancel_method": "POST",
    "poll_seconds": 1.0,
    "time_limit": 600.0,
    "fields": {
        "only_named": True,
        "request": {"prompt": "input.prompt", "image": "input.image", "seed": "input.seed"},
        "answer": {"status_url": "urls.get", "cancel_url": "urls.cancel", "video_url": "output"},
    },
}
_RUNWAY: Mapping[str, Any] = {
    "url": "https://api.dev.runwayml.com",
    "model": "gen4_turbo",
    "path": "v1/image_to_video",
    "status_path": "v1/tasks/{id}",
    "token_env": "RUNWAYML_API_SECRET",
    "headers": {"X-Runway-Version": "2024-11-06"},
    "allowed_origins": ["https://*.cloudfront.net"],
    "finish_started": True,
    "poll_seconds": 5.0,
    "time_limit": 600.0,
    "fields": {
        "only_named": True,
        "request": {
            "prompt": "promptText",
            "image": "promptImage",
            "seed": "seed",
            "duration": "duration",
            "size": "ratio",
        },
        "choices": {
            "duration": [5, 10],
            "size": ["960:960", "1280:720", "720:1280", "1104:832", "832:1104", "1584:672"],
        },
        "extra": {"model": "{model}"},
        "answer": {"video_url": "output", "error": "failure"},
    },
}
_LUMA: Mapping[str, Any] = {
    "url": "https://api.lumalabs.ai",
    "model": "ray-flash-2",
    "path": "dream-machine/v1/generations",
    "status_path": "dream-machine/v1/generations/{id}",
    "token_env": "LUMAAI_API_KEY",
    "allowed_origins": ["https://*.cdn-luma.com"],
    "finish_started": True,
    "poll_seconds": 3.0,
    "time_limit": 600.0,
    "fields": {
        "only_named": True,
        "request": {
            "prompt": "prompt",
            "duration": "duration",
            "size": "aspect_ratio",
            "height": "resolution",
        },
        "choices": {
            "duration": ["5s", "9s"],
            "size": ["1:1", "16:9", "9:16", "4:3", "3:4", "21:9", "9:21"],
            "height": ["540p", "720p", "1080p"],
        },
        "extra": {"model": "{model}"},
        "answer": {"status": "state", "video_url": "assets.video", "error": "failure_reason"},
    },
}
_OPENAI: Mapping[str, Any] = {
    "url": "https://api.openai.com",
    "model": "sora-2",
    "path": "v1/videos",
    "status_path": "v1/videos/{id}",
    "result_path": "v1/videos/{id}/content",
    "token_env": "OPENAI_API_KEY",
    "finish_started": True,
    "cancel_method": "",
    "poll_seconds": 5.0,
    "time_limit": 900.0,
    "fields": {
        "only_named": True,
        "request": {
            "prompt": "prompt",
            "image": "input_reference.image_url",
            "duration": "seconds",
            "size": "size",
        },
        "choices": {"duration": ["4", "8", "12"], "size": ["720x1280", "1280x720"]},
        "extra": {"model": "{model}"},
    },
}
_RUNPOD: Mapping[str, Any] = {
    "url": "https://api.runpod.ai",
    "path": "v2/{model}/run",
    "status_path": "v2/{model}/status/{id}",
    "cancel_method": "POST",
    "cancel_path": "v2/{model}/cancel/{id}",
    "token_env": "RUNPOD_API_KEY",
    "finish_started": True,
    "poll_seconds": 1.0,
    "time_limit": 900.0,
    "fields": {
        "only_named": True,
        "request": {
            "prompt": "input.prompt",
            "negative_prompt": "input.negative_prompt",
            "image": "input.image",
            "seed": "input.seed",
            "width": "input.width",
            "height": "input.height",
        },
        "answer": {"video_url": "output"},
    },
}
RECIPES: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "fal": _FAL,
        "fal-sync": _FAL_SYNC,
        "luma": _LUMA,
        "openai": _OPENAI,
        "replicate": _REPLICATE,
        "runpod": _RUNPOD,
        "runway": _RUNWAY,
    }
)
"""Settings of the kind "http", by the name of the service."""


def with_recipe(given: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of a service: `given`, completed by its recipe.

    Tables are completed line by line; origins are added to those of the recipe.

    Raises:
        InvalidDataError: there is no recipe of that name.
    """
    service = given.get("service")
    if not service or not isinstance(service, str):
        return dict(given)
    if service not in RECIPES:
        raise InvalidDataError.of_unknown(service, RECIPES, "service: ")
    merged = _merged(RECIPES[service], given)
    if "token_env" not in given and _has_own_token(given):
        del merged["token_env"]
    return merged


def with_model(value: Any, model: str) -> Any:
    """A value with "{model}" replaced by the model's name, also within tables and lists.

    Raises:
        InvalidDataError: there is such a placeholder, but no model.
    """
    if isinstance(value, dict):
        return {name: with_model(each, model) for name, each in value.items()}
    if isinstance(value, list):
        return [with_model(each, model) for each in value]
    if not isinstance(value, str) or "{model}" not in value:
        return value
    if not model:
        raise InvalidDataError("model: name the model to use, as the service calls it.")
    return value.replace("{model}", model)


def _has_own_token(given: Mapping[str, Any]) -> bool:
    """Whether the settings replace the token of the recipe."""
    headers = given.get("headers")
    sent = map(str.lower, headers) if isinstance(headers, Mapping) else ()
    return bool(given.get("token_file")) or "authorization" in sent


def _merged(recipe: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(recipe)
    for name, value in given.items():
        usual = recipe.get(name)
        if isinstance(usual, Mapping) and isinstance(value, Mapping):
            merged[name] = _merged(usual, value)
        elif name == "allowed_origins" and isinstance(value, list):
            merged[name] = [*recipe.get(name, ()), *value]
        else:
            merged[name] = value
    return merged
