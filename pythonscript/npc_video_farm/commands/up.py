"""Runs a farm until it is interrupted."""

import argparse
import asyncio
import math
from functools import partial

from npc_video.shipping.console import Failure, say
from npc_video.shipping.lock import exclusive

from ..fleet.local import LocalFarm, Others, check_port, running
from ..generators import load_generators
from ..process import run_until_ended
from ..tenants import Scope
from .holders import FIRST_TENANT, give_token
from .options import config_of

__all__ = ["run"]

_FIRST_SCOPES = (Scope.GENERATE, Scope.BAKE, Scope.ADMIN)
_IN_A_GAME = """
A token for your game, which is not shown again:

  {token}

Put it into the variable NPC_FARM_TOKEN, and write into the game's npc_video.toml:

  [backends.farm]
  kind = "farm"
  url = "{address}"
  token_env = "NPC_FARM_TOKEN"
"""


def run(options: argparse.Namespace) -> int:
    data = options.data.resolve()
    config = config_of(options)
    generators = tuple(load_generators(config))
    farm = LocalFarm(
        data, config, generators, options.listen, options.port, options.valkey, options.clips
    )
    busy = f"A farm runs on {data} already: end it, or name another folder with --data."
    with exclusive(data / "farm.lock", busy=busy, waits=False):
        check_port(farm.listen, farm.port)
        run_until_ended(_up(farm, _on_ray(options, farm) if options.ray else None))
    return 0


def _on_ray(options: argparse.Namespace, farm: LocalFarm) -> Others:
    try:
        from ..fleet.ray import RayFleet, on_ray  # of an extra; takes a second
    except ImportError as error:
        raise Failure(
            f"{error.name} is missing: install it with `pip install"
            ' "npc-video-player[farm,farm-ray]"`, here and on all machines of the cluster.'
        ) from error
    fleet = RayFleet(options.ray, options.gpus, options.most_workers or math.inf)
    return partial(on_ray, fleet, farm)


async def _up(farm: LocalFarm, others: Others | None) -> None:
    async with running(farm, say, others) as store:
        print(f"The farm is ready at {farm.address}, with {', '.join(farm.generators)}.")
        if not await store.tenants():
            token = await give_token(store, FIRST_TENANT, _FIRST_SCOPES)
            print(_IN_A_GAME.format(token=token, address=farm.address))
        print("Ctrl-C ends it; what waits goes on at the next start.", flush=True)
        await asyncio.Event().wait()
