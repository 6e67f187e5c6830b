"""Changes the limits and other settings of a tenant."""

import argparse
import asyncio

from npc_video.errors import InvalidDataError
from npc_video.shipping.console import Failure, say

from ..store.valkey import Store
from .holders import change_tenant
from .options import address_of

__all__ = ["run"]


def run(options: argparse.Namespace) -> int:
    settings = dict(each.partition("=")[::2] for each in options.settings)

    async def act() -> None:
        store = await Store.open(address_of(options))
        try:
            await change_tenant(store, options.tenant, settings)
        finally:
            await store.close()

    try:
        asyncio.run(act())
    except InvalidDataError as error:
        raise Failure(str(error)) from error
    say(f"{options.tenant} has the new settings.")
    return 0
