"""What is told of a workflow before the first job: never more than the server itself refuses."""

import json

import pytest
from npc_video.backends.comfyui.custom import CustomWorkflow
from npc_video.backends.comfyui.node_catalogue import NodeCatalogue

from .described import newer
from .recorded import DATA, nodes, saved, tiny
from .test_graphs import values

OLDER, NEWER = NodeCatalogue(nodes(), "0.3.75"), NodeCatalogue(newer(), "0.33.0")


def exported(name):
    text = (DATA / "exported" / f"{name}.json").read_text("utf-8")
    return CustomWorkflow(text).build(values())


def changed(node, **inputs):
    graph = saved()
    graph[node]["inputs"] |= inputs
    return graph


def told(graph, catalogue=NEWER, output=""):
    return [str(problem) for problem in catalogue.check(graph, output).problems]


class TestNewKinds:
    @pytest.mark.parametrize(
        "name",
        ["switch", "math", "stray_loader", "fps_into_int", "temp_preview_first", "no_places"],
    )
    def test_what_the_page_exports_is_taken(self, name):
        assert told(exported(name)) == []

    def test_choices_bring_inputs_of_their_own(self):
        graph = changed("5", **{"format.codec": "h264", "format.codec.encoding": "re-encode"})
        assert told(graph) == ["node 'SaveVideo (#5)', format.codec.encoding.crf: is missing"]
        graph["5"]["inputs"]["format.codec.encoding.crf"] = "70"
        assert told(graph) == ["node 'SaveVideo (#5)', format.codec.encoding.crf: 70.0 is above 51"]
        graph["5"]["inputs"]["format.codec.encoding.crf"] = "17"
        assert told(graph) == []

    def test_a_choice_that_is_unknown_brings_none(self):
        assert told(changed("5", format="av1-in-a-box", **{"format.codec": 7})) == []

    def test_growing_lists_by_names_and_by_numbers(self):
        graph = exported("math")
        graph["m"]["inputs"]["values.b"] = ["gone", 0]
        assert told(graph) == [
            "node 'Math Expression (length) (ComfyMathExpression, #m)', values.b:"
            " is connected to node gone, which does not exist"
        ]
        batch = {"images.image0": ["1", 0], "images.image1": ["4", 0]}
        graph = saved(b={"class_type": "BatchImagesNode", "inputs": batch})
        graph["4"]["inputs"]["images"] = ["b", 0]
        batch["images.image1"] = ["5", 0]
        assert "takes IMAGE, but SaveVideo (#5) gives VIDEO" in told(graph)[0]

    def test_inputs_that_the_server_does_not_know_are_not_looked_at(self):
        assert told(changed("5", video_preview=["nowhere", 3], other=[1, 2, 3])) == []

    def test_a_kind_to_come_is_not_looked_at(self):
        known = newer()
        known["SaveVideo"]["input"]["required"]["rows"] = ["COMFY_DYNAMICGROUP_V3", {"min": 1}]
        assert told(changed("5", **{"rows.0.a": "x"}), NodeCatalogue(known)) == []


class TestNumbers:
    @pytest.mark.parametrize("width", [8, 8.0, "8", 8.9, True, {"__value__": 8}])
    def test_what_the_server_makes_numbers_of(self, width):
        assert told(changed("1", width=width)) == []

    @pytest.mark.parametrize("width", ["wide", "8.5", None, float("inf"), {}])
    def test_what_it_cannot(self, width):
        assert "must be a number (INT)" in told(changed("1", width=width))[0]

    def test_whole_ones_for_others(self):
        assert told(changed("4", fps="24")) == []

    def test_limits_count_for_what_the_server_makes_of_it(self):
        assert "'EmptyImage (#1)', width: 0 is below 1" in told(changed("1", width=0.5))[0]


class TestWhatIsNeeded:
    def test_nodes_that_no_output_needs_may_be_wrong(self):
        loader = {"class_type": "UNETLoader", "inputs": {"unet_name": "gone.safetensors"}}
        assert told(saved(stray=loader), OLDER) == []

    def test_but_must_exist(self):
        graph = saved(stray={"class_type": "NoSuchNode", "inputs": {}})
        assert told(graph) == [
            "node 'NoSuchNode (#stray)': the server does not have this node: install it, or update"
            " ComfyUI"
        ]

    def test_unless_the_server_has_another_in_its_place(self):
        graph = saved(old={"class_type": "OldScale", "inputs": {"image": ["1", 0]}})
        graph["4"]["inputs"]["images"] = ["old", 0]
        assert told(graph, NodeCatalogue(nodes(), "0.33.0", ["OldScale"])) == []

    def test_an_output_that_the_server_leaves_out_is_a_doubt(self):
        graph = saved(p={"class_type": "PreviewImage", "inputs": {"images": ["gone", 0]}})
        found = NEWER.check(graph)
        assert found.problems == ()
        assert [str(doubt) for doubt in found.doubts] == [
            "node 'PreviewImage (#p)', images: is connected to node gone, which does not exist"
        ]

    def test_a_circle_is_told(self):
        graph = saved()
        graph["1"] = {"class_type": "RepeatImageBatch", "inputs": {"image": ["2", 0], "amount": 1}}
        graph["2"] = {"class_type": "RepeatImageBatch", "inputs": {"image": ["1", 0], "amount": 1}}
        assert "depends on its own output" in told(graph, OLDER)[0]

    def test_long_chains_are_walked(self):
        graph = saved()
        for number in range(5000):
            image = [f"r{number - 1}", 0] if number else ["1", 0]
            inputs = {"image": image, "amount": 1}
            graph[f"r{number}"] = {"class_type": "RepeatImageBatch", "inputs": inputs}
        graph["4"]["inputs"]["images"] = ["r4999", 0]
        assert told(graph, OLDER) == []


