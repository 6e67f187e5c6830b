"""Clips from a ComfyUI server.

`values` is what a graph is filled with. Graphs come from `diffusion`, `ltx` and `wan`, or from a
workflow of the user's own (`custom`, mended by `repair`). `node_catalogue` checks them against the
nodes of the server, which `description` reads, by its own `rules`; `endings` knows what they make.
`messages` and `tracker` understand what the server tells, `server` and `feed` talk to it.
`backend` sends a job and the `picture` that it starts from, `following` waits for its end and
`fetching` fetches its clip.
"""

from .backend import ComfyUiBackend
from .custom import CustomWorkflow
from .diffusion import AnimateDiffLightning, Svd
from .ltx import Ltx25, LtxVideo2b
from .values import Graph, Lora, Values, Workflow
from .wan import Wan22, Wan22Small

__all__ = [
    "AnimateDiffLightning",
    "ComfyUiBackend",
    "CustomWorkflow",
    "Graph",
    "Lora",
    "Ltx25",
    "LtxVideo2b",
    "Svd",
    "Values",
    "Wan22",
    "Wan22Small",
    "Workflow",
]
