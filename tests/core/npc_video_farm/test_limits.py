"""What tenants and players may use."""

from contextlib import nullcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st
from npc_video.records import Purpose
from npc_video_farm.gateway.auth import Principal
from npc_video_farm.gateway.limits import Meter, check_preset, check_room
from npc_video_farm.gateway.refusal import Refusal
from npc_video_farm.store.valkey import TICKET_SECONDS
from npc_video_farm.tenants import Limits
from npc_video_farm.wire import ClipBody

RATED = Limits(requests_per_minute=60)


def ann(limits=None, player_limits=None):
    return Principal(
        "studio", "ann", limits=limits or Limits(), player_limits=player_limits or Limits()
    )


def granted(meter, who, now):
    try:
        meter.request(who, now)
    except Refusal:
        return False
    return True


def test_without_limits_everything_is_granted():
    meter = Meter()
    assert all(granted(meter, Principal("studio"), 0.0) for _ in range(1000))


@given(st.lists(st.floats(0, 2), min_size=1, max_size=200))
def test_a_minute_sees_no_more_than_its_requests_and_a_burst(pauses):
    meter, now, times = Meter(), 0.0, []
    for pause in pauses:
        now += pause
        if granted(meter, Principal("studio", limits=RATED), now):
            times.append(now)
    for start in times:
        assert sum(start <= each < start + 60 for each in times) <= 60 + 15


def test_what_was_refused_is_granted_after_its_rest():
    meter, who = Meter(), Principal("studio", limits=RATED)
    while granted(meter, who, 0.0):
        pass
    with pytest.raises(Refusal) as caught:
        meter.request(who, 0.0)
    assert caught.value.status == 429
    assert granted(meter, who, caught.value.retry_after + 1e-6)


def test_a_limit_of_none_a_minute_grants_nothing_after_the_first():
    meter, who = Meter(), Principal("studio", limits=Limits(requests_per_minute=0))
    assert granted(meter, who, 0.0)
    assert not granted(meter, who, 1e6)


def test_players_have_a_rate_each_and_their_tenant_one():
    meter = Meter()
    bob = Principal("studio", "bob", player_limits=RATED)
    while granted(meter, ann(player_limits=RATED), 0.0):
        pass
    assert granted(meter, bob, 0.0)
    while granted(meter, ann(limits=RATED), 0.0):
        pass
    assert not granted(meter, Principal("studio", "bob", limits=RATED), 0.0)


def test_a_refused_request_costs_neither():
    meter = Meter()
    both = ann(limits=Limits(requests_per_minute=120), player_limits=RATED)
    count = 0
    while granted(meter, both, 0.0):
        count += 1
    assert count == 15
    for _ in range(100):
        assert not granted(meter, both, 0.0)
    assert granted(meter, Principal("studio", limits=Limits(requests_per_minute=120)), 0.0)


def test_open_tickets_are_limited():
    meter, who = Meter(), ann(player_limits=Limits(most_waiting=2))
    for ticket in ("a", "b"):
        assert granted(meter, who, 0.0)
        meter.opened(ticket, who, 0.0)
    assert not granted(meter, who, 0.0)
    assert granted(meter, Principal("studio", "bob", player_limits=who.player_limits), 0.0)
    meter.closed("a")
    meter.closed("a")
    assert granted(meter, who, 0.0)


def test_a_ticket_opened_twice_counts_once():
    meter, who = Meter(), ann()
    meter.opened("a", who, 0.0)
    meter.opened("a", who, 1.0)
    assert meter.open_tickets == 1
    meter.closed("a")
    assert meter.open_tickets == 0


def test_tickets_of_servers_are_counted_elsewhere():
    meter = Meter()
    meter.opened("a", Principal("studio"), 0.0)
    assert meter.open_tickets == 0


def test_the_policy_says_what_is_too_much():
    check_room(Purpose.URGENT, 1e9, waiting=2, most_waiting=3)
    check_room(Purpose.URGENT, 0.0, waiting=10**9, most_waiting=None)
    for purpose, ahead, waiting in ((Purpose.URGENT, 0.0, 3), (Purpose.SPECULATION, 99.0, 0)):
        with pytest.raises(Refusal) as caught:
            check_room(purpose, ahead, waiting, most_waiting=3)
        assert caught.value.status == 429
        assert caught.value.retry_after > 0


def test_a_ticket_that_nobody_polls_is_not_open():
    meter, who = Meter(), ann(player_limits=Limits(most_waiting=2))
    meter.opened("a", who, 0.0)
    meter.opened("b", who, 1.0)
    meter.seen("a", 10.0)
    assert not granted(meter, who, TICKET_SECONDS)
    assert granted(meter, who, TICKET_SECONDS + 2.0)
    assert meter.open_tickets == 1


@pytest.mark.parametrize(
    ("best", "width", "steps", "is_allowed"),
    [
        ("", 2048, 1000, True),
        ("quality", 2048, 1000, False),
        ("quality", 768, 25, True),
        ("fast", 512, 8, True),
        ("fast", 512, 9, False),
        ("realtime", 512, 8, False),
    ],
)
def test_a_best_preset_limits_the_work_and_not_the_name(best, width, steps, is_allowed):
    body = ClipBody(width=width, height=width, steps=steps, fps=12, preset="realtime")
    refused = nullcontext() if is_allowed else pytest.raises(Refusal, match="allows the preset")
    with refused:
        check_preset(Limits(best_preset=best), body)
