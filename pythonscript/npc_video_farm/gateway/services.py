"""The things that all requests of a gateway use."""

from dataclasses import dataclass

from ..store.clips import ClipStore
from ..store.valkey import Store
from .census import Census
from .changes import Changes
from .limits import Meter
from .metrics import Metrics

__all__ = ["Services"]


@dataclass(frozen=True, slots=True)
class Services:
    """The stores, and what this gateway knows and counts.

    Attributes:
        project: the farm's name, a part of each clip's key.
        needs_tokens: whether everybody needs a token; without, all are one tenant with all rights.
    """

    store: Store
    clips: ClipStore
    changes: Changes
    census: Census
    meter: Meter
    metrics: Metrics
    project: str
    needs_tokens: bool
