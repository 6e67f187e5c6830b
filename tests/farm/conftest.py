import pytest

from tests.harness.valkey_server import ValkeyServer


@pytest.fixture(scope="session")
def shared_valkey(tmp_path_factory):
    with ValkeyServer(tmp_path_factory.mktemp("valkey")) as server:
        yield server


@pytest.fixture
def valkey(shared_valkey):
    """A server that runs; its data may be flushed, it may not be ended."""
    return shared_valkey


@pytest.fixture
def own_valkey(tmp_path):
    with ValkeyServer(tmp_path / "valkey") as server:
        yield server
