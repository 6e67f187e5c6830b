import pytest

from tools.soak.ledger import Attempt, End, Ledger


def attempt(began: float, end: End = End.OPEN, ended: float | None = None) -> Attempt:
    return Attempt("smile", began, "", end, ended)


def test_a_job_that_is_still_made_is_not_sent_again() -> None:
    ledger = Ledger([attempt(1.0), attempt(2.0)])
    assert [(twice.job, twice.at) for twice in ledger.doubled([], [])] == [("smile", 2.0)]


def test_a_clip_that_has_arrived_is_not_sent_for_again() -> None:
    ledger = Ledger([attempt(1.0, End.DELIVERED, 2.0), attempt(50.0)])
    assert ledger.doubled([], [])


def test_after_a_failure_it_may_be() -> None:
    ledger = Ledger([attempt(1.0, End.FAILED, 2.0), attempt(2.5, End.DELIVERED, 3.0)])
    assert not ledger.doubled([], [])


def test_what_was_given_up_may_be_when_it_has_ended() -> None:
    given_up = attempt(1.0, End.GIVEN_UP, 2.0)
    assert not Ledger([given_up, attempt(2.0)]).doubled([], [])
    never_heard = attempt(1.0, End.GIVEN_UP, 60.0)
    assert Ledger([never_heard, attempt(2.0)]).doubled([], [])


@pytest.mark.parametrize(("given_up", "is_needless"), [(1.5, False), (2.5, False), (40.0, True)])
def test_what_is_given_up_as_it_arrives_is_gone(given_up: float, is_needless: bool) -> None:
    ledger = Ledger([attempt(1.0, End.DELIVERED, 2.0), attempt(50.0)])
    assert bool(ledger.doubled([given_up], [])) == is_needless


def test_a_service_may_never_hear_that_its_clip_was_given_up() -> None:
    closed_later = attempt(1.0, End.FAILED, 60.0)
    assert not Ledger([closed_later, attempt(5.0)]).doubled([3.0], [])
    assert Ledger([closed_later, attempt(20.0)]).doubled([30.0], [])


@pytest.mark.parametrize(("cleared", "is_needless"), [(40.0, False), (0.5, True), (51.0, True)])
def test_what_was_thrown_away_may_be_made_again(cleared: float, is_needless: bool) -> None:
    ledger = Ledger([attempt(1.0, End.DELIVERED, 2.0), attempt(50.0)])
    assert bool(ledger.doubled([], [cleared])) == is_needless


def test_other_jobs_are_others() -> None:
    assert not Ledger([attempt(1.0), Attempt("laugh", 2.0)]).doubled([], [])


def test_the_first_end_counts_but_for_who_was_gone_when_it_arrived() -> None:
    ended = attempt(1.0)
    ended.finish(End.FAILED, 2.0)
    ended.finish(End.DELIVERED, 3.0)
    assert (ended.end, ended.ended) == (End.FAILED, 2.0)
    delivered = attempt(1.0, End.DELIVERED, 2.0)
    delivered.finish(End.GIVEN_UP, 3.0)
    assert delivered.end is End.GIVEN_UP


def test_counts_name_every_end() -> None:
    counts = Ledger([attempt(1.0, End.DELIVERED, 2.0), attempt(3.0)]).counts()
    assert counts == {"still made": 1, "delivered": 1, "failed": 0, "given up": 0}
