"""Drives a headless Chromium over its DevTools protocol."""

import base64
import json
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from httpx_ws import WebSocketSession, connect_ws

from tools.chromium import Chromium

_DEADLINE_S = 60.0
_PAUSE_S = 0.05


class Page:
    """A tab of the browser."""

    def __init__(self, socket: WebSocketSession):
        self._socket = socket
        self._count = 0
        self.faults: list[str] = []
        for domain in ("Page", "Runtime", "Log"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **params: object) -> dict[str, Any]:
        """Calls a method of the protocol and returns its result."""
        self._count += 1
        self._socket.send_text(json.dumps({"id": self._count, "method": method, "params": params}))
        while True:
            said = json.loads(self._socket.receive_text(timeout=_DEADLINE_S))
            self._note(said)
            if said.get("id") == self._count:
                assert "error" not in said, said["error"]
                result: dict[str, Any] = said["result"]
                return result

    def open(self, url: str, width: int, height: int) -> None:
        """Opens an address in a window of this size."""
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width < 600,
        )
        self.call("Page.navigate", url=url)
        self.until(f"location.href === {url!r} && document.readyState === 'complete'")

    def evaluate(self, expression: str) -> Any:
        """The value of an expression in the page."""
        said = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in said, said["exceptionDetails"]
        return said["result"].get("value")

    def until(self, expression: str) -> None:
        """Waits until an expression is true in the page."""
        deadline = time.perf_counter() + _DEADLINE_S
        while not self.evaluate(expression):
            assert time.perf_counter() < deadline, f"{expression} did not become true"
            time.sleep(_PAUSE_S)

    def save_picture(self, file: Path) -> None:
        """Saves a picture of the whole page."""
        said = self.call("Page.captureScreenshot", captureBeyondViewport=True)
        file.write_bytes(base64.b64decode(said["data"]))

    def _note(self, said: dict[str, Any]) -> None:
        """Keeps errors of the page: exceptions, files that do not load, rules that it breaks."""
        if said.get("method") == "Runtime.exceptionThrown":
            self.faults.append(json.dumps(said["params"]))
        elif said.get("method") == "Log.entryAdded" and said["params"]["entry"]["level"] == "error":
            self.faults.append(said["params"]["entry"]["text"])


@contextmanager
def browser_page(chromium: Chromium) -> Iterator[Page]:
    """A page of a browser that starts now and ends with the block."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        profile = Path(folder)
        process = subprocess.Popen(
            [
                *(str(chromium.program), "--headless", "--no-sandbox", "--disable-gpu"),
                *("--hide-scrollbars", "--remote-debugging-port=0", f"--user-data-dir={profile}"),
            ],
            env={**os.environ, **chromium.environment},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            port = _port(process, profile / "DevToolsActivePort")
            with httpx.Client(trust_env=False, timeout=_DEADLINE_S) as client:
                tab = client.put(f"http://127.0.0.1:{port}/json/new?about:blank").json()
                socket: WebSocketSession
                with connect_ws(tab["webSocketDebuggerUrl"], client) as socket:
                    yield Page(socket)
        finally:
            process.kill()
            process.wait()


def _port(process: "subprocess.Popen[bytes]", file: Path) -> int:
    deadline = time.perf_counter() + _DEADLINE_S
    while not (file.exists() and (lines := file.read_text("utf-8").splitlines())):
        assert process.poll() is None, f"the browser ended with {process.returncode}"
        assert time.perf_counter() < deadline, "the browser did not start"
        time.sleep(_PAUSE_S)
    return int(lines[0])
