"""Makes, lists or revokes tokens."""

import argparse
import asyncio

from npc_video.shipping.console import Failure, say

from ..store.valkey import Store
from ..tenants import Scope
from .holders import give_token, list_tenants, revoke_tokens
from .options import address_of

__all__ = ["run"]


def run(options: argparse.Namespace) -> int:
    if options.action != "list" and not options.tenant:
        raise Failure("Name the tenant: a game or a studio.")
    try:
        scopes = tuple(map(Scope, options.scope)) or (Scope.GENERATE,)
    except ValueError as error:
        raise Failure(f"--scope: choose from {', '.join(Scope)}.") from error

    async def act() -> None:
        store = await Store.open(address_of(options))
        try:
            if options.action == "new":
                print(await give_token(store, options.tenant, scopes))
            elif options.action == "revoke":
                await revoke_tokens(store, options.tenant)
                say(f"All tokens of {options.tenant} are revoked.")
            else:
                print("\n".join(await list_tenants(store)))
        finally:
            await store.close()

    asyncio.run(act())
    return 0
