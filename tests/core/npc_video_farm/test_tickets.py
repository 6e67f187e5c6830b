"""What requests and states of jobs mean."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from npc_video.records import Purpose
from npc_video_farm.gateway.auth import Principal
from npc_video_farm.gateway.refusal import Refusal
from npc_video_farm.gateway.tickets import (
    check_holder,
    new_ticket,
    read_promotion,
    read_wanted,
    said_of,
    times_of,
)
from npc_video_farm.jobs import JobState
from npc_video_farm.tenants import Limits, Scope

from .samples import JOB

STUDIO, ANN, BOB = Principal("studio"), Principal("studio", "ann"), Principal("studio", "bob")
OTHER = Principal("other")
BODY = json.dumps({"prompt": "a laugh"}).encode()
VIEW = replace(
    JOB,
    state=JobState.RUNNING,
    asked_at=100.0,
    begun_at=101.5,
    generator="g",
    worker="w",
    token="t",
    progress=0.5,
)


def refused(call, *arguments):
    with pytest.raises(Refusal) as caught:
        call(*arguments)
    return caught.value


def test_headers_say_how_urgent_it_is():
    headers = {"npc-purpose": "Speculation", "npc-deadline": "2.5", "idempotency-key": "a"}
    wanted = read_wanted(STUDIO, headers, BODY)
    assert (wanted.purpose, wanted.due_in, wanted.once) == (Purpose.SPECULATION, 2.5, "a")
    assert wanted.body.prompt == "a laugh"


def test_without_headers_the_tenants_purpose_counts():
    wanted = read_wanted(replace(STUDIO, purpose=Purpose.UPGRADE), {}, BODY)
    assert (wanted.purpose, wanted.due_in, wanted.once) == (Purpose.UPGRADE, None, "")
    assert wanted.body.preset == "fast"


def test_the_header_names_the_preset():
    assert read_wanted(STUDIO, {"npc-preset": "tiny"}, BODY).body.preset == "tiny"


@pytest.mark.parametrize(
    ("headers", "word"),
    [
        ({"npc-purpose": "now"}, "urgent"),
        ({"npc-deadline": "soon"}, "Npc-Deadline"),
        ({"npc-deadline": "-1"}, "Npc-Deadline"),
        ({"npc-deadline": "nan"}, "Npc-Deadline"),
        ({"npc-deadline": "inf"}, "Npc-Deadline"),
        ({"npc-preset": "x" * 65}, "Npc-Preset"),
        ({"idempotency-key": "x" * 201}, "Idempotency-Key"),
    ],
)
def test_a_wrong_header_is_named(headers, word):
    refusal = refused(read_wanted, STUDIO, headers, BODY)
    assert refusal.status == 422
    assert word in str(refusal)


def test_a_wrong_body_is_refused():
    assert refused(read_wanted, STUDIO, {}, b"{").status == 422


BAKE = {"npc-purpose": "bake"}


def test_a_game_may_bake_in_idle_time_and_nothing_is_kept_for_ever():
    player = replace(ANN, scopes=frozenset({Scope.GENERATE}))
    wanted = read_wanted(player, BAKE, BODY)
    assert (wanted.purpose, wanted.pinned) == (Purpose.BAKE, False)
    assert read_promotion(player, BAKE) == (Purpose.BAKE, None)


def test_what_a_baker_bakes_is_kept_for_ever():
    baker = replace(STUDIO, scopes=frozenset({Scope.BAKE}))
    wanted = read_wanted(baker, BAKE, BODY)
    assert (wanted.purpose, wanted.pinned) == (Purpose.BAKE, True)
    assert read_promotion(baker, BAKE) == (Purpose.BAKE, None)
    both = replace(STUDIO, scopes=frozenset({Scope.GENERATE, Scope.BAKE}))
    assert not read_wanted(both, {"npc-purpose": "upgrade"}, BODY).pinned


def test_a_baker_may_do_nothing_else():
    baker = replace(STUDIO, scopes=frozenset({Scope.BAKE}))
    assert refused(read_wanted, baker, {}, BODY).status == 403
    assert refused(read_promotion, baker, {"npc-purpose": "urgent"}).status == 403
    keeper = replace(STUDIO, scopes=frozenset({Scope.ADMIN}))
    assert refused(read_wanted, keeper, BAKE, BODY).status == 403


def test_the_best_preset_of_tenant_and_player_counts():
    body = json.dumps({"width": 768, "height": 768, "fps": 30, "steps": 25}).encode()
    cheap = Limits(best_preset="fast")
    assert refused(read_wanted, replace(ANN, limits=cheap), {}, body).status == 403
    assert refused(read_wanted, replace(ANN, player_limits=cheap), {}, body).status == 403


def test_a_promotion_names_a_purpose():
    headers = {"npc-purpose": "urgent", "npc-deadline": "3"}
    assert read_promotion(STUDIO, headers) == (Purpose.URGENT, 3.0)
    assert refused(read_promotion, STUDIO, {}).status == 422


@given(st.text(max_size=20), st.text(max_size=20))
def test_equal_keys_of_one_holder_give_one_ticket(one, other):
    if one and other:
        assert (new_ticket(ANN, one) == new_ticket(ANN, other)) == (one == other)
    if one:
        assert len({new_ticket(who, one) for who in (STUDIO, ANN, BOB, OTHER)}) == 4


def test_tickets_without_a_key_differ():
    assert new_ticket(ANN, "") != new_ticket(ANN, "")


@pytest.mark.parametrize("once", ["", "a"])
def test_a_ticket_is_its_holders(once):
    ticket = new_ticket(ANN, once)
    check_holder(ANN, ticket)
    check_holder(STUDIO, ticket)
    for who in (BOB, OTHER, Principal("other", "ann")):
        assert refused(check_holder, who, ticket).status == 504
    assert refused(check_holder, ANN, new_ticket(STUDIO, once)).status == 504


@given(st.text(max_size=60))
def test_any_other_text_is_nobodys_ticket(text):
    if not text.startswith("studio."):
        assert refused(check_holder, STUDIO, text).status == 504


def test_a_job_tells_its_progress():
    said = said_of("x", VIEW)
    assert said.content == {"id": "x", "status": "running", "progress": 0.5}
    assert said.headers == {"Npc-Waited": "1.500"}
    assert said_of("x", replace(VIEW, progress=1.0)).content["progress"] < 1.0
    waiting = said_of("x", replace(VIEW, state=JobState.WAITING, begun_at=None, progress=0.0))
    assert waiting.content["status"] == "waiting"
    assert not waiting.headers


def test_a_finished_job_tells_how_long_its_generator_took():
    done = replace(VIEW, state=JobState.DONE, ended_at=105.0, generated=3.25)
    assert times_of(done) == {"Npc-Waited": "1.500", "Npc-Generated": "3.250"}


@pytest.mark.parametrize(
    ("kind", "status"),
    [("refused", 451), ("invalid", 422), ("too_large", 413), ("unavailable", 504)],
)
def test_some_failures_have_a_status(kind, status):
    failed = replace(VIEW, state=JobState.FAILED, error="No.", error_kind=kind)
    refusal = refused(said_of, "x", failed)
    assert (refusal.status, str(refusal)) == (status, "No.")


def test_other_ends_are_told():
    failed = replace(VIEW, state=JobState.FAILED, error="No.", error_kind="failed")
    assert said_of("x", failed).content == {"id": "x", "status": "failed", "error": "No."}
    cancelled = replace(VIEW, state=JobState.CANCELLED)
    assert said_of("x", cancelled).content == {"id": "x", "status": "cancelled"}
