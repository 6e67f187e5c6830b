import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from npc_video.errors import InvalidDataError
from npc_video.graph.document.document import GraphDocument
from npc_video.graph.document.splicing import Draft

from tests.core.npc_video.graph.document.texts import LEAVES, PLAIN, formatted

OBJECTS = st.dictionaries(st.text(max_size=4), PLAIN, max_size=4)


def edited(text, edit):
    """The text after an edit, which gets the draft and the value of "a"."""
    document = GraphDocument.read(text)
    draft = Draft(document)
    edit(draft, document.at("a"))
    return draft.finish().text


@given(formatted(OBJECTS), OBJECTS)
@settings(max_examples=200)
def test_any_value_becomes_any_other(text, data):
    document = GraphDocument.read(text)
    draft = Draft(document)
    draft.set(document.root, data)
    after = draft.finish().text
    assert json.loads(after) == data
    draft = Draft(GraphDocument.read(after))
    draft.set(draft.document.root, data)
    assert draft.finish() is draft.document


@given(formatted(st.fixed_dictionaries({"a": st.lists(PLAIN, max_size=6)})), st.data())
@settings(max_examples=200)
def test_items_are_removed_and_inserted_anywhere(text, data):
    before = json.loads(text)["a"]
    gone = data.draw(st.sets(st.sampled_from(range(len(before) or 1))), "gone")
    new = data.draw(st.lists(st.tuples(st.integers(0, len(before)), PLAIN), max_size=4), "new")
    gone &= set(range(len(before)))

    def edit(draft, listed):
        for index in gone:
            draft.remove(listed, index)
        for index, item in new:
            draft.insert(listed, index, item)

    expected = []
    for index in range(len(before) + 1):
        expected += [item for at, item in new if at == index]
        expected += [] if index in gone or index == len(before) else [before[index]]
    after = edited(text, edit)
    assert json.loads(after)["a"] == expected
    assert after.count("\r\n") == after.count("\n") or "\r\n" not in after or "\r\n" in text


@given(formatted(st.fixed_dictionaries({"a": OBJECTS})), st.data())
def test_members_are_set_removed_and_renamed(text, data):
    expected = json.loads(text)["a"]
    name, value = data.draw(st.text(max_size=4)), data.draw(LEAVES)
    removed = data.draw(st.sampled_from([*expected, "no such"]))

    def edit(draft, table):
        draft.remove_member(table, removed)
        if name != removed:
            draft.set_member(table, name, value)

    after = json.loads(edited(text, edit))["a"]
    expected.pop(removed, None)
    assert after == (expected if name == removed else {**expected, name: value})


@given(formatted(st.fixed_dictionaries({"a": st.lists(PLAIN, min_size=1) | OBJECTS})), st.data())
def test_parts_move(text, data):
    before = json.loads(text)["a"]
    if not before:
        return
    last = len(before) - 1
    index, to = data.draw(st.integers(0, last)), data.draw(st.integers(0, last))
    expected = list(before.items()) if isinstance(before, dict) else before
    expected.insert(to, expected.pop(index))
    after = json.loads(edited(text, lambda draft, value: draft.move(value, index, to)))["a"]
    assert (list(after.items()) if isinstance(after, dict) else after) == expected


ON_LINES = """{
\t"a": [
\t\t{"id": "x", "n": 1},
\t\t{"id": "y", "n": 1.50}
\t],
\t"b" : {}
}"""


@pytest.mark.parametrize(
    ("edit", "old", "new"),
    [
        (lambda d, a: d.insert(a, 2, {"id": "z"}), "1.50}", '1.50},\n\t\t{"id": "z"}'),
        (lambda d, a: d.insert(a, 0, 5), '\t\t{"id": "x"', '\t\t5,\n\t\t{"id": "x"'),
        (lambda d, a: d.insert(a, 1, 5), '\t\t{"id": "y"', '\t\t5,\n\t\t{"id": "y"'),
        (lambda d, a: d.remove(a, 0), '\t\t{"id": "x", "n": 1},\n', ""),
        (lambda d, a: d.remove(a, 1), ',\n\t\t{"id": "y", "n": 1.50}', ""),
        (lambda d, a: d.set_member(a.items[0], "m", "ü"), '"n": 1}', '"n": 1, "m": "ü"}'),
        (lambda d, a: d.set_member(a.items[0], "m", 2.0, before="n"), '"n": 1}', '"m": 2, "n": 1}'),
        (lambda d, a: d.remove_member(a.items[1], "id"), '"id": "y", ', ""),
        (lambda d, a: d.set_member(d.document.at("b"), "c", 1), "{}", '{"c": 1}'),
        (
            lambda d, a: d.set_member(d.document.at("b"), "c", [{}]),
            "{}",
            '{\n\t\t"c": [\n\t\t\t{}\n\t\t]\n\t}',
        ),
        (lambda d, a: d.set_member(d.document.root, "c", 0), "{}", '{},\n\t"c": 0'),
        (lambda d, a: d.set(a, [{"id": "x", "n": 2}, {"n": 1.5, "id": "y"}]), '"n": 1}', '"n": 2}'),
        (lambda d, a: d.set(a.items[1].get("n"), 1.5), "", ""),
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_only_the_lines_change_that_must(edit, old, new, newline):
    text = ON_LINES.replace("\n", newline)
    old, new = old.replace("\n", newline), new.replace("\n", newline)
    assert edited(text, edit) == (text.replace(old, new) if old else text)


def test_a_file_on_one_line_stays_on_it():
    text = '{"a":[{"id":"x"}],"b":[],"c":{}}'

    def edit(draft, a):
        draft.insert(a, 1, {"id": "y", "data": {"rows": [{"n": 1}, {}]}})
        draft.insert(draft.document.at("b"), 0, {"n": [1, 2]})
        draft.set_member(draft.document.at("c"), "d", {"e": "f"})

    assert edited(text, edit) == (
        '{"a":[{"id":"x"},{"id":"y","data":{"rows":[{"n":1},{}]}}],"b":[{"n":[1,2]}],"c":{"d":{"e":"f"}}}'
    )


def test_a_file_in_which_all_is_open_stays_so():
    data = {"a": [{"id": "x", "p": {"x": 1}}], "b": []}
    new = {"id": "y", "p": {"x": 2}, "data": {"rows": [{"n": 1}], "empty": {}}}
    after = edited(json.dumps(data, indent=3), lambda draft, a: draft.insert(a, 1, new))
    assert after == json.dumps({**data, "a": [*data["a"], new]}, indent=3)


@pytest.mark.parametrize("wrong", [float("nan"), float("inf"), b"x", {1, 2}])
def test_only_values_of_json_are_written(wrong):
    with pytest.raises(InvalidDataError, match="cannot be written as JSON"):
        edited(ON_LINES, lambda draft, a: draft.insert(a, 0, {"n": wrong}))


@given(st.text(), st.text())
def test_any_words_are_written(key, word):
    after = edited(ON_LINES, lambda draft, a: draft.insert(a, 0, {key: word}))
    after.encode()
    assert json.loads(after)["a"][0] == {key: word}


def test_half_a_pair_of_surrogates_is_escaped():
    after = edited(ON_LINES, lambda draft, a: draft.insert(a, 0, "\ud800ü"))
    assert '"\\ud800\\u00fc"' in after
