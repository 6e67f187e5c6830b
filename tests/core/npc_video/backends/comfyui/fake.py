"""A server that speaks as a recorded ComfyUI did: it replays the captures, with ids put in."""

import asyncio
import itertools
import json
import re
import struct
import time
from contextlib import suppress

import wsproto
from wsproto.connection import ConnectionType
from wsproto.events import BytesMessage, CloseConnection, Ping, TextMessage
from wsproto.utilities import generate_accept_token

from ..serving import Server, answer, reset
from .recorded import CLIP, answered, capture, nodes

JPEG = b"\xff\xd8\xff\xe0" + bytes(60)


class FakeComfy:
    """Runs one job after the other, as its graph says.

    A graph with TestFail fails, one with TestSlow takes its time, any other replays the tiny model.

    Attributes:
        mode: "clip", or what goes wrong from now on (see `Stage.play`).
        took: seconds from a job's question to its entry in the history.
    """

    def __init__(self):
        self.mode = "clip"
        self.uploads = {}
        self.posted = []
        self.interrupts = []
        self.nodes = nodes()
        self.server = Server(self.handle)
        self.took = []
        self._clear()

    async def start(self, port=0):
        await self.server.start(port)
        self._worker = asyncio.create_task(self._work())

    async def stop(self):
        self._worker.cancel()
        await asyncio.gather(self._worker, return_exceptions=True)
        await self.server.stop()

    async def kill(self):
        await self.stop()
        self._clear()

    async def restart(self):
        await self.start(self.server.port)

    def _clear(self):
        self.pending, self.running, self.history = [], None, {}
        self.sockets, self._asked = {}, {}
        self._interrupted = False
        self.made = set()
        self._numbers = itertools.count()
        self._more = asyncio.Event()

    # ---- Questions ----

    async def handle(self, question):
        if self.mode == "unreachable":
            reset(question.writer)
            return None
        if question.path == "/ws":
            await self._socket(question)
            return None
        name, _, rest = question.path.strip("/").partition("/")
        handler = getattr(self, f"_{question.method.lower()}_{name}", None)
        return handler(question, rest) if handler else answer(404)

    def _get_system_stats(self, question, rest):
        return answer(body=answered("system_stats"))

    def _get_object_info(self, question, rest):
        return answer(body={rest: self.nodes[rest]} if rest in self.nodes else {})

    def _post_upload(self, question, rest):
        name = re.search(rb'name="image"; filename="([^"]+)"', question.body)[1].decode()
        folder = re.search(rb'name="subfolder"\r\n\r\n([^\r]*)', question.body)
        self.uploads[name] = self.uploads.get(name, 0) + 1
        return answer(
            body=answered("upload_image_new")
            | {"name": name, "subfolder": folder[1].decode() if folder else ""}
        )

    def _post_prompt(self, question, rest):
        if self.mode in ("refused", "overloaded"):
            return answer({"refused": 401, "overloaded": 503}[self.mode])
        if self.mode == "invalid":
            return answer(400, answered("prompt_error_required_input_missing"))
        body = question.json
        graph = body["prompt"]
        self.posted.append(body)
        if any(node["class_type"] not in self.nodes for node in graph.values()):
            return answer(400, answered("prompt_error_missing_node_type"))
        number = body.get("number", next(self._numbers))
        self._asked[body["prompt_id"]] = time.perf_counter()
        self.pending.append((number, body["prompt_id"], graph, body.get("client_id", "")))
        self.pending.sort(key=lambda job: job[0])
        self._more.set()
        return answer(body={"prompt_id": body["prompt_id"], "number": number, "node_errors": {}})

    def _get_queue(self, question, rest):
        def shown(job):
            return [job[0], job[1], job[2], {"client_id": job[3]}, ["12"]]

        running = [shown(self.running)] if self.running else []
        return answer(
            body={"queue_running": running, "queue_pending": [shown(job) for job in self.pending]}
        )

    def _post_queue(self, question, rest):
        gone = question.json.get("delete", [])
        self.pending = [job for job in self.pending if job[1] not in gone]
        return answer()

    def _post_interrupt(self, question, rest):
        wanted = (question.json or {}).get("prompt_id")
        self.interrupts.append(wanted)
        if self.running and wanted in (None, self.running[1]):
            self._interrupted = True
        return answer()

    def _get_history(self, question, rest):
        return answer(body={rest: self.history[rest]} if rest in self.history else {})

    def _get_view(self, question, rest):
        if self.mode == "too large":
            return answer(body=CLIP + bytes(2_000_000), media_type="video/mp4")
        name = question.query.get("filename", "")
        if not name.startswith("wan_") and name not in self.made:
            return answer(404)
        return answer(body=CLIP, media_type="video/mp4")

    # ---- Work ----

    async def _work(self):
        while True:
            while not self.pending:
                self._more.clear()
                await self._more.wait()
            self.running = self.pending.pop(0)
            self._interrupted = False
            await self._run(*self.running[1:])

    async def _run(self, prompt_id, graph, client_id):
        kinds = {node["class_type"]: node["inputs"] for node in graph.values()}
        name, history = "ws_wan_tiny_ksampler_previews", "history_wan_tiny"
        if self.mode == "slow" or "TestSlow" in kinds:
            seconds = 60.0 if self.mode == "slow" else kinds["TestSlow"]["seconds"]
            if not await self._take_time(prompt_id, client_id, graph, seconds):
                name, history = "ws_wan_tiny_interrupted_mid_sampling", "history_interrupted"
        if self.mode == "cancelled":
            name, history = "ws_wan_tiny_interrupted_mid_sampling", "history_interrupted"
        if self.mode == "failed" or "TestFail" in kinds:
            kind = "oom" if kinds.get("TestFail", {}).get("oom") else "runtime_error"
            name, history = f"ws_execution_error_{kind}", f"history_error_{kind}"
        await self._replay(name, prompt_id, client_id)
        if history == "history_wan_tiny":
            prefix = kinds.get("SaveVideo", {}).get("filename_prefix", "")
            self.made.add(f"{prefix.rpartition('/')[2]}_00001_.mp4")
        entry = next(iter(answered(history).values()))
        self.history[prompt_id] = json.loads(
            json.dumps(entry).replace(entry["prompt"][1], prompt_id)
        )
        self.took.append(time.perf_counter() - self._asked[prompt_id])
        self.running = None
        self._tell(client_id, "executing", {"node": None, "prompt_id": prompt_id})

    async def _take_time(self, prompt_id, client_id, graph, seconds):
        """Whether it came to its end; a step takes a twentieth."""
        node = next((name for name, node in graph.items() if node["class_type"] == "TestSlow"), "9")
        for step in range(1, 21):
            if self._interrupted:
                return False
            await asyncio.sleep(min(seconds / 20, 0.1))
            data = {"value": step, "max": 20, "prompt_id": prompt_id, "node": node}
            self._tell(client_id, "progress", data)
        while seconds > 10 and not self._interrupted:
            await asyncio.sleep(0.01)
        return not self._interrupted

    async def _replay(self, name, prompt_id, client_id):
        """All that was told of the recorded job, but for its end, which follows the history."""
        messages = capture(name)["messages"]
        recorded = next(
            message["json"]["data"]["prompt_id"]
            for message in messages
            if message.get("json", {}).get("type") == "execution_start"
        )
        for message in messages:
            await asyncio.sleep(0)
            if "binary" in message:
                self._send(client_id, preview(message["binary"], prompt_id))
                continue
            text = json.dumps(message["json"])
            data = message["json"].get("data", {})
            is_end = message["json"]["type"] == "executing" and data.get("node") is None
            if message["dir"] == "recv" and not is_end:
                self._send(client_id, text.replace(recorded, prompt_id))

    # ---- The websocket ----

    async def _socket(self, question):
        client_id = question.query["clientId"]
        token = generate_accept_token(question.headers["sec-websocket-key"].encode()).decode()
        question.writer.write(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + f"Sec-WebSocket-Accept: {token}\r\n\r\n".encode()
        )
        protocol = wsproto.connection.Connection(ConnectionType.SERVER)
        self.sockets[client_id] = (protocol, question.writer)
        self._tell(client_id, "status", {"status": {"exec_info": {"queue_remaining": 0}}})
        try:
            while data := await question.reader.read(65536):
                protocol.receive_data(data)
                for event in protocol.events():
                    if isinstance(event, Ping | CloseConnection):
                        question.writer.write(protocol.send(event.response()))
                    if isinstance(event, TextMessage):
                        features = capture("ws_connect")["messages"][-1]["json"]
                        self._tell(client_id, features["type"], features["data"])
        finally:
            # As the real one: whoever has this name is forgotten, even one that came later.
            self.sockets.pop(client_id, None)

    def _tell(self, client_id, kind, data):
        self._send(client_id, json.dumps({"type": kind, "data": data}))

    def _send(self, client_id, message):
        if client_id not in self.sockets:
            return
        protocol, writer = self.sockets[client_id]
        event = TextMessage(message) if isinstance(message, str) else BytesMessage(message)
        with suppress(ConnectionError, wsproto.utilities.LocalProtocolError):
            writer.write(protocol.send(event))


def preview(recorded, prompt_id):
    """Bytes of the shape that was recorded; the pictures themselves were not kept."""
    if recorded["event_type"] == 1:
        return struct.pack(">II", 1, recorded["image_format"]) + JPEG
    metadata = recorded["metadata"] | {"prompt_id": prompt_id}
    text = json.dumps(metadata).encode()
    return struct.pack(">II", 4, len(text)) + text + JPEG
