"""Changes the limits and other settings of a tenant, and prints them all."""

import argparse
import asyncio

from npc_video.errors import InvalidDataError
from npc_video.shipping.console import Failure

from ..store.valkey import Store
from ..tenants import Tenant, settings_of
from .holders import change_tenant
from .options import address_of

__all__ = ["run"]


def run(options: argparse.Namespace) -> int:
    settings = dict(each.partition("=")[::2] for each in options.settings)

    async def act() -> Tenant:
        store = await Store.open(address_of(options))
        try:
            return await change_tenant(store, options.tenant, settings)
        finally:
            await store.close()

    try:
        tenant = asyncio.run(act())
    except InvalidDataError as error:
        raise Failure(str(error)) from error
    for name, value in settings_of(tenant).items():
        print(f"{name}={value}")
    return 0
