"""Errors of a game's own code in the log."""

import pytest
from npc_video.backends.broken import log_broken


def failed(function: object) -> Exception:
    try:
        function()
    except Exception as error:
        return error
    raise AssertionError


def test_the_lines_are_told_and_each_kind_once(caplog: pytest.LogCaptureFixture) -> None:
    def one() -> None:
        raise ValueError("planted first")

    def other() -> None:
        raise ValueError("planted second")

    for _ in range(3):
        log_broken("It broke:", failed(one))
        log_broken("It broke:", failed(other))
    assert [record.getMessage() for record in caplog.records] == ["It broke:"] * 2
    for text in ("test_broken.py", "planted first", "planted second", "in other"):
        assert text in caplog.text
