"""The generator of one's own that the documentation shows."""

import asyncio
import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from npc_video.backends.base import Backend, ClipPart, NpcImage, Preview
from npc_video.errors import GenerationFailedError, GeneratorUnreachableError
from npc_video.media.decode import ClipDecoder

from .contract import video, wanted

DEADLINE = 20.0
_DOCUMENT = Path(__file__).parents[4] / "docs" / "generators.md"
_PROGRAM = """
import sys
from pathlib import Path
assert sys.argv[1:] == ["a laugh", "64", "64", "8", "8"], sys.argv
sys.stdout.buffer.write(Path({clip!r}).read_bytes())
sys.stdout.flush()
{end}
"""


def renderer(*command: str) -> Backend:
    blocks = re.findall(r"```python\n(.*?)```", _DOCUMENT.read_text("utf-8"), re.DOTALL)
    (block,) = [block for block in blocks if "class Renderer(Backend)" in block]
    found: dict[str, Any] = {}
    exec(compile(block, str(_DOCUMENT), "exec"), found)
    made: Backend = found["Renderer"](*command)
    return made


def program(folder: Path, end: str = "") -> tuple[str, str]:
    (folder / "clip.webm").write_bytes(video())
    (folder / "program.py").write_text(
        _PROGRAM.format(clip=str(folder / "clip.webm"), end=end), "utf-8"
    )
    return sys.executable, str(folder / "program.py")


def test_it_makes_clips_and_tells_what_can_be_seen_before(tmp_path: Path) -> None:
    backend, early, told = renderer(*program(tmp_path)), [], []
    request = replace(wanted(), image=NpcImage(b"picture", "image/png", "digest"))

    async def whole() -> Any:
        assert (await backend.health()).is_ready
        clip = await asyncio.wait_for(
            backend.generate(request, told.append, early.append), DEADLINE
        )
        await backend.close()
        return clip

    clip = asyncio.run(whole())
    assert clip.data == video()
    assert clip.params == request.params
    assert isinstance(early[0], Preview)
    parts = early[1:]
    assert all(isinstance(part, ClipPart) for part in parts)
    assert b"".join(part.data for part in parts) == video()
    assert told == [1.0]
    ClipDecoder(clip.data, clip.media_type).close()


def test_what_goes_wrong_has_its_error(tmp_path: Path) -> None:
    async def whole() -> None:
        with pytest.raises(GenerationFailedError):
            await renderer(*program(tmp_path, "sys.exit(3)")).generate(wanted(), print)
        nowhere = renderer(str(tmp_path / "nowhere"))
        assert not (await nowhere.health()).is_ready
        with pytest.raises(GeneratorUnreachableError):
            await nowhere.generate(wanted(), print)

    asyncio.run(whole())


def test_it_ends_when_the_clip_is_given_up(tmp_path: Path) -> None:
    async def whole() -> None:
        begun = asyncio.Event()
        backend = renderer(*program(tmp_path, "import time; time.sleep(60)"))
        making = asyncio.ensure_future(backend.generate(wanted(), print, lambda _: begun.set()))
        await asyncio.wait_for(begun.wait(), DEADLINE)
        making.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(making, DEADLINE)

    asyncio.run(whole())
