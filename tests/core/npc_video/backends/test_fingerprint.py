"""Which generators make clips that can stand for each other."""

from npc_video.backends.callable import CallableBackend
from npc_video.backends.comfyui import (
    AnimateDiffLightning,
    ComfyUiBackend,
    CustomWorkflow,
    Ltx25,
    LtxVideo2b,
    Svd,
    Wan22,
    Wan22Small,
)
from npc_video.backends.comfyui.custom import PARAMETERS
from npc_video.backends.failover import FailoverBackend
from npc_video.backends.http.backend import HttpBackend
from npc_video.backends.http.fields import HttpFields
from npc_video.backends.pool.backend import BackendPool
from npc_video.backends.procedural import ProceduralBackend

from .comfyui.recorded import tiny

URL, OTHER_URL = "http://127.0.0.1:8188", "http://127.0.0.1:8189"
# Those that clips on disk have which were made before any ended in the picture.
BEFORE_LOOPABLE = {
    Wan22(): "1a26b40b06e17280",
    LtxVideo2b(checkpoint="ltx-video-2b-v0.9.8-distilled.safetensors"): "c0daf68976ba92d8",
    Ltx25(): "23159cebbf6d1dec",
    Svd(): "0d199c222a53dd69",
    Wan22Small(): "4bcec9b9f8865009",
    AnimateDiffLightning(): "8e0315a44a73a5c4",
}


def are_all_different(backends):
    return len({backend.fingerprint for backend in backends}) == len(backends)


def comfyui(workflow, url=URL):
    return ComfyUiBackend(url, workflow)


def one(request):
    """A generator function."""


def other(request):
    """Another one."""


def test_a_workflow_has_its_own_whichever_server_runs_it():
    assert comfyui(Wan22()).fingerprint == comfyui(Wan22(), OTHER_URL).fingerprint
    slow = ComfyUiBackend(URL, Wan22(), reconnect_timeout=100.0, headers={"X-Game": "ember"})
    assert slow.fingerprint == comfyui(Wan22()).fingerprint
    workflows = (Wan22(), Wan22(vae="other.safetensors"), Wan22Small(), Svd())
    assert are_all_different([comfyui(workflow) for workflow in workflows])


def test_clips_that_end_in_the_picture_count_apart_and_the_others_as_before():
    for chain, before in BEFORE_LOOPABLE.items():
        assert ComfyUiBackend(URL, chain, loopable=False).fingerprint == before
        is_kept = comfyui(chain).fingerprint == before
        assert is_kept == (not chain.can_end_in_image)
    own = CustomWorkflow(tiny())
    assert ComfyUiBackend(URL, own, loopable=False).fingerprint == comfyui(own).fingerprint


def test_in_a_workflow_of_ones_own_everything_counts():
    workflows = [CustomWorkflow(tiny(unet="other.safetensors"))]
    for name in sorted(PARAMETERS):
        graph = tiny()
        graph["4"]["inputs"]["text"] = "{{" + name + "}}"
        workflows.append(CustomWorkflow(graph))
    assert are_all_different([comfyui(workflow) for workflow in workflows])
    assert (
        comfyui(CustomWorkflow(tiny())).fingerprint == comfyui(CustomWorkflow(tiny())).fingerprint
    )
    bindings = {"4.text": "emotion"}
    graph = tiny()
    graph["4"]["inputs"]["text"] = "{{emotion}}"
    by_bindings, written = CustomWorkflow(tiny(), bindings=bindings), CustomWorkflow(graph)
    assert comfyui(by_bindings).fingerprint == comfyui(written).fingerprint


def test_a_service_is_its_address_and_what_it_is_asked():
    services = (
        HttpBackend(URL),
        HttpBackend(OTHER_URL),
        HttpBackend(URL, path="other"),
        HttpBackend(URL, fields=HttpFields(extra={"model": "tiny"})),
        HttpBackend(URL, fields=HttpFields(request={"prompt": ""})),
    )
    assert are_all_different(services)
    assert HttpBackend(URL, slots=3, status_path="jobs/{id}").fingerprint == services[0].fingerprint


def test_a_function_is_where_it_is_defined_or_as_it_is_called():
    class Maker:
        def __call__(self, request):
            """A generator function."""

    functions = (one, other, Maker(), Maker().__call__, lambda request: None)
    assert are_all_different([CallableBackend(function) for function in functions])
    assert CallableBackend(one, slots=2).fingerprint == CallableBackend(one).fingerprint
    assert CallableBackend(Maker()).fingerprint == CallableBackend(Maker()).fingerprint
    named = CallableBackend(one, name="mine")
    assert named.fingerprint == CallableBackend(other, name="mine").fingerprint


def test_other_colours_are_other_clips():
    for make in (
        lambda **colours: HttpBackend(URL, **colours),
        lambda **colours: CallableBackend(one, **colours),
        lambda **colours: ComfyUiBackend(URL, Wan22(), **colours),
    ):
        assert make(untagged_colours="bt601").fingerprint == make().fingerprint
        assert make(untagged_colours="bt709").fingerprint != make().fingerprint


def test_those_made_of_others_have_theirs():
    same = BackendPool({"a": comfyui(Svd()), "b": comfyui(Svd(), OTHER_URL)})
    assert same.fingerprint == comfyui(Svd()).fingerprint
    mixed = FailoverBackend(comfyui(Svd()), ProceduralBackend())
    turned = FailoverBackend(ProceduralBackend(), same, cloud_first=True)
    assert mixed.fingerprint == turned.fingerprint
    assert are_all_different([mixed, same, ProceduralBackend()])
    assert ProceduralBackend(simulate_latency=True).fingerprint == ProceduralBackend().fingerprint
