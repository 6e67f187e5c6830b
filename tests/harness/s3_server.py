"""Starts an S3 of its own for tests, kills it, and starts it again on the same data."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Self

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from tests.harness.valkey_server import free_port

BUCKET = "clips"
_START_S = 60.0
_PAUSE_S = 0.05
_SERVERS = ("master", "volume", "filer")


class S3Server:
    """A SeaweedFS on free ports, with an empty bucket called `BUCKET`.

    Use it in a `with` statement, which starts it, and ends it whatever happens.

    Args:
        folder: for its data and its log; must exist.

    Attributes:
        origin: the start of its addresses.
        environment: the variables with which others find it and may use it.
    """

    def __init__(self, folder: Path):
        self._folder = folder
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
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    @property
    def pid(self) -> int:
        assert self._process is not None, "it was not started"
        return self._process.pid

    def start(self) -> None:
        """Starts it and waits until it stores something."""
        program = _program()
        assert program is not None, "SeaweedFS is not installed"
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [program, "mini", *self._options],
                env={**os.environ, **self._login, "S3_BUCKET": BUCKET},
                stdout=log,
                stderr=log,
                restore_signals=False,  # to write to a file that is too large is then a mere error
            )
        deadline = time.perf_counter() + _START_S
        while not self._stores():
            assert self._process.poll() is None, self._log.read_text("utf-8", "replace")
            assert time.perf_counter() < deadline, self._log.read_text("utf-8", "replace")
            time.sleep(_PAUSE_S)

    def kill(self) -> None:
        """Ends it at once, as a power cut does, but for what the system holds to write."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    @property
    def _log(self) -> Path:
        return self._folder / "weed.log"

    def _stores(self) -> bool:
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
