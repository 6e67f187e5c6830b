"""Plays with NPCs and records it, for tests of session files."""

from pathlib import Path
from typing import Any

from npc_video import NpcResponseEvaluator, Profile, ToolInteraction, VideoParams
from npc_video.npc.recording import SessionFile, header_line, turn_line
from npc_video.templates import read_template
from npc_video.touch.wandering import Wandering

NPC = Profile(
    "Juniper", base_prompt="a fox", loras={"wing": 0.7}, document=read_template("affinity")
)


class Game:
    """Plays with an NPC, and records it in the file at `path` from `begin` to `end`.

    Attributes:
        asked: the parameters of the clips that were requested.
        answers: those of all turns, None for an interaction without an answer.
    """

    def __init__(self, path: Path, npc: Profile = NPC, began: float = 1000.1, seed: int = 0):
        self.now, self.profile = began, npc
        self.npc = NpcResponseEvaluator(
            npc.metadata(), clock=lambda: self.now, seed=seed, apply_profile=npc.apply_profile
        )
        self._path = path
        self._file: SessionFile | None = None
        self.answers: list[VideoParams | None] = []

    @property
    def asked(self) -> list[VideoParams]:
        return [each for each in self.answers if each is not None]

    def begin(self) -> None:
        if self._file is None:
            self._file = SessionFile(self._path)
        self._file.write(header_line(self.now, self.profile, self.npc))

    def play(self, count: int, seed: int = 0) -> None:
        walk = Wandering(["gift", "song", "stick"], [], seed)
        for number in range(count):
            # The second of two may come too soon for an answer.
            self.now += walk.pause() if number % 2 else 0.1
            self.touch(walk.touch())

    def touch(self, event: ToolInteraction) -> None:
        self._record(event)
        self.answers.append(self.npc.evaluate(event))

    def request(self, **wanted: Any) -> None:
        params = VideoParams(**wanted)
        self._record(params)
        self.answers.append(self.npc.asked_for(params))

    def end(self) -> None:
        assert self._file is not None
        self._file.close()

    def _record(self, what: ToolInteraction | VideoParams) -> None:
        if self._file is not None:
            self._file.write(turn_line(self.now, what))
