import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from npc_video.backends.comfyui.custom import PARAMETERS, CustomWorkflow
from npc_video.backends.comfyui.node_catalogue import NodeCatalogue
from npc_video.errors import GenerationInvalidError, InvalidDataError

from .recorded import DATA, nodes, tiny, workflow
from .test_graphs import of, unfolded, values

CATALOGUE = NodeCatalogue(nodes())


class TestPlaces:
    def test_a_whole_value_keeps_its_kind(self):
        graph = CustomWorkflow(tiny()).build(values("realtime"))
        (start,) = of(graph, "WanImageToVideo")
        assert (start["width"], start["height"], start["length"]) == (256, 256, 25)
        (sampler,) = of(graph, "KSampler")
        assert (sampler["seed"], sampler["steps"]) == (1, 4)

    def test_inside_a_text(self):
        graph = tiny()
        graph["4"]["inputs"]["text"] = "{{npc_name}}: {{ prompt }}, {{intensity}}, {{seed}}"
        built = CustomWorkflow(graph).build(values())
        assert built["4"]["inputs"]["text"] == ": guard laughs, 0.5, 1"

    def test_every_parameter_can_be_filled(self):
        graph = tiny()
        graph["4"]["inputs"]["text"] = " ".join("{{" + name + "}}" for name in PARAMETERS)
        text = CustomWorkflow(graph).build(values())["4"]["inputs"]["text"]
        assert "{{" not in text

    def test_an_unknown_one_is_told_with_its_node(self):
        graph = tiny()
        graph["9"]["inputs"]["seed"] = "{{sead}}"
        graph["9"]["_meta"] = {"title": "Draw it"}
        with pytest.raises(InvalidDataError, match=r"Draw it \(KSampler, #9\), seed: 'sead'"):
            CustomWorkflow(graph)

    def test_a_prompt_with_braces_stays_a_prompt(self):
        prompt = '{{seed}} and \\ " {{nonsense}}'
        changed = values()
        object.__setattr__(changed, "prompt", prompt)
        assert CustomWorkflow(tiny()).build(changed)["4"]["inputs"]["text"] == prompt

    def test_the_name_of_the_file_is_another_each_time(self):
        (save,) = of(CustomWorkflow(tiny()).build(values()), "SaveVideo")
        assert save["filename_prefix"] == "npc/clip"

    def test_building_leaves_the_template_alone(self):
        template = CustomWorkflow(tiny())
        assert template.build(values()) == template.build(values())


class TestTable:
    def test_by_title_class_or_id(self):
        for name in ("Draw it", "KSampler", "9"):
            graph = tiny()
            graph["9"]["_meta"] = {"title": "Draw it"}
            graph["9"]["inputs"]["seed"] = 5
            built = CustomWorkflow(graph, bindings={f"{name}.seed": "seed"}).build(values())
            assert built["9"]["inputs"]["seed"] == 1

    @pytest.mark.parametrize(
        "target", ["SaveVideo.format.codec", "Save v1.0.format.codec", "12.format.codec"]
    )
    def test_nodes_and_inputs_may_have_dots_in_their_names(self, target):
        graph = tiny()
        graph["12"]["inputs"]["format.codec"] = "h264"
        graph["12"]["_meta"] = {"title": "Save v1.0"}
        built = CustomWorkflow(graph, bindings={target: "style"}).build(values())
        assert built["12"]["inputs"]["format.codec"] == values().texts["style"]
        assert built["12"]["inputs"]["format"] == "mp4"

    @pytest.mark.parametrize(
        ("bindings", "message"),
        [
            ({"SaveVideo.format.code": "style"}, r"SaveVideo \(#12\) has no input 'format.code'"),
            ({"Nobody.seed": "seed"}, r"no node is called 'Nobody'; there are .*KSampler \(#9\)"),
            ({"TestConditioning.text": "prompt"}, "several nodes are called"),
            ({"KSampler.sead": "seed"}, r"KSampler \(#9\) has no input 'sead', but model, seed"),
            ({"KSampler.seed": "sead"}, "'sead' is unknown"),
            ({"KSampler": "seed"}, "a node and an input"),
        ],
    )
    def test_mistakes(self, bindings, message):
        with pytest.raises(InvalidDataError, match=message):
            CustomWorkflow(tiny(), bindings=bindings)


class TestOutput:
    def test_by_title_class_or_id(self):
        for name in ("Save it", "SaveVideo", "12"):
            graph = tiny()
            graph["12"]["_meta"] = {"title": "Save it"}
            assert CustomWorkflow(graph, output=name).output == "12"
        with pytest.raises(InvalidDataError, match="output: no node is called 'Nobody'; there are"):
            CustomWorkflow(tiny(), output="Nobody")


