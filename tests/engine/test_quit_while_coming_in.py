"""A game that ends while a clip comes in, of which the server sends no more: soon, and cleanly."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from npc_video.face.ember import EmberPainter
from npc_video.face.pose import pose
from npc_video.media.encode import encode_clip

from tests.harness.games import play

SIDE, FPS, COUNT = 128, 8, 24
MAIN = """
extends SceneTree

var player := NpcVideoPlayer.new()

func _initialize() -> void:
	player.preset = NpcVideoPlayer.QUALITY_REALTIME
	player.size = Vector2(64, 64)
	player.backend = NpcHttpBackend.new()
	player.backend.url = "{url}"
	root.add_child(player)
	await player.clip_started
	{wait}
	print("@end")
	quit(0)
"""


@pytest.fixture
def url() -> Iterator[str]:
    """Of a service that sends the first two thirds of a clip."""
    painter = EmberPainter(SIDE, SIDE)
    poses = (pose("happy", "happy", "bounce", 1.0, index / COUNT) for index in range(COUNT))
    data = encode_clip(map(painter.paint, poses), SIDE, SIDE, FPS)
    end = threading.Event()

    class Service(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            self.send_response(200)
            self.send_header("content-type", "video/webm")
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data[: len(data) * 2 // 3])
            self.wfile.flush()
            end.wait()

        def log_request(self, *arguments: object) -> None:
            """Nothing is printed."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Service) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        end.set()
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    "wait",
    ["await process_frame", "await create_timer(3.0).timeout"],
    ids=["while it plays", "while it stands still"],
)
def test_the_game_ends(tmp_path: Path, url: str, wait: str) -> None:
    play(tmp_path, MAIN.format(url=url, wait=wait), windowed=True)
