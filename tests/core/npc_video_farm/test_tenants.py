"""Tenants: their records, their limits and the settings that change them."""

import pytest
from npc_video.errors import InvalidDataError
from npc_video.records import Purpose
from npc_video_farm.tenants import (
    Limits,
    Scope,
    Tenant,
    read_tenant,
    settings_of,
    write_tenant,
)
from npc_video_farm.tokens import new_token

_, TOKEN = new_token("studio", (Scope.GENERATE, Scope.ADMIN))
STUDIO = Tenant(
    "studio", 2.0, (TOKEN,), Limits(60.0, 8, 1e6, "fast"), Limits(), Purpose.BAKE, "all"
)


def test_a_record_keeps_everything():
    assert read_tenant(write_tenant(STUDIO)) == STUDIO


@pytest.mark.parametrize("record", [b"", b"{", b"[]", b'{"id": 3}', b'{"id": "a", "weight": 0}'])
def test_a_damaged_record_is_told(record):
    with pytest.raises(InvalidDataError, match="damaged"):
        read_tenant(record)


def test_settings_change_what_they_name():
    settings = {
        "weight": "0.5",
        "purpose": "speculation",
        "share": "",
        "most_waiting": "none",
        "best_preset": "none",
        "player_requests_per_minute": "30",
        "player_best_preset": "fast",
    }
    assert STUDIO.with_settings(settings) == Tenant(
        "studio",
        0.5,
        (TOKEN,),
        Limits(60.0, None, 1e6),
        Limits(30.0, best_preset="fast"),
        Purpose.SPECULATION,
    )
    assert STUDIO.with_settings({}) == STUDIO


def test_settings_are_told_as_they_are_given():
    changes = {"weight": "2.5", "purpose": "bake", "share": "us", "player_most_waiting": "none"}
    tenant = STUDIO.with_settings(changes)
    told = settings_of(tenant)
    assert changes.items() <= told.items()
    assert Tenant(STUDIO.id, tokens=STUDIO.tokens).with_settings(told) == tenant


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("wieght", "1"),
        ("id", "other"),
        ("tokens", "[]"),
        ("limits", "none"),
        ("weight", "0"),
        ("weight", "inf"),
        ("weight", "none"),
        ("weight", ""),
        ("purpose", "now"),
        ("most_waiting", "-1"),
        ("most_waiting", "1.5"),
        ("gpu_seconds_a_day", "a lot"),
        ("player_best_preset", "cinema"),
    ],
)
def test_a_wrong_setting_is_told(name, value):
    with pytest.raises(InvalidDataError):
        STUDIO.with_settings({name: value})


@pytest.mark.parametrize("limits", [{"requests_per_minute": -1.0}, {"best_preset": "cinema"}])
def test_limits_have_ranges(limits):
    with pytest.raises(InvalidDataError, match=next(iter(limits))):
        Limits(**limits)
