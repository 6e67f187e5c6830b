import json

import pytest

from tools.figure_pages import FIGURES, PAGE, with_tables

DOC = PAGE.read_text("utf-8")
KEPT = json.loads(FIGURES.read_text("utf-8"))


def test_the_page_has_the_figures_of_the_benchmark():
    assert with_tables(DOC, KEPT) == DOC, "run python -m tools.figure_pages"


def test_another_figure_changes_its_cell_alone():
    changed = json.loads(json.dumps(KEPT))
    changed["habitual"]["lru"]["on_time"] = 0.126
    new = with_tables(DOC, changed).splitlines()
    differing = [(a, b) for a, b in zip(DOC.splitlines(), new, strict=True) if a != b]
    assert [b.split("|")[3] for _, b in differing] == [" 13 % "]


def test_a_page_without_the_place_of_a_table_is_refused():
    with pytest.raises(ValueError, match="0 places of the table 'cache'"):
        with_tables(DOC.replace("figures: cache", "figures: other"), KEPT)
