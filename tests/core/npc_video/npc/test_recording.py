import errno
import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from npc_video import NpcResponseEvaluator, Profile, ToolInteraction, VideoParams
from npc_video.errors import InvalidDataError
from npc_video.npc.recording import (
    Session,
    SessionFile,
    header_line,
    read_recording,
    turn_line,
)
from npc_video.npc.replay import answers
from npc_video.templates import TEMPLATES, read_template

from .recorded import NPC, Game

PARTS = st.floats(0.0, 1.0)
SECONDS = st.floats(0.0, 1e9)
TOUCHES = st.builds(
    ToolInteraction,
    st.text(min_size=1),
    st.text(min_size=1),
    pressure=PARTS,
    speed=PARTS,
    pattern=st.text(),
    zone=st.text(),
    duration=SECONDS,
    timestamp=SECONDS,
)
REQUESTS = st.builds(
    VideoParams,
    prompt=st.text(),
    expression=st.text(),
    intensity=PARTS,
    loras=st.lists(st.text(min_size=1)).map(tuple),
    seed=st.integers(0, 2**31 - 1),
    prompt_in_key=st.booleans(),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "evening.jsonl"


def replayed(session: Session, npc: Profile | None = None) -> list[VideoParams | None]:
    npc = npc or session.npc
    assert npc is not None
    return [answer.params for _, answer in answers(session, npc)]


# ---- What was recorded is read ----


@given(st.lists(st.tuples(st.floats(-1e12, 1e12), TOUCHES | REQUESTS)), st.text(), PARTS)
def test_every_turn_is_read_as_it_was(
    tmp_path_factory: pytest.TempPathFactory,
    turns: list[tuple[float, ToolInteraction | VideoParams]],
    name: str,
    at: float,
) -> None:
    path = tmp_path_factory.mktemp("any") / "session"
    npc = replace(NPC, name=name, cooldown=at, eyes=((0.1, 0.2, 0.3, 0.4),), tools=("a", "b"))
    file = SessionFile(path)
    file.write(header_line(at, npc, NpcResponseEvaluator(npc.metadata(), seed=7)))
    for turn in turns:
        file.write(turn_line(*turn))
    file.close()
    (session,) = read_recording(path).sessions
    assert (session.at, session.npc, session.seed) == (at, npc, 7)
    assert [(turn.at, turn.what) for turn in session.turns] == turns
    assert [turn.line for turn in session.turns] == list(range(2, 2 + len(turns)))


@pytest.mark.parametrize("template", TEMPLATES)
@given(began=st.floats(0.0, 1e7), seed=st.integers(0, 2**31))
def test_a_session_that_begins_in_the_middle_is_replayed_exactly(
    tmp_path_factory: pytest.TempPathFactory, template: str, began: float, seed: int
) -> None:
    path = tmp_path_factory.mktemp("any") / "session"
    game = Game(path, replace(NPC, document=read_template(template)), began, seed)
    game.play(7, seed)
    game.answers.clear()
    game.begin()
    game.play(11, seed + 1)
    game.request(expression="sleepy", loras=("wing",), prompt="in a basket")
    game.play(3, seed + 2)
    game.end()
    (session,) = read_recording(path).sessions
    assert replayed(session) == game.answers


@pytest.mark.parametrize("template", TEMPLATES)
@given(began=st.floats(0.0, 1e6), later=st.floats(0.0, 1e6))
def test_the_state_is_exact_however_old_it_is(
    tmp_path_factory: pytest.TempPathFactory, template: str, began: float, later: float
) -> None:
    path = tmp_path_factory.mktemp("any") / "session"
    game = Game(path, replace(NPC, document=read_template(template)), began)
    game.play(5)
    game.now += later
    game.begin()
    game.end()
    (session,) = read_recording(path).sessions
    assert session.evaluator(game.profile).state == game.npc.state


def test_a_new_state_begins_a_new_session(path: Path) -> None:
    game = Game(path)
    game.begin()
    game.play(10)
    saved = json.loads(json.dumps(game.npc.to_dict()))
    game.now += 7.7
    game.npc.from_dict(saved)
    game.begin()
    game.play(10, seed=1)
    game.end()
    first, second = read_recording(path).sessions
    assert replayed(first) + replayed(second) == game.answers
    assert first.times == (None, None)
    assert second.times is not None


def test_the_machines_are_told(path: Path) -> None:
    npc = Profile("Mira", document=read_template("guard"))
    game = Game(path, npc)
    game.begin()
    game.touch(ToolInteraction("stick", "stick", pressure=1.0))
    game.touch(ToolInteraction("stick", "stick", pressure=1.0))
    game.end()
    (session,) = read_recording(path).sessions
    first, second = (answer for _, answer in answers(session, npc))
    assert first.params is not None
    assert second.params is None
    assert "has just answered" in second.refusal
    assert list(first.machines.values()) == list(second.machines.values())
    assert all(first.machines.values())
    assert first.machines


# ---- Files that were written to before ----


def test_a_second_run_adds_to_the_file(path: Path) -> None:
    games = [Game(path, began=9.0), Game(path, replace(NPC, name="Guard"), began=3.0)]
    for game in games:
        game.begin()
        game.play(5)
        game.end()
    recording = read_recording(path)
    assert [replayed(each) for each in recording.sessions] == [game.answers for game in games]
    assert recording.npc_ids == ("Juniper", "Guard")
    assert not recording.cut


@given(st.data())
def test_a_killed_game_loses_its_last_line_and_that_is_told(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("cut") / "session.jsonl"
    game = Game(path)
    game.begin()
    game.play(4)
    game.end()
    whole = path.read_bytes()
    kept = data.draw(st.integers(1, len(whole) - 1))
    path.write_bytes(whole[:kept])
    lines = whole[:kept].split(b"\n")
    is_cut = lines[-1] != b"" and whole[kept : kept + 1] != b"\n"

    before = read_recording(path)
    assert before.cut == ((len(lines),) if is_cut else ())
    turns = [turn for each in before.sessions for turn in each.turns]
    assert len(turns) == max(0, len([line for line in lines if line]) - is_cut - 1)

    later = Game(path, began=5.0)
    later.begin()
    later.play(3)
    later.end()
    after = read_recording(path)
    assert after.sessions[:-1] == before.sessions
    assert after.cut == before.cut
    assert replayed(after.sessions[-1]) == later.answers


@pytest.mark.parametrize("content", [b"extends Node\n", b"{}", b"[1, 2]", b"\xff"])
def test_a_file_of_another_kind_is_never_written_to(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(InvalidDataError, match=r"^evening\.jsonl is something else"):
        SessionFile(path)
    assert path.read_bytes() == content


class FullDisk(io.BytesIO):
    """A file of which only some bytes can be written."""

    def write(self, data: Any) -> int:
        super().write(data[:10])
        raise OSError(errno.ENOSPC, "No space left on device")


def test_what_a_full_disk_took_is_read(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    game = Game(path)
    game.begin()
    game.play(3)
    game.end()
    disk = FullDisk(path.read_bytes())
    monkeypatch.setattr(Path, "open", lambda *_: disk)
    file = SessionFile(path)
    disk.seek(0, io.SEEK_END)
    with pytest.raises(OSError, match="No space"):
        file.write(turn_line(1.0, VideoParams()))
    monkeypatch.undo()
    path.write_bytes(disk.getvalue())
    recording = read_recording(path)
    assert recording.cut == (5,)
    assert replayed(recording.sessions[0]) == game.answers


# ---- Files with mistakes ----

HEADER = header_line(0.0, NPC, NpcResponseEvaluator(NPC.metadata(), clock=lambda: 0.0))
TURN = turn_line(1.0, ToolInteraction("gift", "gift"))


def changed(line: bytes, **fields: Any) -> bytes:
    return json.dumps({**json.loads(line), **fields}).encode() + b"\n"


def touch(**fields: Any) -> bytes:
    return changed(TURN, interaction={**json.loads(TURN)["interaction"], **fields})


@pytest.mark.parametrize(
    ("lines", "place", "reason"),
    [
        ([b"nonsense"], 1, "it is something else"),
        ([b"\xff\xfe"], 1, "it is something else"),
        ([b"[]"], 1, "it is something else"),
        ([b"null"], 1, "it is something else"),
        ([TURN], 1, "no header of a session before it"),
        ([HEADER, b"\n", b"nonsense"], 3, "it is something else"),
        ([HEADER, TURN[:20] + b"\n", TURN], 2, "it is damaged"),
        ([HEADER, b'{"at": NaN, "request": {}}\n', TURN], 2, "it is damaged"),
        ([changed(HEADER, session=99)], 1, "another version of the addon"),
        ([changed(HEADER, session="1")], 1, "another version of the addon"),
        ([changed(HEADER, npc={"name": 5})], 1, "npc.name"),
        ([changed(HEADER, started="now")], 1, "started"),
        ([changed(HEADER, at=None)], 1, "at"),
        ([HEADER, b'{"at": 1e999, "request": {}}'], 2, "at"),
        ([HEADER, b'{"at": 1.0}'], 2, "either an interaction or a request"),
        ([HEADER, changed(TURN, request={})], 2, "either an interaction or a request"),
        ([HEADER, touch(pressure=1.5)], 2, "pressure"),
        ([HEADER, touch(colour="red")], 2, "colour"),
        ([HEADER, touch(duration=-1.0)], 2, "duration"),
        ([HEADER, b'{"at": 1.0, "request": {"colour": "red"}}'], 2, "colour"),
    ],
)
def test_a_mistake_is_told_with_its_line(
    path: Path, lines: list[bytes], place: int, reason: str
) -> None:
    path.write_bytes(b"".join(lines))
    with pytest.raises(InvalidDataError) as caught:
        read_recording(path)
    told = str(caught.value)
    assert told.startswith(f"evening.jsonl, line {place} is not part of a recorded session: ")
    assert reason in told
    assert told.endswith(". Record it again, or remove the line.")


def test_a_wrong_state_is_told_with_its_line(path: Path) -> None:
    path.write_bytes(HEADER + changed(HEADER, state={"version": 99}))
    with pytest.raises(InvalidDataError, match=r"^evening\.jsonl, line 2: "):
        read_recording(path).sessions[1].evaluator(NPC)


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_file_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("any") / "session"
    path.write_bytes(data)
    try:
        read_recording(path)
    except InvalidDataError as error:
        assert "session, line " in str(error)  # noqa: PT017


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@given(
    st.sampled_from(sorted(json.loads(HEADER))) | st.sampled_from(["interaction", "request"]), JSON
)
def test_any_value_of_any_field_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, field: str, value: Any
) -> None:
    path = tmp_path_factory.mktemp("any") / "session"
    path.write_bytes(changed(HEADER, **{field: value}) + changed(TURN, **{field: value}))
    try:
        for session in read_recording(path).sessions:
            replayed(session)
    except InvalidDataError:
        pass


# ---- Files of earlier checkouts ----

OLD = (
    {"npc": "Juniper", "at": 5.0, "interaction": {"tool": "gift", "duration": 500.0}},
    {"npc": "Guard", "at": 5.5, "request": {"expression": "sad", "loras": ["wing"]}},
    {"npc": "Juniper", "at": 6.0, "request": {"expression": "sleepy"}},
)


def old_lines(npc: NpcResponseEvaluator) -> bytes:
    state = {"npc": "Juniper", "at": 9.0, "state": npc.to_dict()}
    return b"".join(json.dumps(line).encode() + b"\n" for line in (*OLD, state, OLD[0]))


def test_old_files_are_read(path: Path) -> None:
    game = Game(path)
    game.play(10)
    path.write_bytes(old_lines(game.npc))
    juniper, guard, again = read_recording(path).sessions
    assert (juniper.npc_id, guard.npc_id, again.npc_id) == ("Juniper", "Guard", "Juniper")
    gift = ToolInteraction("gift", "gift", duration=0.5)
    assert [turn.what for turn in juniper.turns] == [gift, VideoParams(expression="sleepy")]
    assert guard.turns[0].what == VideoParams(expression="sad", loras=("wing",))
    assert [turn.line for turn in again.turns] == [5]
    assert again.state is not None
    assert replayed(again, NPC) != replayed(juniper, NPC)[:1]


def test_old_files_are_continued(path: Path) -> None:
    path.write_bytes(old_lines(NpcResponseEvaluator(NPC.metadata())) + b'{"npc": "Jun')
    game = Game(path)
    game.begin()
    game.play(5)
    game.end()
    recording = read_recording(path)
    assert recording.cut == (6,)
    assert replayed(recording.sessions[-1]) == game.answers


@pytest.mark.parametrize(
    "line",
    [
        '{"npc": "Juniper", "at": 1.0}',
        '{"npc": "Juniper", "at": "now", "interaction": {"tool": "hand"}}',
        '{"npc": "Juniper", "at": 1e999, "interaction": {"tool": "hand"}}',
        '{"npc": "Juniper", "at": 1.0, "interaction": {"pressure": 0.5}}',
        '{"npc": "Juniper", "at": 1.0, "interaction": {}, "request": {}}',
        '{"npc": "Juniper", "at": 1.0, "request": {"colour": "red"}}',
        '{"npc": 5, "at": 1.0, "request": {}}',
    ],
)
def test_a_mistake_in_an_old_file_is_told_with_its_line(path: Path, line: str) -> None:
    path.write_text(f"{json.dumps(OLD[0])}\n\n{line}\n", "utf-8")
    with pytest.raises(InvalidDataError, match=r"^evening\.jsonl, line 3 "):
        read_recording(path)
