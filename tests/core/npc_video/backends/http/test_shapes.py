"""The shapes that answers and questions of services have, beside those of the recipes."""

import base64
import gzip
import json
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from npc_video.backends.http.answer import find, inline_clip, keys_of, read_state
from npc_video.backends.http.fields import HttpFields
from npc_video.backends.http.values import nearest, written
from npc_video.backends.http_session import HttpSession, Limits
from npc_video.backends.token import Token
from npc_video.errors import (
    ClipTooLargeError,
    GenerationFailedError,
    GenerationInvalidError,
    GenerationRefusedError,
    InvalidDataError,
)

from ..contract import video, wanted
from ..serving import answer
from .test_paid import Service, error_of, generate, run, says, whole

BASE64 = base64.b64encode(video()).decode()
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)
ANSWERS = st.dictionaries(
    st.sampled_from(("status", "error", "videoUrl", "progress", "seed", "statusUrl", "id")), JSON
)


class TestWhereTheClipIs:
    @pytest.mark.parametrize(
        "said",
        [
            {"videoUrl": f"data:video/webm;base64,{BASE64}"},
            {"videoUrl": BASE64},
            {"videoUrl": [BASE64]},
            {"videoUrl": ["/clip.webm"]},
            {"videoUrl": {"url": "/clip.webm", "content_type": "video/webm"}},
            {"videoUrl": [{"uri": "/clip.webm"}]},
            {"status": "ok", "error": "none", "videoUrl": "/clip.webm"},
            {"error": {"code": 0, "message": ""}, "videoUrl": "/clip.webm"},
            {"error": False, "videoUrl": "/clip.webm"},
            {"status": "a word of its own", "videoUrl": "/clip.webm"},
        ],
    )
    def test_in_the_first_answer(self, said):
        assert run(Service(post=says(body=said)), generate).data == video()

    def test_a_field_of_the_last_answer_says_where_another_answer_is(self):
        fields = HttpFields(answer={"result_url": "links.result"})
        status = says(body={"status": "done", "links": {"result": "/results/1"}})
        service = Service(status=(status, says(body={"videoUrl": "/clip.webm"})))
        assert run(service, generate, fields=fields).data == video()

    @pytest.mark.parametrize("answers", [whole, says(body={"videoUrl": "/clip.webm"})])
    def test_a_path_with_the_id(self, answers):
        service, asked = Service(status=says(body={"status": "done"})), []

        async def call(question):
            if question.path == "/jobs/job/content":
                asked.append(question)
                return answers(question)
            return await service(question)

        assert run(call, generate, result_path="jobs/{id}/content").data == video()
        assert len(asked) == 1

    def test_json_within_a_text_is_looked_into(self):
        fields = HttpFields(answer={"video_url": "data.result.urls.0"})
        said = {"data": {"result": json.dumps({"urls": ["/clip.webm"]})}}
        assert run(Service(post=says(body=said)), generate, fields=fields).data == video()

    @pytest.mark.parametrize(
        ("encoding", "compress"),
        [("gzip", gzip.compress), ("X-GZIP", gzip.compress), ("deflate", zlib.compress)],
    )
    def test_what_a_gateway_compresses_unasked_is_read(self, encoding, compress):
        said = compress(json.dumps({"videoUrl": "/clip.webm"}).encode())
        clip = says(body=compress(video()), media_type="video/webm", content_encoding=encoding)
        post = says(body=said, media_type="application/json", content_encoding=encoding)
        assert run(Service(post=post, clip=clip), generate).data == video()

    def test_a_compressed_refusal_is_told(self):
        said = gzip.compress(json.dumps({"error": "no credits left"}).encode())
        post = says(402, said, media_type="application/json", content_encoding="gzip")
        assert "no credits left" in str(error_of(Service(post=post), GenerationRefusedError))

    def test_broken_base64_is_told(self):
        service = Service(post=says(body={"videoUrl": BASE64[:-3]}))
        assert "not complete Base64" in str(error_of(service, GenerationInvalidError))

    def test_a_clip_within_an_answer_has_the_limit_of_others(self):
        service = Service(post=says(body={"videoUrl": BASE64}))
        error_of(service, ClipTooLargeError, limits=Limits(max_bytes=len(video()) - 1))


