"""Graphs for the models that ship with a chain, against graphs that a real validator accepted."""

from dataclasses import replace

import pytest
from npc_video.backends.base import GenerationRequest
from npc_video.backends.comfyui import (
    AnimateDiffLightning,
    Ltx25,
    LtxVideo2b,
    Svd,
    Wan22,
    Wan22Small,
)
from npc_video.backends.comfyui.values import Lora, Values
from npc_video.errors import GenerationInvalidError
from npc_video.records import QUALITY_PRESETS, VideoParams

from .recorded import workflow

# The recorded graph, the chain that makes it, the preset that it was recorded with, and what is
# chosen by rule here and was chosen by hand there.
RECORDED = {
    "svd_xt_i2v_512_24f": (
        Svd(),
        {"width": 512, "height": 512, "fps": 8, "steps": 20, "cfg": 2.5},
        {"sampler_name", "scheduler"},
    ),
    "wan22_14b_i2v_lightx2v_4step": (
        Wan22(),
        {"width": 512, "height": 512, "fps": 16, "steps": 15, "cfg": 5.0},
        {"noise_seed"},
    ),
    "wan22_5b_ti2v": (
        Wan22Small(),
        {"width": 768, "height": 768, "fps": 24, "steps": 20, "cfg": 5.0},
        {"sampler_name", "scheduler"},
    ),
    "ltxv_2b_098_distilled_i2v": (
        LtxVideo2b(),
        {"width": 512, "height": 512, "fps": 24, "steps": 25, "cfg": 7.5},
        set(),
    ),
    "ltx25_distilled_i2v_single_stage": (
        Ltx25(),
        {"width": 512, "height": 512, "fps": 24, "steps": 25, "cfg": 7.5},
        set(),
    ),
}
CHAINS = [Svd(), Wan22(), Wan22Small(), LtxVideo2b(), Ltx25(), AnimateDiffLightning()]
LOOPABLE = [Wan22(), LtxVideo2b(), Ltx25()]


def values(preset="fast", image="npc_base.png", loras=(), **changes):
    chosen = replace(QUALITY_PRESETS[preset], **changes)
    params = VideoParams(prompt="guard laughs", negative_prompt="blurry", seed=1, loras=loras)
    return Values.of(GenerationRequest(params, chosen), image, "npc/clip")


def unfolded(graph, leave_out=frozenset()):
    """What ends in the file, each node with the nodes that it is made of: without any ids."""
    ends = [node for node in graph if graph[node]["class_type"] == "SaveVideo"]
    assert len(ends) == 1

    def node(name):
        return (graph[name]["class_type"], {k: value(v) for k, v in inputs(name).items()})

    def inputs(name):
        left = leave_out | {"filename_prefix"}
        return {k: v for k, v in graph[name]["inputs"].items() if k not in left}

    def value(given):
        return (node(given[0]), given[1]) if isinstance(given, list) else given

    return node(ends[0])


def of(graph, class_type):
    return [node["inputs"] for node in graph.values() if node["class_type"] == class_type]


@pytest.mark.parametrize("name", RECORDED)
def test_is_the_graph_that_was_accepted(name):
    chain, preset, by_rule = RECORDED[name]
    recorded, answer = workflow(name)
    assert answer["node_errors"] == {}
    assert unfolded(chain.build(values(**preset)), by_rule) == unfolded(recorded, by_rule)


def test_animatediff_differs_from_the_accepted_one_in_the_picture_only():
    recorded, _ = workflow("animatediff_lightning_4step_t2v_img2img")
    graph = AnimateDiffLightning().build(values("realtime", loras=("npc.safetensors:0.8",)))
    (encode,) = of(graph, "VAEEncode")
    scale = encode["pixels"][0]
    assert graph[scale]["class_type"] == "ImageScale"
    encode["pixels"] = graph[scale]["inputs"]["image"]
    assert unfolded(graph) == unfolded(recorded)


