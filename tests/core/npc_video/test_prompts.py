import pytest
from hypothesis import given
from hypothesis import strategies as st
from npc_video.prompts import joined_prompt, prompt_key


def test_nothing_said_has_no_key() -> None:
    assert prompt_key("", "") == prompt_key(" , ", "\n") == ""


@pytest.mark.parametrize(
    "other", ["a cat,  in a\tbox", " a cat, in a box ", "a cat , in a box,", "a cat,\nin a box"]
)
def test_spacing_says_nothing(other: str) -> None:
    assert prompt_key(other, "rain") == prompt_key("a cat, in a box", "rain")


@pytest.mark.parametrize(
    ("prompt", "negative"), [("a dog", "rain"), ("a cat", ""), ("rain", "a cat"), ("A cat", "rain")]
)
def test_other_words_do(prompt: str, negative: str) -> None:
    assert prompt_key(prompt, negative) != prompt_key("a cat", "rain")


@given(st.text(), st.text(), st.text(), st.text())
def test_equal_keys_mean_equal_words(one: str, no: str, other: str, neither: str) -> None:
    if prompt_key(one, no) == prompt_key(other, neither):
        assert one.replace(",", " ").split() == other.replace(",", " ").split()
        assert no.replace(",", " ").split() == neither.replace(",", " ").split()


@given(st.text(), st.text())
def test_joining_again_adds_nothing(first: str, then: str) -> None:
    once = joined_prompt(first, then)
    assert joined_prompt(first, once) == once or not first
