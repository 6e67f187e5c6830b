import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from npc_video.scheduling.demand import needed_workers
from npc_video.scheduling.holdings import Holdings
from npc_video.scheduling.order import Class
from npc_video.scheduling.pools import Pool

from .world import UPGRADE, task

SLOTS = 12


def holdings(works, weights=(), seconds=120):
    """Tenants whose clips take so many seconds each second, for a while."""
    made = Holdings(dict(weights))
    for second in range(seconds):
        for name, work in works.items():
            made.note_arrival(name, work, float(second))
    return made


def share(subject, name, now=120.0):
    """The slots at which a tenant has its share."""
    for count in range(SLOTS + 1):
        if subject.has_share(name, SLOTS, now):
            return count
        subject.hold(name, 1.0)
    return math.inf


def test_a_flood_gets_what_others_leave():
    subject = holdings({"small": 0.6, "flood": 500.0})
    assert share(subject, "flood") == 10
    assert share(subject, "small") == 10  # it may grow up to the level of the flood


def test_weights_count():
    subject = holdings({"a": 500.0, "b": 500.0}, {"b": 3.0})
    assert share(subject, "a") == 3
    assert share(subject, "b") == 9


def test_nobody_has_too_much_while_there_is_enough():
    subject = holdings({"a": 1.0, "b": 2.0})
    assert share(subject, "a") == math.inf


def test_what_is_given_back_counts_no_more():
    subject = holdings({"a": 500.0, "b": 500.0})
    for _ in range(6):
        subject.hold("a", 1.0)
    assert subject.has_share("a", SLOTS, 120.0)
    subject.hold("a", -1.0)
    assert not subject.has_share("a", SLOTS, 120.0)


def test_upgrades_do_not_count_where_what_is_urgent_is_shared():
    pool = Pool({})
    pool.slots = SLOTS
    for second in range(60):
        for tenant in ("a", "b"):
            upgrade = task(UPGRADE, tenant=tenant, seconds=50.0, asked_at=float(second))
            pool.note_arrival(upgrade)
    for _ in range(SLOTS):
        pool.hold(upgrade, 1.0)
    assert pool.has_share("b", Class.UPGRADE, 60.0)
    assert not pool.has_share("a", Class.UPGRADE, 60.0)
    assert not pool.has_share("b", Class.URGENT, 60.0)


def test_who_asks_no_more_has_no_part():
    subject = holdings({"a": 500.0, "b": 500.0})
    for second in range(120, 1200):
        subject.note_arrival("a", 350.0, float(second))
    assert share(subject, "a", 1200.0) in (SLOTS, math.inf)


@given(st.dictionaries(st.sampled_from("abcdef"), st.floats(0.01, 100.0), min_size=1))
def test_the_shares_of_those_in_need_fill_the_farm(works):
    subject = holdings(works, seconds=60)
    needs = {name: needed_workers(work) for name, work in works.items()}
    subject.has_share("a", SLOTS, 60.0)
    level = subject._level
    if level == math.inf:
        assert sum(needs.values()) <= SLOTS * 1.1
    else:
        assert sum(min(need, level) for need in needs.values()) == pytest.approx(SLOTS, rel=0.1)
