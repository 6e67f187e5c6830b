"""`npc-video farm tenant`, on a farm's store."""

import asyncio

import pytest
from npc_video.cli import main
from npc_video_farm.commands.holders import give_token
from npc_video_farm.store.valkey import Store
from npc_video_farm.tenants import Scope, read_tenant


def played(url, scene):
    async def play():
        store = await Store.open(url)
        try:
            return await scene(store)
        finally:
            await store.close()

    return asyncio.run(play())


@pytest.fixture
def command(valkey):
    """Runs the command on a farm with a tenant."""
    played(valkey.url, lambda store: give_token(store, "studio", (Scope.GENERATE,)))

    def run(*arguments):
        return main(["farm", "tenant", *arguments, "--store", valkey.url])

    return run


def test_a_tenant_gets_limits_and_keeps_its_tokens(command, valkey, capsys):
    assert command("studio", "weight=2", "player_gpu_seconds_a_day=60", "best_preset=fast") == 0
    told = capsys.readouterr().out.split()
    assert {"weight=2", "player_gpu_seconds_a_day=60", "best_preset=fast"} <= set(told)
    assert command("studio") == 0
    assert capsys.readouterr().out.split() == told
    found = read_tenant(played(valkey.url, lambda store: store.tenant("studio")))
    assert (found.weight, found.player_limits.gpu_seconds_a_day) == (2.0, 60.0)
    assert found.limits.best_preset == "fast"
    assert found.tokens


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("stduio", "weight=2"), "perhaps you mean studio"),
        (("studio", "wieght=2"), "perhaps you mean weight"),
        (("studio", "weight"), "weight"),
    ],
)
def test_a_mistake_is_told(command, capsys, arguments, said):
    assert command(*arguments) == 1
    assert said in capsys.readouterr().err
