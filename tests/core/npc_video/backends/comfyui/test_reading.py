"""Reading what the server says: its descriptions of nodes, its events, its history."""

import json
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from npc_video.backends.comfyui.custom import CustomWorkflow
from npc_video.backends.comfyui.endings import File
from npc_video.backends.comfyui.messages import (
    PictureGoneError,
    ended,
    parse_binary,
    parse_text,
    rejection,
)
from npc_video.backends.comfyui.node_catalogue import NodeCatalogue
from npc_video.backends.comfyui.server import interrupts_only_its_own
from npc_video.backends.comfyui.tracker import Tracker
from npc_video.errors import GenerationCancelledError, GenerationFailedError, GenerationInvalidError

from .fake import preview
from .recorded import answered, capture, nodes, tiny
from .test_custom import JSON
from .test_graphs import values

CATALOGUE = NodeCatalogue(nodes())


def graph(**changes):
    return CustomWorkflow(tiny(**changes)).build(values())


def said(name, kind="json"):
    return [message[kind] for message in capture(name)["messages"] if kind in message]


def entry(name):
    return next(iter(answered(name).values()))


def outputs(**files):
    return {
        node: {"images": [{"filename": name, "subfolder": "", "type": kind}], "animated": [True]}
        for node, (name, kind) in files.items()
    }


class TestCatalogue:
    def test_accepts_what_the_server_accepted(self):
        assert (
            CATALOGUE.check(capture("prompt_wan_tiny")["request"]["json"]["prompt"]).problems == ()
        )

    @pytest.mark.parametrize(
        ("name", "where"),
        [
            ("missing_node_type", ("VideoDecoder (#6)", "")),
            ("required_input_missing", ("CreateVideo (#4)", "fps")),
            ("return_type_mismatch", ("SaveVideo (#5)", "video")),
            ("value_not_in_list_model", ("UNETLoader (#1)", "unet_name")),
            ("value_bigger_than_max", ("RepeatImageBatch (#3)", "amount")),
            ("link_to_absent_node", ("", "")),
            ("no_outputs", ("", "")),
        ],
    )
    def test_refuses_what_the_server_refused_and_names_the_node(self, name, where):
        sent = capture(f"prompt_error_{name}")["request"]["json"]["prompt"]
        problems = CATALOGUE.check(sent).problems
        assert problems
        node, field = where
        assert any(node in p.node and field in ("", p.field) for p in problems)

    def test_says_what_there_is_instead(self):
        (problem,) = CATALOGUE.check(graph(unet="absent.safetensors")).problems
        assert "'absent.safetensors', but tiny_wan_i2v.safetensors" in str(problem)

    def test_uploaded_pictures_need_not_be_listed(self):
        sent = graph()
        sent["7"]["inputs"]["image"] = "npc_video/abc.png"
        assert CATALOGUE.check(sent).problems == ()

    def test_models_by_their_short_names(self):
        sent = graph(unet="tiny_wan_i2v")
        assert CATALOGUE.check(sent).problems
        assert CATALOGUE.check(CATALOGUE.resolve(sent)).problems == ()

    def test_a_short_name_that_fits_several_is_left_alone(self):
        known = nodes()
        known["UNETLoader"]["input"]["required"]["unet_name"] = [["a/m.safetensors", "b/m.gguf"]]
        sent = graph(unet="m")
        assert NodeCatalogue(known).resolve(sent)["1"]["inputs"]["unet_name"] == "m"

    @given(st.dictionaries(st.sampled_from(sorted(nodes())), JSON))
    def test_no_description_crashes_it(self, described):
        catalogue = NodeCatalogue(described)
        catalogue.check(catalogue.resolve(graph()))


class TestEvents:
    def test_of_a_whole_job(self):
        tracker = Tracker(graph())
        fractions = []
        for message in said("ws_wan_tiny_ksampler_previews"):
            parsed = parse_text(json.dumps(message))
            tracker.feed(parsed)
            fractions.append(tracker.fraction)
        assert fractions == sorted(fractions)
        assert len(set(fractions)) > 8
        assert fractions[-1] == pytest.approx(0.99)
        assert tracker.is_over

    @pytest.mark.parametrize(
        "name",
        ["ws_execution_error_oom", "ws_wan_tiny_interrupted_mid_sampling", "ws_fully_cached_rerun"],
    )
    def test_every_end_is_seen(self, name):
        tracker = Tracker(graph())
        for message in said(name):
            tracker.feed(parse_text(json.dumps(message)))
        assert tracker.is_over

    @pytest.mark.parametrize(
        ("name", "prompt_id"),
        [("ws_wan_tiny_ksampler_previews", "abc"), ("ws_wan_tiny_no_feature_flags", "")],
    )
    def test_previews(self, name, prompt_id):
        pictures = said(name, "binary")
        assert pictures
        for picture in pictures:
            message = parse_binary(preview(picture, "abc"))
            assert (message.kind, message.prompt_id) == ("preview", prompt_id)
            assert message.preview.media_type == "image/jpeg"
            assert message.preview.data.startswith(b"\xff\xd8\xff")

    def test_of_a_kind_that_nobody_knows(self):
        assert parse_binary(b"") is None
        assert parse_binary(struct.pack(">II", 9, 1) + b"data") is None
        assert parse_binary(struct.pack(">II", 4, 99) + b"{}") is None

    @pytest.mark.parametrize(
        "metadata",
        [
            b"{",
            b"[]",
            b'{"prompt_id": "a"}',
            b'{"image_type": "text/html", "prompt_id": "a"}',
            b'{"image_type": "image/png", "prompt_id": 1}',
        ],
    )
    def test_with_metadata_that_is_wrong(self, metadata):
        assert parse_binary(struct.pack(">II", 4, len(metadata)) + metadata + b"data") is None

    @pytest.mark.parametrize("kind", ["7", "null"])
    def test_of_texts_whose_kind_is_none(self, kind):
        assert parse_text(f'{{"type": {kind}, "data": {{}}}}') is None
        assert parse_text(f'{{"type": "status", "data": {{"prompt_id": {kind}}}}}') is None

    @given(st.binary())
    def test_no_bytes_crash_it(self, data):
        parse_binary(data)
        parse_binary(b"\0\0\0\x04" + data)

    @given(st.text() | JSON.map(lambda value: json.dumps(value)))
    def test_no_text_crashes_it(self, text):
        parse_text(text)

    @given(st.sampled_from(["progress", "progress_state", "executing", "execution_cached"]), JSON)
    def test_no_event_crashes_the_tracker(self, kind, data):
        text = json.dumps({"type": kind, "data": {"nodes": data, "node": data}})
        message = parse_text(text)
        tracker = Tracker(graph())
        tracker.feed(message)
        assert 0 <= tracker.fraction <= 0.99


