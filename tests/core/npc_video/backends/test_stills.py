import asyncio
import io
from contextlib import asynccontextmanager
from dataclasses import replace

import av
import numpy as np
import pytest
from npc_video.backends.base import GenerationRequest, NpcImage
from npc_video.backends.procedural import ProceduralBackend
from npc_video.backends.stills import StillsBackend
from npc_video.errors import GenerationInvalidError
from npc_video.media.decode import ClipDecoder
from npc_video.portrait.choice import choose_picture
from npc_video.records import QUALITY_PRESETS, VideoParams

from ..portrait.pictures import EYES, cut_out, face, picture_file, plain
from .contract import Contract
from .drawn_stage import Counted, DrawnStage

TINY = replace(QUALITY_PRESETS["realtime"], name="tiny", width=64, height=64)
FILES = {
    "res://happy.png": picture_file(plain((250, 220, 40))),
    "res://sad.png": picture_file(plain((40, 60, 200))),
    "res://calm.jpg": picture_file(plain((120, 120, 120), 96, 48), "image/jpeg"),
}
PICTURES = {"happy": "res://happy.png", "sad": "res://sad.png", "neutral": "res://calm.jpg"}


def generate(backend, expression="happy", image=None, seconds=1.0, **more):
    params = VideoParams(expression=expression, npc_id="mira", **more)

    async def whole():
        try:
            request = GenerationRequest(params, TINY, seconds, image)
            return await asyncio.wait_for(backend.generate(request, lambda part: None), 30.0)
        finally:
            await backend.close()

    return asyncio.run(whole())


def portrait(pixels):
    return NpcImage.of(picture_file(pixels))


def colours(clip):
    """The mean colour of the first frame, RGB."""
    return first_frame(clip).reshape(-1, 3).mean(axis=0)


def first_frame(clip):
    with av.open(io.BytesIO(clip.data)) as container:
        frame = next(container.decode(video=0))
    return frame.to_ndarray(format="rgb24").astype(int)


def stills(pictures=PICTURES, **more):
    return StillsBackend(pictures, read=FILES.__getitem__, **more)


# ---- Which picture ----


@pytest.mark.parametrize(
    ("expression", "emotion", "chosen"),
    [
        ("happy", "neutral", ("happy", True)),
        ("joyful", "neutral", ("happy", True)),
        ("neutral", "sad", ("sad", True)),
        ("neutral", "neutral", ("neutral", True)),
        ("pleased", "neutral", ("happy", False)),
        ("angry", "neutral", ("neutral", False)),
        ("smug", "neutral", ("neutral", True)),
    ],
)
def test_the_picture_that_shows_a_feeling_best(expression, emotion, chosen):
    assert choose_picture(["happy", "sad", "neutral"], expression, emotion) == chosen


def test_words_of_ones_own_and_names_of_files():
    assert choose_picture(["smug"], "smug", "") == ("smug", True)
    assert choose_picture(["smug"], "angry", "") == ("", False)
    assert choose_picture(["mira_happy", "mira_angry"], "furious", "") == ("mira_angry", True)
    assert choose_picture([], "happy", "") == ("", False)


# ---- Its clips ----


def test_each_feeling_has_its_picture():
    happy, sad = (colours(generate(stills(), expression)) for expression in ("happy", "sad"))
    assert np.abs(happy - (250, 220, 40)).max() < 12
    assert np.abs(sad - (40, 60, 200)).max() < 12


def test_a_picture_that_stands_in_has_the_light_of_the_feeling():
    neutral, angry = (
        colours(generate(stills(), word, intensity=1.0)) for word in ("neutral", "angry")
    )
    assert np.abs(neutral - 120).max() < 8
    assert angry[0] > neutral[0] + 15 > angry[2] + 30


def test_a_clip_has_the_shape_of_its_picture():
    clip = generate(stills(), "neutral")
    assert (clip.width, clip.height) == (90, 46)
    assert first_frame(clip).shape[:2] == (46, 90)
    assert not clip.is_drawn


def test_the_portrait_is_taken_where_there_is_no_picture():
    clip = generate(stills({}), image=portrait(plain((200, 40, 40))))
    assert colours(clip)[0] > colours(clip)[2] + 50
    with pytest.raises(GenerationInvalidError, match="neither stills nor a portrait"):
        generate(stills({}))