@pytest.mark.parametrize("chain", CHAINS, ids=lambda chain: type(chain).__name__)
class TestEveryChain:
    def test_takes_all_loras_with_their_weights(self, chain):
        loras = ("smile:0.5", "scar", "hat:-1")
        graph = chain.build(values(loras=loras))
        nodes = of(graph, "LoraLoaderModelOnly") + of(graph, "LoraLoader")
        found = [(node["lora_name"], node["strength_model"]) for node in nodes]
        assert [each for each in found if each[0] in ("smile", "scar", "hat")] == [
            *[("smile", 0.5), ("scar", 1.0), ("hat", -1.0)] * (2 if chain == Wan22() else 1)
        ]
        # And none of them is beside the way to the file.
        text = repr(unfolded(graph))
        assert all(name in text for name in ("smile", "scar", "hat"))

    def test_takes_the_seed_and_the_prefix(self, chain):
        text = repr(chain.build(values()))
        assert "seed': 1" in text
        assert "npc/clip" in text

    def test_takes_the_prompts_if_it_says_so(self, chain):
        text = repr(chain.build(values()))
        assert ("guard laughs" in text) == ("blurry" in text) == chain.uses_text

    def test_shows_as_many_seconds_as_were_asked_for(self, chain):
        for preset in QUALITY_PRESETS:
            graph = chain.build(values(preset))
            (video,) = of(graph, "CreateVideo")
            frames = next(
                inputs[name]
                for node in graph.values()
                for inputs in [node["inputs"]]
                for name in ("length", "video_frames", "amount")
                if name in inputs
            )
            assert frames / video["fps"] == pytest.approx(3.0, abs=0.7)


@pytest.mark.parametrize(
    ("chain", "step"), [(Wan22(), 4), (Wan22Small(), 4), (LtxVideo2b(), 8), (Ltx25(), 8)]
)
@pytest.mark.parametrize("preset", QUALITY_PRESETS)
def test_lengths_and_sizes_are_what_the_model_makes(chain, step, preset):
    graph = chain.build(values(preset, width=500, height=300))
    lengths = [node["inputs"]["length"] for node in graph.values() if "length" in node["inputs"]]
    assert lengths
    assert all(length % step == 1 for length in lengths)
    wanted = QUALITY_PRESETS[preset].frame_count(3.0)
    assert all(wanted <= length < wanted + step for length in lengths)
    sizes = [node["inputs"] for node in graph.values() if "width" in node["inputs"]]
    assert {(size["width"] % 16, size["height"] % 16) for size in sizes} == {(0, 0)}


def test_models_that_are_not_distilled_take_the_preset():
    (few,) = of(Wan22Small().build(values("realtime")), "KSampler")
    assert (few["steps"], few["cfg"]) == (4, 1.5)
    assert (few["sampler_name"], few["scheduler"]) == ("lcm", "sgm_uniform")
    (many,) = of(Wan22Small().build(values("quality")), "KSampler")
    assert (many["steps"], many["cfg"]) == (25, 7.5)
    assert (many["sampler_name"], many["scheduler"]) == ("euler", "normal")


def test_distilled_models_keep_their_own_steps():
    graphs = [Wan22().build(values(preset)) for preset in QUALITY_PRESETS]
    samplers = [sampler for graph in graphs for sampler in of(graph, "KSamplerAdvanced")]
    assert {(node["steps"], node["cfg"]) for node in samplers} == {(4, 1.0)}


def test_without_a_picture():
    for chain in (Wan22Small(), AnimateDiffLightning()):
        assert not chain.needs_image
        assert of(chain.build(values(image="")), "LoadImage") == []
    assert all(chain.needs_image for chain in (Svd(), Wan22(), LtxVideo2b(), Ltx25()))


def looped(preset="fast", **more):
    return replace(values(preset, **more), ends_in_image=True)


def kinds_before(graph, name):
    """The kinds of all nodes that one is made of."""
    found = {graph[name]["class_type"]}
    for value in graph[name]["inputs"].values():
        if isinstance(value, list):
            found |= kinds_before(graph, value[0])
    return found


