"""What the check says of a workflow before it is sent, against what the real server says of it.

The server knows best: what it takes must not be refused, and what is refused here it must refuse
too. What it is asked depends on its version, so nothing is expected but that the two agree.
"""

import asyncio
import json
import uuid

import httpx
import pytest
from npc_video.backends.comfyui.custom import CustomWorkflow
from npc_video.backends.comfyui.node_catalogue import classes_in
from npc_video.backends.comfyui.sample import sample
from npc_video.backends.comfyui.server import Server
from npc_video.backends.http_session import HttpSession

from tests.core.npc_video.backends.comfyui.recorded import DATA, picture, saved, tiny

EXPORTED = sorted(path.stem for path in (DATA / "exported").glob("*.json"))
LOADER = {"class_type": "UNETLoader", "inputs": {"unet_name": "gone", "weight_dtype": "default"}}
PREVIEW = {"class_type": "PreviewImage", "inputs": {"images": ["gone", 0]}}


def repeat(image, amount=1):
    return {"class_type": "RepeatImageBatch", "inputs": {"image": image, "amount": amount}}


def but(node="1", *, without=(), added=None, **inputs):
    """The graph with other inputs of a node, without some, or with other nodes."""
    graph = saved(**(added or {}))
    graph[node]["inputs"] |= inputs
    for name in without:
        del graph[node]["inputs"][name]
    return graph


GRAPHS = {
    "as it is": but(),
    "a whole float": but(width=8.0),
    "a text": but(width="8"),
    "a part": but(width=8.9),
    "a truth": but(width=True),
    "a wrapped value": but(width={"__value__": 8}),
    "a word": but(width="wide"),
    "a text with a dot": but(width="8.5"),
    "nothing": but(width=None),
    "an object": but(width={}),
    "a list": but(width=[1, 2, 3]),
    "an empty list": but(width=[]),
    "below": but(width=0),
    "below when it is whole": but(width=0.5),
    "above": but(width=1_000_000),
    "missing": but(without=["width"]),
    "unknown": but(more=1),
    "an unknown link": but("5", video_preview=["nowhere", 3]),
    "optional and missing": but("4", without=["fps"]),
    "a text for a rate": but("4", fps="24"),
    "a choice that is none": but("5", format="betamax"),
    "a choice of another kind": but("5", format=7),
    "no codec": but("5", without=["codec"]),
    "a codec of newer versions": but("5", without=["codec"], **{"format.codec": "h264"}),
    "a link to nothing": but("4", images=["gone", 0]),
    "a link to no output": but("4", images=["1", 3]),
    "a link from the end": but("4", images=["1", -1]),
    "a link to another kind": but("4", images=["4", 0]),
    "a link into a number": but(width=["1", 0]),
    "a wrong loader that nothing needs": but(added={"s": LOADER}),
    "a wrong preview beside it": but(added={"p": PREVIEW}),
    "a wrong preview alone": {"p": PREVIEW},
    "an unknown node": but(added={"s": {"class_type": "NoSuchNode", "inputs": {}}}),
    "a circle": but("4", images=["a", 0], added={"a": repeat(["b", 0]), "b": repeat(["a", 0])}),
    "a circle that nothing needs": but(added={"a": repeat(["b", 0]), "b": repeat(["a", 0])}),
    "a long chain": but(
        "4",
        images=["r60", 0],
        added={f"r{n}": repeat([f"r{n - 1}", 0] if n else ["1", 0]) for n in range(61)},
    ),
    "no output": {"1": saved()["1"]},
}


async def verdicts(url, graph):
    """What the check has against a graph, and what the server has; each is empty if nothing."""
    session = HttpSession(url)
    server = Server(session)
    async with httpx.AsyncClient(base_url=url, timeout=60.0, trust_env=False) as client:
        try:
            version = await server.version()
            catalogue = await server.catalogue(classes_in(graph), version)
            resolved = catalogue.resolve(graph)
            ours = catalogue.check(resolved)
            prompt_id = str(uuid.uuid4())
            body = {"prompt": resolved, "prompt_id": prompt_id}
            answer = await client.post("/prompt", json=body)
            assert answer.status_code in (200, 400), answer.text
            await client.post("/queue", json={"delete": [prompt_id]})
            await client.post("/interrupt", json={"prompt_id": prompt_id})
            return ours, "" if answer.status_code == 200 else answer.text
        finally:
            await session.close()


def agree(url, graph):
    ours, theirs = asyncio.run(asyncio.wait_for(verdicts(url, graph), 60.0))
    told = [str(problem) for problem in ours.problems]
    assert bool(told) == bool(theirs) or (theirs and ours.doubts), (told, ours.doubts, theirs)


@pytest.mark.parametrize("name", GRAPHS)
def test_the_check_and_the_server_agree(comfyui, name):
    agree(comfyui.url, GRAPHS[name])


@pytest.mark.parametrize("name", EXPORTED)
def test_of_what_a_newer_page_exports(comfyui, name):
    """Most need nodes of newer versions, or of others; either both know them or neither does."""
    workflow = CustomWorkflow((DATA / "exported" / f"{name}.json").read_text("utf-8"))
    asyncio.run(uploaded(comfyui.url))
    agree(comfyui.url, workflow.build(sample()))


@pytest.mark.parametrize("name", EXPORTED)
def test_the_same_in_the_words_of_this_version(comfyui, name):
    """With the codec where the server has it, so that more of them run on older ones."""
    text = (DATA / "exported" / f"{name}.json").read_text("utf-8")
    asyncio.run(uploaded(comfyui.url))
    graph = CustomWorkflow(text.replace('"format.codec"', '"codec"')).build(sample())
    agree(comfyui.url, graph)


def test_of_models_and_their_names(comfyui):
    for graph in (tiny(), tiny(unet="absent.safetensors"), tiny(unet="tiny_wan_i2v")):
        asyncio.run(uploaded(comfyui.url))
        agree(comfyui.url, CustomWorkflow(graph).build(sample()))


async def uploaded(url):
    """Sends the pictures that the graphs start from."""
    async with httpx.AsyncClient(base_url=url, timeout=60.0, trust_env=False) as client:
        for path in (sample().image, "example.png"):
            folder, _, name = path.rpartition("/")
            files = {"image": (name, picture().data, "image/png")}
            data = {"type": "input", "subfolder": folder, "overwrite": "true"}
            (await client.post("/upload/image", files=files, data=data)).raise_for_status()


def test_all_is_json():
    assert json.loads(json.dumps(GRAPHS)) == GRAPHS
