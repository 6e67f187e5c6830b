"""All node types, by family; importing this package registers them in `NODE_TYPES`."""

from . import inputs, logic, maths, response, state, util, video
from .base import NODE_TYPES

__all__ = ["NODE_TYPES", "inputs", "logic", "maths", "response", "state", "util", "video"]
