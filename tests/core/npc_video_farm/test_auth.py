"""Tokens of servers and of players."""

import base64
import hashlib
import hmac
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from npc_video.errors import InvalidDataError
from npc_video.records import QUALITY_PRESETS
from npc_video_farm.gateway.auth import principal_of, read_token
from npc_video_farm.gateway.refusal import Refusal
from npc_video_farm.tenants import UNLIMITED, Limits, Scope, Tenant
from npc_video_farm.tokens import new_token, player_token

NOW = 1_800_000_000.0
LIMITS = st.builds(
    Limits,
    requests_per_minute=st.none() | st.floats(0, 1000),
    most_waiting=st.none() | st.integers(0, 100),
    gpu_seconds_a_day=st.none() | st.floats(0, 1e6),
    best_preset=st.sampled_from(["", *QUALITY_PRESETS]),
)
PLAYERS = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=64)


def studio(*scopes, **more):
    token, kept = new_token("studio", scopes or (Scope.GENERATE, Scope.BAKE))
    return token, Tenant("studio", tokens=(kept,), **more)


def sent(token, kind="Bearer"):
    return read_token({"authorization": f"{kind} {token}"})


def who(token, tenant, now=NOW):
    return principal_of(sent(token), tenant, now)


def refused(token, tenant, now=NOW):
    with pytest.raises(Refusal) as caught:
        who(token, tenant, now)
    return caught.value


def test_a_servers_token_gives_its_scopes():
    token, tenant = studio(Scope.BAKE)
    found = who(token, tenant)
    assert (found.tenant, found.player, found.scopes) == ("studio", "", {Scope.BAKE})
    found.require(Scope.BAKE)
    with pytest.raises(Refusal, match="lacks the right admin"):
        found.require(Scope.ADMIN)


def test_the_farm_keeps_no_token():
    token, tenant = studio()
    assert token not in repr(tenant)
    assert token.rpartition("_")[2] not in repr(tenant)


def test_each_token_of_a_tenant_is_accepted():
    first, tenant = studio()
    second, kept = new_token("studio", (Scope.ADMIN,))
    both = tenant.with_token(kept)
    assert who(first, both).scopes == {Scope.GENERATE, Scope.BAKE}
    assert who(second, both).scopes == {Scope.ADMIN}
    assert refused(second, tenant).status == 401


def test_a_token_of_an_unknown_tenant_is_refused():
    token, _ = studio()
    assert refused(token, None).status == 401
    assert refused(player_token(token, "ann", now=NOW), None).status == 401


def test_no_token_is_none():
    assert read_token({}) is None


@given(st.text(max_size=200))
def test_any_other_text_is_refused(text):
    if not text.strip():
        return
    with pytest.raises(Refusal) as caught:
        read_token({"authorization": text})
    assert caught.value.status == 401


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=60))
def test_any_other_three_parts_are_refused(head, body, end):
    with pytest.raises(Refusal):
        sent(f"{head}.{body}.{end}")


@given(PLAYERS, st.floats(1, 3600), LIMITS, LIMITS)
def test_a_players_token_gives_the_stricter_limits(player, seconds, signed, kept):
    token, tenant = studio(player_limits=kept)
    found = who(player_token(token, player, seconds, limits=signed, now=NOW), tenant)
    assert (found.tenant, found.player, found.scopes) == ("studio", player, {Scope.GENERATE})
    assert found.player_limits == signed.within(kept) == kept.within(signed)


@given(LIMITS)
def test_no_limits_change_nothing(limits):
    assert limits.within(UNLIMITED) == limits
    assert limits.within(limits) == limits


def test_a_players_token_expires():
    token, tenant = studio()
    signed = player_token(token, "ann", 600, now=NOW)
    assert who(signed, tenant, NOW + 599).player == "ann"
    assert "expired" in str(refused(signed, tenant, NOW + 601))


