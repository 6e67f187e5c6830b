from typing import Any

import pytest

from tools.soak.account import Account

SMILE, LAUGH = "ember/happy/happy/idle", "ember/amused/amused/laugh"


def account_of(*events: dict[str, Any]) -> Account:
    account = Account()
    for at, event in enumerate(events):
        account.take({"at": float(at), **event})
    return account


def asked(clip: str = SMILE, player: int = 1) -> dict[str, Any]:
    return {"e": "asked", "p": player, "clip": clip, "by": "http"}


def test_what_nobody_settles_is_lost() -> None:
    account = account_of(asked())
    assert [ask.clip for ask in account.pending] == [SMILE]


@pytest.mark.parametrize("end", ["started", "failed", "left", "cancelled"])
def test_every_end_settles(end: str) -> None:
    account = account_of(asked(), {"e": end, "p": 1, "clip": SMILE})
    assert not account.pending
    assert account.ends[end] == 1
    assert not account.wrong


def test_something_newer_takes_the_place_of_what_waits() -> None:
    account = account_of(asked(SMILE), asked(LAUGH))
    assert [ask.clip for ask in account.pending] == [LAUGH]
    assert account.ends["superseded"] == 1


def test_each_player_waits_for_itself() -> None:
    account = account_of(asked(), asked(player=2), {"e": "left", "p": 2})
    assert [ask.player for ask in account.pending] == [1]


def test_another_clip_than_was_asked_for_is_told() -> None:
    account = account_of(asked(SMILE), {"e": "started", "p": 1, "clip": LAUGH})
    assert LAUGH in account.wrong[0]


def test_a_clip_that_nobody_asked_for_is_what_it_shows_at_rest() -> None:
    account = account_of({"e": "started", "p": 1, "clip": LAUGH})
    assert not account.wrong
    assert not account.ends


def test_the_longest_wait_is_kept_by_generator() -> None:
    account = account_of(asked(), asked(player=2), {"e": "failed", "p": 1})
    assert account.longest == {"http": 2.0}


def test_everything_is_accounted_for() -> None:
    account = account_of(asked(), asked(), asked(player=2), {"e": "failed", "p": 2})
    assert account.asked == sum(account.ends.values()) + len(account.pending)