class TestWords:
    @pytest.mark.parametrize("word", ["EXPIRED", "rejected", "TIMED_OUT", "moderated", "Failed"])
    def test_of_failure_end_it_with_what_the_answer_says(self, word):
        service = Service(status=says(body={"status": word, "message": "NSFW."}))
        assert "NSFW." in str(error_of(service, GenerationFailedError))
        silent = Service(status=says(body={"status": word}))
        assert f"says '{word.lower()}', without a reason." in str(error_of(silent))

    def test_that_are_unknown_are_told_with_the_fields_of_the_answer(self):
        service = Service(status=says(body={"status": "baking", "data": {"eta": 5}}))
        error = str(error_of(service, GenerationInvalidError))
        assert "'baking'" in error
        assert "statuses" in error
        assert "status, data.eta" in error

    def test_that_the_settings_explain(self):
        fields = HttpFields(statuses={"Baking now": "waiting", "served": "done", "burnt": "failed"})
        baking = says(body={"status": "BAKING_NOW"})
        served = says(body={"status": "served", "videoUrl": "/clip.webm"})
        assert run(Service(status=(baking, served)), generate, fields=fields).data == video()
        burnt = Service(status=says(body={"status": "burnt", "error": {"msg": "too hot"}}))
        assert "too hot" in str(error_of(burnt, GenerationFailedError, fields=fields))

    def test_that_are_no_words_can_be_explained_too(self):
        fields = HttpFields(
            answer={"status": "done", "id": "name", "video_url": "response.videos.0.uri"},
            statuses={"true": "done", "false": "waiting"},
        )
        service = Service(
            post=says(body={"name": "models/clips/operations/1"}),
            status=(
                says(202),
                says(body={"done": False}),
                says(body={"done": True, "response": {"videos": [{"uri": "/clip.webm"}]}}),
            ),
        )
        assert run(service, generate, fields=fields, status_path="v1/{id}").data == video()

    def test_a_clip_of_a_job_that_goes_on_is_none_yet(self):
        state = read_state({"status": "IN_PROGRESS", "videoUrl": "Update 1 of 3"}, {})
        assert not state.is_done
        assert state.video_url == ""

    def test_an_answer_that_tells_nothing_is_told_with_what_it_says(self):
        said = {"code": 1301, "msg": "Insufficient balance", "data": None}
        error = str(error_of(Service(post=says(body=said)), GenerationInvalidError))
        assert "code, msg, data" in error
        assert "Insufficient balance" in error

    @pytest.mark.parametrize(
        ("progress", "part"),
        [(0.5, 0.5), (45, 0.45), ("45%", 0.45), (1, 0.01), (1.0, 1.0), (-3, 0.0), (None, None)],
    )
    def test_progress(self, progress, part):
        assert read_state({"status": "running", "progress": progress}, {}).progress == part


class TestValues:
    @pytest.mark.parametrize(
        ("value", "choices", "taken"),
        [
            (4.0, (5, 10), 5),
            (8.0, (5, 10), 10),
            (4.0, ("5s", "9s"), "5s"),
            (20, ("4", "8", "12"), "12"),
            ("512x512", ("1280:720", "960:960", "720:1280"), "960:960"),
            ("512x384", ("16:9", "4:3", "9:16"), "4:3"),
            ("256x256", ("1024x1024", "512x512"), "512x512"),
            ("512x384", ("480p", "720p"), "480p"),
            ("Anime", ("photo", "anime"), "anime"),
            ("odd", ("photo", "anime"), "photo"),
        ],
    )
    def test_the_nearest_is_taken(self, value, choices, taken):
        assert nearest(value, choices) == taken
        assert type(nearest(value, choices)) is type(taken)

    @given(st.floats(0.1, 60.0), st.lists(st.integers(1, 60), min_size=1))
    def test_nothing_is_nearer(self, value, choices):
        distance = abs(nearest(value, choices) - value)
        assert all(distance <= abs(each - value) for each in choices)

    def test_texts(self):
        fields = {"width": 512, "height": 384, "prompt": "{width}"}
        assert written("{}s", 5.0, fields) == "5s"
        assert written("{}s", 2.5, fields) == "2.5s"
        assert written("{width}*{height}", "512x384", fields) == "512*384"
        assert written("a film: {prompt}", "", fields) == "a film: {width}"

    def test_a_question_with_all_of_it(self):
        fields = HttpFields(
            request={"duration": "length", "size": "format.size", "npc_id": "frames.0", "fps": ""},
            choices={"duration": [5, 10]},
            texts={"duration": "{}s", "size": "{width}*{height}", "npc_id": "https://x/{}.png"},
            extra={"format": {"kind": "webm"}, "steps": 3, "frames.kind": "image", "none": {}},
        )
        body = fields.body(wanted())
        assert body["length"] == "5s"
        assert body["format"] == {"kind": "webm", "size": "64*64"}
        assert body["frames"] == {"0": "https://x/ember.png", "kind": "image"}
        assert body["steps"] == 3
        assert body["none"] == {}
        assert not {"fps", "duration", "size", "frame_count"} & set(body)
        assert fields.body(wanted()) == body

    def test_a_fixed_value_stands_where_ours_is_left_out(self):
        fields = HttpFields(request={"duration": ""}, extra={"duration": 5})
        assert fields.body(wanted())["duration"] == 5

    def test_only_what_is_named(self):
        fields = HttpFields(only_named=True, request={"prompt": "text", "frame_count": "frames"})
        assert fields.body(wanted()) == {"text": "a laugh", "frames": wanted().frame_count}
        assert not fields.sends_image

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"choices": {"duraton": [5]}}, "choices: 'duraton' .* mean duration"),
            ({"choices": {"duration": []}}, "choices: duration needs"),
            ({"texts": {"duration": "{seconds}"}}, "texts: 'seconds' is unknown"),
            ({"statuses": {"baking": "busy"}}, "statuses: baking: 'busy' is unknown"),
        ],
    )
    def test_mistakes_are_named(self, options, message):
        with pytest.raises(InvalidDataError, match=message):
            HttpFields(**options)


