import pytest

from tests.harness.s3_server import S3Server, is_installed
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


@pytest.fixture
def s3(tmp_path, monkeypatch):
    """A server of one's own, which the variables of the environment name."""
    if not is_installed():
        pytest.skip("There is no SeaweedFS for this processor.")
    folder = tmp_path / "s3"
    folder.mkdir()
    with S3Server(folder) as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        yield server
