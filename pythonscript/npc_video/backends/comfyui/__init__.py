"""Clips from a ComfyUI server.

`values` is what a graph is filled with. Graphs come from `diffusion`, `ltx` and `wan`, or from a
workflow of the user's own (`custom`, mended by `repair`); `catalogue` checks them against what the
server has. `messages` and `tracker` understand what the server tells, `server` and `feed` talk to
it, and `backend` does all of that for one clip after the other.
"""

from .backend import ComfyUiBackend
from .custom import CustomWorkflow
from .diffusion import AnimateDiffLightning, Svd
from .ltx import Ltx25, LtxVideo2b
from .wan import Wan22, Wan22Small

__all__ = [
    "AnimateDiffLightning",
    "ComfyUiBackend",
    "CustomWorkflow",
    "Ltx25",
    "LtxVideo2b",
    "Svd",
    "Wan22",
    "Wan22Small",
]