@pytest.mark.parametrize("chain", CHAINS, ids=lambda chain: type(chain).__name__)
def test_only_what_can_end_in_the_picture_is_changed_by_that(chain):
    assert chain.can_end_in_image == (chain in LOOPABLE)
    is_changed = chain.build(looped()) != chain.build(values())
    assert is_changed == chain.can_end_in_image
    if not chain.needs_image:
        assert chain.build(looped(image="")) == chain.build(values(image=""))


def test_wan_ends_in_the_picture_that_it_begins_with():
    graph = Wan22().build(looped())
    assert of(graph, "WanImageToVideo") == []
    (ends,) = of(graph, "WanFirstLastFrameToVideo")
    assert ends["start_image"] == ends["end_image"]
    assert graph[ends["start_image"][0]]["inputs"] == {"image": "npc_base.png"}
    plain = Wan22().build(values())
    before = of(plain, "WanImageToVideo")[0]
    assert {name: ends[name] for name in before} == before
    assert of(graph, "KSamplerAdvanced") == of(plain, "KSamplerAdvanced")


@pytest.mark.parametrize(("chain", "strength"), [(LtxVideo2b(), 1.0), (Ltx25(), 0.7)])
def test_ltx_keeps_the_picture_at_both_ends_and_crops_what_that_takes(chain, strength):
    graph = chain.build(looped())
    assert of(graph, "LTXVImgToVideo") + of(graph, "LTXVImgToVideoInplace") == []
    first, last = (name for name in graph if graph[name]["class_type"] == "LTXVAddGuide")
    frames = [(graph[name]["inputs"]["frame_idx"]) for name in (first, last)]
    assert frames == [0, -1]
    assert {node["strength"] for node in of(graph, "LTXVAddGuide")} == {strength}
    assert graph[first]["inputs"]["image"] == graph[last]["inputs"]["image"]
    chained = {name: graph[last]["inputs"][name] for name in ("positive", "negative", "latent")}
    assert chained == {"positive": [first, 0], "negative": [first, 1], "latent": [first, 2]}
    (crop,) = of(graph, "LTXVCropGuides")
    assert (crop["positive"], crop["negative"]) == ([last, 0], [last, 1])
    (decode,) = of(graph, "VAEDecode")
    assert graph[decode["samples"][0]]["class_type"] == "LTXVCropGuides"
    assert decode["samples"][1] == 2
    # What is sampled has the guides in its texts and its latent.
    (sampler,) = of(graph, "SamplerCustom") + of(graph, "LTXVDualCFGGuider")
    assert (sampler["positive"], sampler["negative"]) == ([last, 0], [last, 1])
    assert kinds_before(graph, crop["latent"][0]) >= {"LTXVAddGuide", "LTXVConditioning"}


@pytest.mark.parametrize("chain", LOOPABLE, ids=lambda chain: type(chain).__name__)
def test_what_ends_in_the_picture_is_as_long_and_large_as_what_does_not(chain):
    def shapes(graph):
        names = ("width", "height", "length", "frames_number")
        nodes = [node["inputs"] for node in graph.values()]
        return {(name, node[name]) for node in nodes for name in names if name in node}

    for preset in QUALITY_PRESETS:
        assert shapes(chain.build(looped(preset))) == shapes(chain.build(values(preset)))
    graph = chain.build(looped(loras=("smile:0.5",)))
    assert "smile" in repr(unfolded(graph))


def test_svd_has_no_more_frames_than_it_was_trained_for():
    (conditioning,) = of(Svd().build(values("quality")), "SVD_img2vid_Conditioning")
    assert (conditioning["video_frames"], conditioning["fps"]) == (25, 8)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("a", Lora("a")), ("a:0.5", Lora("a", 0.5)), ("a:b:-2", Lora("a:b", -2.0))],
)
def test_loras_with_weights(text, expected):
    assert Lora.parse(text) == expected


@pytest.mark.parametrize("text", ["a:", "a:x", "a:nan", "a:11", "a:inf"])
def test_loras_with_weights_that_are_none(text):
    with pytest.raises(GenerationInvalidError, match="loras"):
        Lora.parse(text)
