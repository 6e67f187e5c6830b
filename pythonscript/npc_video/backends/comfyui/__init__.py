"""Clips from a ComfyUI server.

`values` holds the parameters of a graph. `diffusion`, `ltx` and `wan` build graphs, or a workflow
of the user's own does (`custom`, repaired by `repair`). `node_catalogue` checks graphs against the
server's nodes, which `description` reads, by its `rules`; `endings` knows the files that they
produce. `messages` and `tracker` interpret the server's messages, `server` and `feed` communicate.
`backend` sends a job and its `picture`, `following` waits for its end and `fetching` fetches the
clip.
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