class TestHistory:
    def test_a_video(self):
        outcome = ended(entry("history_wan_tiny"))
        assert outcome.file == File("wan_00001_.mp4", "video", "output")
        assert outcome.error is None
        assert outcome.seconds == pytest.approx(0.494)

    def test_webm_and_results_that_were_there(self):
        assert ended(entry("history_save_webm")).file.filename.endswith(".webm")
        assert ended(entry("history_fully_cached_rerun")).file

    @pytest.mark.parametrize(
        ("name", "error", "text"),
        [
            ("history_error_oom", GenerationFailedError, "out of memory in TestFail"),
            ("history_error_runtime_error", GenerationFailedError, "failed in TestFail"),
            ("history_error_undecodable_image", GenerationFailedError, "failed in LoadImage"),
            ("history_interrupted", GenerationCancelledError, "interrupted"),
            ("history_save_ws", GenerationInvalidError, "without an MP4"),
        ],
    )
    def test_other_ends(self, name, error, text):
        outcome = ended(entry(name))
        assert outcome.file is None
        assert type(outcome.error) is error
        assert text in str(outcome.error)

    def test_results_come_before_previews(self):
        made = outputs(p=("preview_00001.mp4", "temp"), s=("ComfyUI_00001_.mp4", "output"))
        assert ended({"outputs": made}).file == File("ComfyUI_00001_.mp4", "", "output")
        del made["s"]
        assert ended({"outputs": made}).file.type == "temp"

    def test_the_node_that_is_named_counts(self):
        made = outputs(a=("a.webm", "output"), b=("b.mp4", "temp"))
        assert ended({"outputs": made}, "b").file.filename == "b.mp4"
        made = outputs(a=("a.webm", "output"), b=("b.gif", "output"))
        text = "without an MP4 or WebM file of node #b, but with b.gif: end the workflow in"
        assert text in str(ended({"outputs": made}, "b").error)

    @pytest.mark.parametrize(
        ("kind", "is_clip"), [("output", True), ("temp", False), ("input", False)]
    )
    def test_a_clip_that_was_saved_before_another_node_failed_is_one(self, kind, is_clip):
        failed = entry("history_error_oom")
        failed["outputs"] = outputs(s=("ComfyUI_00001_.mp4", kind))
        assert (ended(failed).file is not None) == is_clip
        assert ended({**failed, "outputs": {}}).error

    @given(JSON | st.fixed_dictionaries({"outputs": JSON, "status": JSON}))
    def test_nothing_crashes_it(self, data):
        assert (ended(data).file is None) != (ended(data).error is None)
        assert ended(data, "1", "npc_video/a.png")


class TestRejection:
    @pytest.mark.parametrize(
        ("name", "text"),
        [
            ("missing_node_type", "VideoDecoder does not exist"),
            ("required_input_missing", "CreateVideo (#4): Required input is missing (fps)"),
            ("value_not_in_list_model", "UNETLoader (#1)"),
            ("dependency_cycle", "validation"),
        ],
    )
    def test_names_the_node(self, name, text):
        error = rejection(answered(f"prompt_error_{name}"))
        assert text in str(error)
        assert str(error).endswith(".")

    def test_knows_its_own_picture(self):
        said = {"message": "Custom validation failed", "details": "image - Invalid image file: x"}
        answer = {"node_errors": {"7": {"class_type": "LoadImage", "errors": [said]}}}
        assert not isinstance(rejection(answer, "npc_video/abc.png"), PictureGoneError)
        said["details"] = "image - Invalid image file: npc_video/abc.png"
        assert isinstance(rejection(answer, "npc_video/abc.png"), PictureGoneError)
        assert not isinstance(rejection(answer, ""), PictureGoneError)

    @given(JSON)
    def test_nothing_crashes_it(self, data):
        rejection(data)
        rejection({"node_errors": data, "error": data})


@pytest.mark.parametrize(
    ("version", "does"),
    [
        ("0.3.75", True),
        ("v0.33.0", True),
        ("0.3.74", False),
        ("0.2.9", False),
        ("", False),
        ("dev", False),
    ],
)
def test_only_servers_that_keep_to_the_job_are_interrupted(version, does):
    assert interrupts_only_its_own(version) == does
