"""Starts an S3 of its own for tests, kills it, and starts it again on the same data."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from tests.harness.server import ServerProcess, free_port

BUCKET = "clips"
_SERVERS = ("master", "volume", "filer")


class S3Server(ServerProcess):
    """A SeaweedFS on free ports, with an empty bucket called `BUCKET`.

    Args:
        folder: for its data and its log; must exist.

    Attributes:
        origin: the start of its addresses.
        environment: the variables with which others find it and may use it.
    """

    def __init__(self, folder: Path):
        super().__init__(folder / "weed.log")
        port = free_port()
        self.origin = f"http://127.0.0.1:{port}"
        self._login = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret of tests"}
        self.environment = {
            **self._login,
            "AWS_ENDPOINT": self.origin,
            "AWS_ALLOW_HTTP": "true",
            "AWS_REGION": "us-east-1",
        }
        self._options = [
            *(f"-dir={folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", f"-s3.port={port}"),
            *("-admin.ui=false", "-webdav=false", "-s3.port.iceberg=0", "-s3.port.lance=0"),
            "-master.telemetry=false",
            *(f"-{name}.port={free_port()}" for name in _SERVERS),
            *(f"-{name}.port.grpc={free_port()}" for name in (*_SERVERS, "s3")),
        ]

    def _launched(self) -> subprocess.Popen[bytes]:
        program = _program()
        assert program is not None, "SeaweedFS is not installed"
        with self._log.open("ab") as log:
            return subprocess.Popen(
                [program, "mini", *self._options],
                env={**os.environ, **self._login, "S3_BUCKET": BUCKET},
                stdout=log,
                stderr=log,
                restore_signals=False,  # to write to a file that is too large is then a mere error
            )

    def _serves(self) -> bool:
        try:
            bucket = S3Store(
                BUCKET,
                endpoint=self.origin,
                region=self.environment["AWS_REGION"],
                access_key_id=self._login["AWS_ACCESS_KEY_ID"],
                secret_access_key=self._login["AWS_SECRET_ACCESS_KEY"],
                client_options={"allow_http": True},
                retry_config={"max_retries": 0},
            )
            obstore.put(bucket, "is-there", b"yes")
        except BaseError:
            return False
        return True


def is_installed() -> bool:
    """Whether there is a SeaweedFS: not for every processor."""
    return _program() is not None


def _program() -> str | None:
    scripts = Path(sys.executable).parent
    return shutil.which("weed", path=f"{scripts}{os.pathsep}{os.environ['PATH']}")