class TestAdvice:
    def test_a_workflow_with_all_places_needs_none(self):
        assert CustomWorkflow(tiny()).advice == ()

    @pytest.mark.parametrize(
        ("node", "field", "word"),
        [("4", "text", "emotions"), ("9", "seed", "identical"), ("7", "image", "somebody else")],
    )
    def test_what_its_clips_will_lack(self, node, field, word):
        graph = tiny()
        graph[node]["inputs"][field] = 1
        (advice,) = CustomWorkflow(graph).advice
        assert word in advice
        assert "{{prompt}}" in advice

    def test_without_any_place(self):
        text = (DATA / "exported" / "no_places.json").read_text("utf-8")
        (advice,) = CustomWorkflow(text).advice
        assert "no placeholder at all: its clips are identical" in advice


class TestLoras:
    def test_go_between_a_model_and_what_uses_it(self):
        template = CustomWorkflow(tiny(), loras_after="LoraLoaderModelOnly")
        graph = template.build(values(loras=("tiny_wan_lora:0.3", "tiny_wan_lora:0.2")))
        assert CATALOGUE.check(CATALOGUE.resolve(graph)).problems == ()
        (shift,) = of(graph, "ModelSamplingSD3")
        second = graph[shift["model"][0]]["inputs"]
        first = graph[second["model"][0]]["inputs"]
        assert (first["strength_model"], second["strength_model"]) == (0.3, 0.2)
        assert first["model"] == ["2", 0]

    def test_without_a_place_are_refused(self):
        with pytest.raises(GenerationInvalidError, match="loras_after"):
            CustomWorkflow(tiny()).build(values(loras=("smile",)))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "not JSON"),
        ("[]", "object of nodes"),
        ("{}", "object of nodes"),
        ('{"nodes": [], "links": []}', r"Export \(API\)"),
        ('{"1": {"class_type": "A"}}', "node '1' lacks"),
        ('{"1": 5}', "node '1' lacks"),
        ("[" * 100_000, "not JSON"),
        (" " * 5_000_000, "4 MiB"),
    ],
)
def test_what_is_no_workflow_is_told(text, message):
    with pytest.raises(InvalidDataError, match=message):
        CustomWorkflow(text)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(
    JSON
    | st.dictionaries(
        st.text(),
        st.fixed_dictionaries(
            {
                "class_type": st.sampled_from(
                    [
                        "SaveVideo",
                        "VideoDecoder",
                        "KSampler",
                        "WanImageToVideo",
                        "SVD_img2vid_Conditioning",
                        "CheckpointLoaderSimple",
                    ]
                ),
                "inputs": st.dictionaries(st.text(), JSON),
            }
        ),
    )
)
def test_no_workflow_crashes(data):
    try:
        graph = CustomWorkflow(data).build(values())
    except (InvalidDataError, GenerationInvalidError):
        return
    CATALOGUE.check(CATALOGUE.resolve(graph))


def test_from_a_file(tmp_path):
    path = tmp_path / "workflow.json"
    path.write_text(json.dumps({"prompt": tiny()}), encoding="utf-8-sig")
    assert CustomWorkflow.from_file(path).needs_image
    with pytest.raises(InvalidDataError, match="cannot be read"):
        CustomWorkflow.from_file(tmp_path / "absent")


class TestTheSpecificationsGraph:
    STEPS = (
        "spec_as_written",
        "spec_step1_VAEDecode",
        "spec_step2_CreateVideo",
        "spec_step3_CheckpointLoaderSimple_clip_into_clip_vision",
    )

    @pytest.mark.parametrize("name", STEPS)
    def test_runs_after_its_repair(self, name):
        graph, refused = workflow(name)
        assert refused["error"]
        template = CustomWorkflow(graph)
        known = nodes()
        known["ImageOnlyCheckpointLoader"]["input"]["required"]["ckpt_name"][0].append(
            "svd_xt.safetensors"
        )
        built = template.build(values())
        assert NodeCatalogue(known).check(built).problems == ()
        assert template.notes

    def test_becomes_the_graph_that_was_accepted(self):
        graph, _ = workflow("spec_as_written")
        accepted, _ = workflow("svd_xt_i2v_512_24f")
        by_rule = {"steps", "sampler_name", "scheduler", "fps"}
        built = CustomWorkflow(graph).build(values(image="npc_base.png"))
        assert unfolded(built, by_rule) == unfolded(accepted, by_rule)

    def test_tells_each_change(self):
        notes = " ".join(CustomWorkflow(workflow("spec_as_written")[0]).notes)
        for name in ("VAEDecode", "CreateVideo", "min_cfg", "picture", "emotions have no effect"):
            assert name in notes

    def test_a_graph_without_its_mistakes_is_left_alone(self):
        accepted, _ = workflow("svd_xt_i2v_512_24f")
        template = CustomWorkflow(accepted)
        assert template.notes == ()
        assert unfolded(template.build(values())) == unfolded(accepted)
