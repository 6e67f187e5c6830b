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


@pytest.fixture(scope="session")
def shared_s3(tmp_path_factory):
    with started_s3(tmp_path_factory.mktemp("s3")) as server:
        yield server


@pytest.fixture
def s3(shared_s3, monkeypatch):
    """A server that runs, which the variables of the environment name; it may not be ended."""
    name_it(shared_s3, monkeypatch)
    return shared_s3


@pytest.fixture
def own_s3(tmp_path, monkeypatch):
    folder = tmp_path / "s3"
    folder.mkdir()
    with started_s3(folder) as server:
        name_it(server, monkeypatch)
        yield server


def started_s3(folder):
    if not is_installed():
        pytest.skip("There is no SeaweedFS for this processor.")
    return S3Server(folder)


def name_it(server, monkeypatch):
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
