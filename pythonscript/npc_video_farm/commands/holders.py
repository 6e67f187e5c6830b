"""Gives tokens to tenants of a farm, and takes them back."""

from collections.abc import Mapping

from npc_video.errors import InvalidDataError

from ..store.valkey import Store
from ..tenants import Scope, Tenant, read_tenant, write_tenant
from ..tokens import check_id, new_token

__all__ = ["FIRST_TENANT", "change_tenant", "give_token", "list_tenants", "revoke_tokens"]

FIRST_TENANT = "game"
"""The tenant of a farm's first token."""


async def give_token(store: Store, tenant: str, scopes: tuple[Scope, ...]) -> str:
    """A new token for a tenant, who is added if unknown. Nobody can read it again.

    Raises:
        InvalidDataError: the id of the tenant is not valid.
        StoreError: the store is away, or refuses.
    """
    record = await store.tenant(check_id(tenant))
    known = Tenant(tenant) if record is None else read_tenant(record)
    token, kept = new_token(tenant, scopes)
    await store.put_tenant(tenant, write_tenant(known.with_token(kept)))
    return token


async def list_tenants(store: Store) -> list[str]:
    """A line for each tenant, with the rights of its tokens."""
    tenants = [read_tenant(record) for _, record in sorted((await store.tenants()).items())]
    return [
        f"{tenant.id}: {len(tenant.tokens)} tokens"
        + "".join(f"\n  {each.digest[:8]}  {', '.join(each.scopes)}" for each in tenant.tokens)
        for tenant in tenants
    ]


async def change_tenant(store: Store, tenant: str, settings: Mapping[str, str]) -> Tenant:
    """Gives a tenant other settings; gateways keep to them from the next request on.

    Raises:
        InvalidDataError: there is no such tenant, or a setting is not valid.
        StoreError: the store is away, or refuses.
    """
    record = await store.tenant(tenant)
    if record is None:
        raise await _unknown(store, tenant)
    changed = read_tenant(record).with_settings(settings)
    if settings:
        await store.put_tenant(tenant, write_tenant(changed))
    return changed


async def revoke_tokens(store: Store, tenant: str) -> None:
    """Removes a tenant with all tokens; gateways refuse them within seconds.

    Raises:
        InvalidDataError: there is no such tenant.
        StoreError: the store is away, or refuses.
    """
    if not await store.drop_tenant(tenant):
        raise await _unknown(store, tenant)


async def _unknown(store: Store, tenant: str) -> InvalidDataError:
    known = list(await store.tenants())
    return InvalidDataError.of_unknown(tenant, known or ["none"], "tenant: ")