class TestOtherHosts:
    def test_those_below_a_name_are_allowed_with_a_star(self):
        session = HttpSession("https://api.example.org", allowed_origins=["https://*.fal.media"])
        for url in ("https://v3.fal.media/a.mp4", "https://a.b.FAL.media:443/a.mp4"):
            assert session.resolve(url).endswith("/a.mp4")
        for url in (
            "https://fal.media/a.mp4",
            "http://v3.fal.media/a.mp4",
            "https://v3.fal.media:444/a.mp4",
            "https://evilfal.media/a.mp4",
            "https://fal.media.example.com/a.mp4",
            "https://example.com/.fal.media",
        ):
            with pytest.raises(GenerationInvalidError, match="allowed_origins"):
                session.resolve(url)

    def test_they_hear_nothing_of_the_token(self):
        token = Token.from_environment("T", {"T": "hush"})
        session = HttpSession(
            "https://a.example", token=token, allowed_origins=["https://*.fal.media"]
        )
        assert "hush" in str(session.headers_for("https://a.example/x"))
        assert "hush" not in str(session.headers_for("https://v3.fal.media/x"))


class TestToken:
    def test_goes_into_the_header_and_after_the_words_that_were_given(self):
        token = Token.from_environment("T", {"T": "hush"})
        for options, name, value in (
            ({}, "authorization", "Bearer hush"),
            ({"token_prefix": "Key"}, "authorization", "Key hush"),
            ({"token_header": "X-Api-Key", "token_prefix": ""}, "x-api-key", "hush"),
        ):
            service = Service()
            run(service, generate, token=token, **options)
            assert service.posts[0].headers[name] == value

    def test_a_header_that_cannot_be_sent_is_refused(self):
        for headers in ({"X Api": "a"}, {"X-Api": "a\nb"}, {"": "a"}, {"X-Api": "ä"}):
            with pytest.raises(InvalidDataError, match="not a valid header"):
                HttpSession("https://example.org", headers=headers)


class TestGivingUp:
    @pytest.mark.parametrize(
        ("options", "asked"),
        [
            ({}, ("DELETE", "/jobs/job")),
            ({"cancel_method": "post"}, ("POST", "/jobs/job")),
            ({"cancel_method": "PUT", "cancel_path": "stop/{id}"}, ("PUT", "/stop/job")),
            (
                {"fields": HttpFields(answer={"cancel_url": "urls.stop"})},
                ("DELETE", "/halt"),
            ),
            ({"cancel_method": ""}, None),
        ],
    )
    def test_as_the_service_wants_it(self, options, asked):
        got = []

        async def handle(question):
            if (question.method, question.path) == ("POST", "/api/generate-video"):
                said = {"id": "job", "statusUrl": "/jobs/job", "urls": {"stop": "/halt"}}
                return answer(202, said)
            if question.method != "GET":
                got.append((question.method, question.path))
            return answer(body={"status": "running"})

        error_of(handle, limits=Limits(generate_seconds=0.5), **options)
        assert got == ([asked] if asked else [])


class TestWhateverIsAnswered:
    @given(ANSWERS)
    def test_it_is_read_or_refused_in_a_sentence(self, said):
        try:
            state = read_state(said, {})
        except GenerationInvalidError:
            return
        assert state.progress is None or 0.0 <= state.progress <= 1.0
        assert len(state.error) <= 300
        assert len(keys_of(said)) < 1200

    @given(st.text() | st.binary().map(lambda data: base64.b64encode(data).decode()))
    def test_only_a_clip_is_taken_for_one(self, text):
        try:
            data = inline_clip(text)
        except GenerationInvalidError:
            return
        assert data is None or text.lower().startswith("data:") or data[:4]

    @given(JSON, st.text(max_size=20))
    def test_any_path_finds_something_or_nothing(self, said, path):
        find(said, path)
