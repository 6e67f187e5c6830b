"""What real servers said (see tests/data/comfyui), and the workflow that the tiny model runs."""

import copy
import functools
import json
import struct
import zlib
from pathlib import Path

from npc_video.backends.base import NpcImage

DATA = Path(__file__).parents[4] / "data" / "comfyui"
CLIP = (DATA / "captures" / "wan_tiny.mp4").read_bytes()


@functools.cache
def _text(name):
    return (DATA / name).read_text("utf-8")


def capture(name):
    return json.loads(_text(f"captures/{name}.json"))


def answered(name):
    """The JSON that a server answered."""
    return capture(name)["response"]["json"]


def nodes():
    return json.loads(_text("object_info.json"))


def workflow(name):
    """A graph, and how the server's validator answered it."""
    recorded = json.loads(_text(f"workflows/{name}.json"))
    return recorded["prompt"], recorded["response"]


def tiny(*, slow=0.0, steps=10, fail="", oom=False, unet="tiny_wan_i2v.safetensors"):
    """The recorded workflow of the tiny model, with places; its pictures may go through a slow or a
    failing node of the test server."""
    graph = copy.deepcopy(capture("prompt_wan_tiny")["request"]["json"]["prompt"])
    graph["1"]["inputs"]["unet_name"] = unet
    graph["4"]["inputs"]["text"] = "{{prompt}}"
    graph["7"]["inputs"]["image"] = "{{image}}"
    graph["8"]["inputs"] |= {
        "width": "{{width}}",
        "height": "{{height}}",
        "length": "{{frames}}",
    }
    graph["9"]["inputs"] |= {"seed": "{{seed}}", "steps": "{{steps}}"}
    graph["11"]["inputs"]["fps"] = "{{fps}}"
    images = graph["11"]["inputs"]["images"]
    if slow:
        inputs = {"image": images, "seconds": slow, "steps": steps}
        graph["20"] = {"class_type": "TestSlow", "inputs": inputs}
        images = ["20", 0]
    if fail:
        inputs = {"image": images, "message": fail, "oom": oom}
        graph["21"] = {"class_type": "TestFail", "inputs": inputs}
        images = ["21", 0]
    graph["11"]["inputs"]["images"] = images
    return graph


def still(*, slow=0.0):
    """A workflow without a model, which shows the NPC's picture for a while: soon done."""
    graph = {
        "7": {"class_type": "LoadImage", "inputs": {"image": "{{image}}"}},
        "8": {
            "class_type": "ImageScale",
            "inputs": {
                "image": ["7", 0],
                "upscale_method": "nearest-exact",
                "width": "{{width}}",
                "height": "{{height}}",
                "crop": "disabled",
            },
        },
        "9": {"class_type": "RepeatImageBatch", "inputs": {"image": ["8", 0], "amount": 9}},
        "11": {"class_type": "CreateVideo", "inputs": {"images": ["9", 0], "fps": "{{fps}}"}},
        "12": tiny()["12"],
    }
    if slow:
        inputs = {"image": ["9", 0], "seconds": slow, "steps": 10}
        graph["20"] = {"class_type": "TestSlow", "inputs": inputs}
        graph["11"]["inputs"]["images"] = ["20", 0]
    return graph


def picture(shade=120, size=64):
    """A PNG of one colour."""
    rows = (b"\0" + bytes([shade, 40, 200]) * size) * size

    def chunk(kind, data):
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check

    head = struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)
    return NpcImage.of(
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def saved(**added):
    """A graph of nodes that every server has, and others."""
    return {
        "1": {
            "class_type": "EmptyImage",
            "inputs": {"width": 64, "height": 64, "batch_size": 9, "color": 0},
        },
        "4": {"class_type": "CreateVideo", "inputs": {"images": ["1", 0], "fps": 8}},
        "5": {
            "class_type": "SaveVideo",
            "inputs": {"video": ["4", 0], "filename_prefix": "a", "format": "mp4", "codec": "h264"},
        },
    } | added
