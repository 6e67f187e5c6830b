import pytest

from tools.soak.game import told_in


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('@soak {"e": "asked"}', '{"e": "asked"}'),
        ('The folder cannot be used (Invalid argument)@soak {"e": "asked"}', '{"e": "asked"}'),
        ("The folder cannot be used (Invalid argument)", ""),
        ("", ""),
    ],
)
def test_what_the_game_tells_is_found_in_its_log(line: str, told: str) -> None:
    assert told_in(line) == told