class TestWhereItIsNotSure:
    def test_nodes_of_others_may_check_by_rules_of_their_own(self):
        inputs = {"images": ["1", 0], "frame_rate": 0.2, "format": "video/of-tomorrow"}
        graph = {"1": saved()["1"], "9": {"class_type": "VHS_VideoCombine", "inputs": inputs}}
        found = NEWER.check(graph)
        assert found.problems == ()
        assert len(found.doubts) == 2

    def test_but_what_no_rule_of_theirs_can_allow_is_told(self):
        inputs = {"images": ["gone", 0], "frame_rate": "fast"}
        graph = {"9": {"class_type": "VHS_VideoCombine", "inputs": inputs}}
        assert len(told(graph)) == 3

    def test_older_servers_do_not_check_every_list(self):
        known = {**nodes()}
        known["SaveVideo"]["input"]["required"]["format"] = ["COMBO", {"options": ["auto", "mp4"]}]
        graph = changed("5", format="mov")
        assert told(graph, NodeCatalogue(known, "0.3.75")) == []
        assert "does not have 'mov', but auto, mp4" in told(graph, NodeCatalogue(known, "0.33"))[0]

    @pytest.mark.parametrize("option", ["image_upload", "audio_upload", "video_upload", "remote"])
    def test_files_may_lie_where_the_list_does_not_look(self, option):
        known = nodes()
        known["UNETLoader"]["input"]["required"]["unet_name"] = [["a"], {option: True}]
        graph = CustomWorkflow(tiny(unet="npc/b")).build(values())
        assert told(graph, NodeCatalogue(known)) == []

    def test_outputs_are_counted_from_the_end_too(self):
        assert told(changed("4", images=["1", -1])) == []
        assert (
            "output 3 of EmptyImage (#1), which does not" in told(changed("4", images=["1", 3]))[0]
        )


class TestEnds:
    @pytest.mark.parametrize(
        ("kind", "made"),
        [
            ("SaveAnimatedWEBP", "an animated WebP"),
            ("SaveAnimatedPNG", "an animated PNG"),
            ("SaveImage", "single pictures"),
            ("PreviewImage", "single pictures"),
        ],
    )
    def test_what_cannot_be_played_is_told_before_it_is_made(self, kind, made):
        graph = saved(end={"class_type": kind, "inputs": {"images": ["1", 0]}})
        del graph["5"]
        (problem,) = told(graph, OLDER)
        assert f"{kind} (#end)': makes {made}, which cannot be played: end the workflow" in problem

    @pytest.mark.parametrize(
        ("chosen", "made"),
        [
            ("image/gif", "a GIF"),
            ("image/webp", "an animated WebP"),
            ("video/ProRes", "a ProRes file"),
            ("video/16bit-png", "an image sequence"),
            ("video/ffv1-mkv", "an FFV1 file"),
        ],
    )
    def test_formats_too(self, chosen, made):
        inputs = {"images": ["1", 0], "frame_rate": 8, "format": chosen}
        graph = {"1": saved()["1"], "9": {"class_type": "VHS_VideoCombine", "inputs": inputs}}
        assert f"makes {made}, which cannot be played" in told(graph)[0]
        inputs["format"] = "video/h264-mp4"
        assert told(graph) == []

    @pytest.mark.parametrize("name", ["codec", "format.codec"])
    def test_codecs_too(self, name):
        graph = changed("5", **{name: "prores_ks"})
        assert "makes a ProRes file, which cannot be played" in told(graph, OLDER)[0]

    def test_what_another_node_chooses_is_not_known(self):
        graph = changed("5", format=["gif", 0], **{"format.codec": ["prores", 0]})
        assert "cannot be played" not in " ".join(told(graph))

    def test_beside_a_clip_they_do_no_harm(self):
        save = {"class_type": "SaveImage", "inputs": {"images": ["1", 0], "filename_prefix": "a"}}
        assert told(saved(s=save), OLDER) == []

    def test_none_at_all(self):
        graph = saved()
        del graph["5"]
        assert told(graph) == ["no node saves a video: add SaveVideo"]

    def test_the_node_that_is_named_must_be_whole(self):
        graph = exported("temp_preview_first")
        graph["4"]["inputs"]["images"] = ["gone", 0]
        assert told(graph) == []
        assert "node gone, which does not exist" in told(graph, output="5")[0]
        assert "saves no file" in told(graph, output="4")[0]


def test_data_is_json():
    assert json.loads(json.dumps(newer())) == newer()
