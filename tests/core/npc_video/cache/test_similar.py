import pytest
from hypothesis import given
from hypothesis import strategies as st
from npc_video.cache.feelings import (
    FEELINGS,
    animation_similarity,
    feeling_similarity,
    word_similarity,
)
from npc_video.cache.similar import SimilarityIndex
from npc_video.face.words import EXPRESSION_WORDS
from npc_video.records import VideoParams

_words = st.sampled_from(["happy", "joyful", "sad", "furious", "neutral", "smug", "smugly", ""])
_params = st.builds(
    VideoParams,
    npc_id=st.sampled_from(["ember", "guard"]),
    expression=_words,
    emotion=_words,
    animation=st.sampled_from(["idle", "nod", "yes", "spin", "spin_left"]),
    style=st.sampled_from(["", "anime", "ink"]),
    intensity=st.floats(0.0, 1.0),
    seed=st.integers(0, 3),
)


@pytest.mark.parametrize("expression", sorted(set(EXPRESSION_WORDS.values())))
def test_every_expression_of_the_face_has_a_place_among_the_feelings(expression: str) -> None:
    assert expression in FEELINGS


@pytest.mark.parametrize(
    ("word", "closer", "farther"),
    [
        ("happy", "pleased", "neutral"),
        ("happy", "joyful", "pleased"),
        ("happy", "neutral", "angry"),
        ("sad", "lonely", "surprised"),
        ("angry", "annoyed", "sleepy"),
        ("very_happy", "joyful", "sad"),
        ("scared", "worried", "calm"),
        ("smug", "smugly", "sad"),
    ],
)
def test_feelings_are_compared_by_meaning(word: str, closer: str, farther: str) -> None:
    assert feeling_similarity(word, closer) > feeling_similarity(word, farther)


@given(st.text(max_size=100) | _words, st.text(max_size=100) | _words)
def test_similarity_is_symmetric_and_only_the_same_word_is_the_same(one: str, other: str) -> None:
    for similarity in (feeling_similarity, animation_similarity, word_similarity):
        score = similarity(one, other)
        assert 0.0 <= score <= 1.0
        assert score == similarity(other, one)
        assert (score == 1.0) == (one == other)


def test_known_movements_are_compared_by_what_the_face_does() -> None:
    assert animation_similarity("hop", "jump") > 0.9
    assert animation_similarity("shake", "nod") == 0.0
    assert animation_similarity("spin_left", "spin_right") > animation_similarity("spin", "nod")


@given(st.lists(_params, max_size=12), st.data())
def test_the_best_of_the_same_npc_is_found(clips: list[VideoParams], data: st.DataObject) -> None:
    index = SimilarityIndex()
    for params in clips:
        index.add(params.cache_key(), params)
    held = {params.cache_key(): params for params in clips}
    for params in data.draw(st.lists(st.sampled_from(clips), max_size=5)) if clips else []:
        index.discard(params.cache_key())
        held.pop(params.cache_key(), None)
    wanted, minimum = data.draw(_params), data.draw(st.floats(0.0, 1.0))

    scores = {
        key: _score(wanted, params)
        for key, params in held.items()
        if params.npc_id == wanted.npc_id
    }
    best = max(scores.values(), default=0.0)
    found = index.best(wanted, minimum)
    if found is None:
        assert best <= minimum or not scores
    else:
        assert found[1] == pytest.approx(best)
        assert scores[found[0]] == pytest.approx(best)
        assert best >= minimum - 1e-9


def _score(wanted: VideoParams, params: VideoParams) -> float:
    return (
        0.4 * feeling_similarity(wanted.expression, params.expression)
        + 0.2 * feeling_similarity(wanted.emotion, params.emotion)
        + 0.2 * animation_similarity(wanted.animation, params.animation)
        + 0.1 * word_similarity(wanted.style, params.style)
        + 0.1 * (1.0 - abs(wanted.intensity - params.intensity))
    )


def test_the_same_look_scores_exactly_one() -> None:
    index, params = SimilarityIndex(), VideoParams(npc_id="ember", expression="happy", seed=1)
    index.add(params.cache_key(), params)
    other = VideoParams(npc_id="ember", expression="happy", seed=2)
    assert index.best(other, 1.0) == (params.cache_key(), 1.0)


def test_nothing_of_another_npc_is_shown() -> None:
    index, params = SimilarityIndex(), VideoParams(npc_id="guard")
    index.add(params.cache_key(), params)
    assert index.best(VideoParams(npc_id="ember"), 0.0) is None
