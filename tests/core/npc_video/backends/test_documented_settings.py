import re
from pathlib import Path

import pytest
from msgspec import NODEFAULT
from npc_video.backends.comfyui.custom import PARAMETERS
from npc_video.backends.http.answer import ANSWER
from npc_video.backends.http.fields import REQUEST
from npc_video.backends.http.recipes import RECIPES
from npc_video.backends.settings import KINDS, MODELS, files_of
from npc_video.backends.settings_reading import settings_of

DOC = (Path(__file__).parents[4] / "docs" / "generators.md").read_text("utf-8")
NAME = re.compile(r"`([^`]+)`")


def table_after(text):
    """The rows of the first table after a text, each a list of its cells."""
    lines = DOC.partition(text)[2].splitlines()
    first = next(index for index, line in enumerate(lines) if line.startswith("|"))
    rows = []
    for line in lines[first + 2 :]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows


def usual(value):
    """How the docs write what counts where nothing is said."""
    if value is NODEFAULT:
        return "needed"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return f"{value:g}"
    return f"`{value}`" if value else ""


@pytest.mark.parametrize("kind", KINDS)
def test_all_that_can_stand_in_a_file_is_told(kind):
    told = {}
    for names, values, about in table_after(f"backend of the kind `{kind}`"):
        assert about
        each = values.split(", ")
        for index, name in enumerate(NAME.findall(names)):
            told[name] = each[min(index, len(each) - 1)]
    assert told == {name: usual(value) for name, value in settings_of(KINDS[kind]).items()}


def test_all_models_and_their_files_are_told():
    told = {
        NAME.findall(model)[0]: NAME.findall(files) for model, files in table_after("`npc_name`.")
    }
    assert told == {model: list(files_of(model)) for model in MODELS}


def test_all_services_are_told():
    told = [NAME.findall(row[0])[0] for row in table_after("## Video services")]
    assert sorted(told) == sorted(RECIPES)


def test_all_places_of_a_workflow_are_told():
    sentence = DOC.partition("In `bindings`, and as `{{seed}}`")[2].partition(".\n")[0]
    assert sorted(NAME.findall(sentence)) == sorted(PARAMETERS)


def test_all_fields_of_a_question_and_an_answer_are_told():
    asked = DOC.partition("A service over HTTP gets")[2].partition("It answers")[0]
    more, answered = re.findall(
        r"`fields\.request` can name (.*?)`fields\.answer` has(.*?);", DOC, re.S
    )[0]
    assert set(NAME.findall(asked + more)) >= set(REQUEST)
    assert set(NAME.findall(answered)) == set(ANSWER)
