import pytest

from .comfyui import ComfyUi, installed


@pytest.fixture(scope="session")
def comfyui(tmp_path_factory):
    """A server that runs; whoever kills it starts it again."""
    server = ComfyUi(installed(), tmp_path_factory.mktemp("comfyui"))
    server.start()
    yield server
    server.kill()
