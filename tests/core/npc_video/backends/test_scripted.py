import asyncio
from contextlib import asynccontextmanager

from npc_video.backends.base import ClipPart, Preview
from npc_video.backends.scripted import Script, ScriptedBackend

from .contract import ERRORS, RemoteContract, Stage, wanted


class ScriptedStage(Stage):
    def __init__(self):
        self.backend = ScriptedBackend()

    def play(self, what):
        self.backend.is_up = what != "unreachable"
        data = Script().data
        early = (Preview(b"\xff\xd8\xff", "image/jpeg"), ClipPart(data, "video/webm"))
        if what == "clip":
            self.backend.default = Script(early=early)
        elif what == "slow":
            self.backend.default = Script(ends=False)
        else:
            self.backend.default = Script(error=ERRORS[what]("As the script says."))

    def working(self):
        backend = self.backend
        return len(backend.begun) - len(backend.ended) - len(backend.cancelled)


class TestScripted(RemoteContract):
    @asynccontextmanager
    async def stage(self):
        yield ScriptedStage()


def test_follows_its_scripts_in_order():
    error = ERRORS["failed"]("No.")

    async def test():
        backend = ScriptedBackend(Script(data=b"one"), Script(error=error), Script(data=b"three"))
        results = []
        for _ in range(3):
            making = backend.generate(wanted(), lambda part: None)
            results += await asyncio.gather(making, return_exceptions=True)
        return results

    first, second, third = asyncio.run(test())
    assert (first.data, second, third.data) == (b"one", error, b"three")