def test_a_players_token_lives_for_an_hour_at_most():
    token, tenant = studio()
    with pytest.raises(InvalidDataError, match="seconds"):
        player_token(token, "ann", 3601)
    # A server whose own code signs for longer, or whose clock is wrong.
    signed = player_token(token, "ann", 3600, now=NOW + 300)
    assert "longer than an hour" in str(refused(signed, tenant))


def test_a_players_token_ends_with_the_servers():
    token, tenant = studio()
    signed = player_token(token, "ann", now=NOW)
    _, other = studio()
    assert refused(signed, other).status == 401
    assert refused(signed, replace(tenant, tokens=())).status == 401


def test_a_token_without_the_right_to_generate_signs_none():
    token, tenant = studio(Scope.ADMIN)
    assert refused(player_token(token, "ann", now=NOW), tenant).status == 401


@given(st.data())
def test_a_changed_players_token_is_refused(data):
    token, tenant = studio()
    signed = player_token(token, "ann", now=NOW)
    index = data.draw(st.integers(0, len(signed) - 1))
    letter = data.draw(st.sampled_from("AZaz09-_"))
    changed = signed[:index] + letter + signed[index + 1 :]
    # Some bits of the last letter of Base64 mean nothing.
    if changed == signed or index == len(signed) - 1:
        return
    assert refused(changed, tenant).status == 401


def encoded(value):
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def signed_by_hand(token, head, claims):
    """As the documentation tells servers in other languages."""
    body = f"{encoded(head)}.{encoded(claims)}"
    key = hashlib.sha256(token.encode()).digest()
    return f"{body}.{encoded(hmac.digest(key, body.encode(), 'sha256'))}"


HEAD = {"alg": "HS256", "typ": "JWT"}


def test_servers_in_other_languages_sign_them_too():
    token, tenant = studio()
    claims = {"iss": "studio", "sub": "ann", "exp": int(NOW) + 60, "iat": int(NOW)}
    assert who(signed_by_hand(token, HEAD, claims), tenant).player == "ann"


@pytest.mark.parametrize(
    ("head", "claims"),
    [
        ({"alg": "none"}, {}),
        ({"alg": "HS512"}, {}),
        (["HS256"], {}),
        (HEAD, {"sub": "a b"}),
        (HEAD, {"sub": ""}),
        (HEAD, {"iss": "studio_x"}),
        (HEAD, {"exp": "soon"}),
        (HEAD, {"limits": {"best_preset": "cinema"}}),
        (HEAD, {"limits": {"most_waiting": "all"}}),
    ],
)
def test_other_claims_are_refused(head, claims):
    token, tenant = studio()
    usual = {"iss": "studio", "sub": "ann", "exp": NOW + 60}
    assert refused(signed_by_hand(token, head, {**usual, **claims}), tenant).status == 401


def test_a_claim_nested_deeply_is_refused():
    token, tenant = studio()
    deep = b'{"iss":"studio","sub":"ann","exp":' + str(NOW + 60).encode() + b',"x":'
    deep += b"[" * 600 + b"]" * 600 + b"}"
    body = f"{encoded(HEAD)}.{encoded(deep)}"
    key = hashlib.sha256(token.encode()).digest()
    signed = f"{body}.{encoded(hmac.digest(key, body.encode(), 'sha256'))}"
    assert len(signed) < 2048
    assert who(signed, tenant).player == "ann"
    with pytest.raises(Refusal):
        sent(signed + "a" * 2048)


@pytest.mark.parametrize("player", ["", "a b", "ä", "x" * 65])
def test_a_player_needs_a_printable_id(player):
    token, _ = studio()
    with pytest.raises(InvalidDataError, match="player"):
        player_token(token, player)


def test_a_player_cannot_sign_for_others():
    token, _ = studio()
    with pytest.raises(InvalidDataError, match="server's token"):
        player_token(player_token(token, "ann"), "bob")


@pytest.mark.parametrize("tenant", ["", "a_b", "a.b", "a/b", "x" * 33, "ä"])
def test_a_tenants_id_has_few_characters(tenant):
    with pytest.raises(InvalidDataError, match="tenant"):
        new_token(tenant, (Scope.GENERATE,))