def test_any_picture_is_better_than_none():
    only = {"happy": "res://happy.png"}
    assert colours(generate(stills(only), "neutral"))[0] > 200


def test_clips_on_disk_count_for_the_same_pictures_and_eyes():
    prints = [
        stills().fingerprint,
        stills({"happy": "res://sad.png"}).fingerprint,
        stills(eyes=EYES).fingerprint,
    ]
    assert len(set(prints)) == 3
    assert stills().fingerprint == prints[0]


def test_each_picture_can_have_eyes_of_its_own():
    files = {"near": picture_file(face()), "far": picture_file(face()[:, ::-1])}
    pictures = {"happy": "near", "sad": "far"}
    mirrored = tuple((1.0 - left - width, *rest, width, tall) for left, *rest, width, tall in EYES)
    of_each = {"happy": EYES, "sad": mirrored}

    def lids(expression, **eyes):
        backend = StillsBackend(pictures, read=files.__getitem__, **eyes)
        clip = generate(backend, expression, seconds=3.0)
        with av.open(io.BytesIO(clip.data)) as container:
            frames = [frame.to_ndarray(format="gray") for frame in container.decode(video=0)]
        height, width = frames[0].shape
        return [
            max(
                int(frame[round((top + tall / 3) * height), round((left + wide / 2) * width)])
                for frame in frames
            )
            for left, top, wide, tall in of_each[expression]
        ]

    for expression in of_each:
        assert min(lids(expression, eyes_of=of_each)) > 130
    assert min(lids("happy", eyes=EYES)) > 130
    assert max(lids("happy", eyes=EYES, eyes_of={"happy": ()})) < 100  # one that has none
    assert min(lids("sad", eyes=mirrored, eyes_of={"happy": EYES})) > 130


def test_eyes_of_single_pictures_tell_clips_apart():
    prints = [
        stills().fingerprint,
        stills(eyes_of={"happy": EYES}).fingerprint,
        stills(eyes_of={"sad": EYES}).fingerprint,
    ]
    assert len(set(prints)) == 3
    assert stills(eyes_of={}).fingerprint == stills(eyes_of={"smug": EYES}).fingerprint == prints[0]


# ---- The embedded generator, of a portrait ----


def test_a_portrait_moves_in_place_of_ember():
    clip = generate(ProceduralBackend(), "neutral", portrait(plain((20, 180, 60))))
    assert np.abs(colours(clip) - (20, 180, 60)).max() < 12
    assert not clip.is_drawn


def test_ember_is_drawn_where_there_is_no_portrait_or_she_is_wanted():
    ember = generate(ProceduralBackend())
    wanted = generate(ProceduralBackend(draws_ember=True), image=portrait(plain((20, 180, 60))))
    assert ember.is_drawn
    assert wanted.is_drawn
    assert (first_frame(wanted) == first_frame(ember)).all()
    assert ProceduralBackend().capabilities.uses_image
    assert not ProceduralBackend(draws_ember=True).capabilities.uses_image


def test_a_figure_that_was_cut_out_stays_so():
    clip = generate(ProceduralBackend(), "neutral", portrait(cut_out()))
    decoder = ClipDecoder(clip.data, clip.media_type)
    assert decoder.info.layout.has_alpha
    decoder.close()


def test_the_clip_of_a_portrait_blinks():
    clip = generate(ProceduralBackend(eyes=EYES), "neutral", portrait(face()), 3.0)
    with av.open(io.BytesIO(clip.data)) as container:
        frames = [
            frame.to_ndarray(format="gray").astype(int) for frame in container.decode(video=0)
        ]
    height, width = frames[0].shape
    eye = [frame[round(0.4 * height), round(0.31 * width)] for frame in frames]
    assert min(eye) < 70
    assert max(eye) > 130


def test_eyes_and_ember_tell_clips_on_disk_apart():
    made = [ProceduralBackend(), ProceduralBackend(eyes=EYES), ProceduralBackend(draws_ember=True)]
    assert len({backend.fingerprint for backend in made}) == 3


class CountedStills(Counted, StillsBackend):
    pass


class TestStills(Contract):
    kinds = ()  # nothing goes wrong with a valid request

    @asynccontextmanager
    async def stage(self):
        yield DrawnStage(CountedStills(PICTURES, read=FILES.__getitem__))
