"""What an NPC is first seen with: a clip that is made, a file, or none."""

from __future__ import annotations

from typing import Any

from clips import gradients, grey, make_clip
from engine_tests import EngineTest, Steps, until
from godot import FileAccess, Image
from npc_video_player import NpcProfile, NpcVideoPlayer
from players import made_player, player_in
from window import drawn


def file_of(name: str, pictures: Any) -> str:
    path = f"user://{name}.mp4"
    file = FileAccess.open(path, FileAccess.WRITE)
    file.store_buffer(make_clip(pictures).data)
    file.close()
    return path


class Generator:
    """Counts what it is asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def make(self, request: dict) -> list[Image]:
        self.asked.append(request["expression"])
        return [Image.create(16, 16, False, Image.FORMAT_RGB8) for _ in range(2)]


def opened(test: EngineTest, **profile: Any) -> tuple[NpcVideoPlayer, Generator, list[dict]]:
    """A player whose profile says so, what its generator is asked for, and what it has started."""
    npc = NpcProfile()
    npc.npc_name = "Moss"
    for name, value in profile.items():
        setattr(npc, name, value)
    generator, started = Generator(), []
    player = made_player(profile=npc, predictive=False, progressive=False)
    player.set_generator(generator.make)
    player.clip_started.connect(started.append)
    test.add_child(player)
    return player, generator, started


def test_it_is_made_as_any_other(test: EngineTest) -> Steps:
    _, generator, started = opened(test, npc_id="made")
    yield from until(lambda: started)
    assert generator.asked == ["neutral"]


def test_none_is_made_where_none_is_wanted(test: EngineTest) -> Steps:
    player, generator, started = opened(test, npc_id="none", opening="none")
    yield from drawn(20)
    assert player.request({"expression": "happy"})
    yield from until(lambda: started)
    assert generator.asked == ["happy"]
    test.remove_child(player)
    test.add_child(player)
    yield from drawn(3)
    assert player._director.wanted.expression == "happy"  # it shows again what it showed


def test_a_file_of_the_game(test: EngineTest) -> Steps:
    path = file_of("opening", gradients())
    player, generator, started = opened(test, npc_id="file", opening_clip=path)
    yield from until(lambda: started)
    assert (started[0]["width"], started[0]["height"], started[0]["preset"]) == (256, 192, "file")
    assert player.get_length() == 3.0
    assert generator.asked == []
    assert player.request({"expression": "happy"})
    yield from until(lambda: len(started) == 2)
    assert generator.asked == ["happy"]


def test_what_is_asked_for_meanwhile_is_not_covered_by_it(test: EngineTest) -> Steps:
    path = file_of("late", gradients())
    player, generator, started = opened(test, npc_id="late", opening_clip=path)
    assert player.request({"expression": "happy"})
    yield from until(lambda: started)
    yield from drawn(20)
    assert [info["expression"] for info in started] == ["happy"]
    assert generator.asked == ["happy"]


def test_each_npc_has_its_own(test: EngineTest) -> Steps:
    player, generator, started = opened(
        test, npc_id="first", opening_clip=file_of("first", gradients())
    )
    yield from until(lambda: started)
    other = NpcProfile()
    other.npc_name = "Fern"
    other.opening_clip = file_of("second", grey(lambda index: index))
    player.profile = other
    yield from until(lambda: len(started) == 2)
    assert started[1]["npc_id"] == "Fern"
    other.opening_clip = file_of("third", grey(lambda index: 200))  # counts at once
    yield from until(lambda: len(started) == 3)
    assert generator.asked == []


def test_what_is_shown_stays_when_only_the_rules_of_answering_change(test: EngineTest) -> Steps:
    player, generator, started = opened(test, npc_id="ruled", opening="none")
    assert player.request({"expression": "happy"})
    yield from until(lambda: started)
    player.profile.cooldown = 2.0
    yield from drawn(5)
    assert player._director.wanted.expression == "happy"
    player.profile.style = "ink"  # clips of it are others
    yield from drawn(5)
    assert player._director.wanted is None
    assert generator.asked == ["happy"]


def test_a_file_that_is_none_is_told(test: EngineTest) -> Steps:
    file = FileAccess.open("user://broken.webm", FileAccess.WRITE)
    file.store_buffer(b"\x1a\x45\xdf\xa3" + bytes(100))
    file.close()
    file = FileAccess.open("user://text.webm", FileAccess.WRITE)
    file.store_string("no clip at all")
    file.close()
    for path, reason in {
        "res://absent.webm": "there is no file 'res://absent.webm'",
        "user://broken.webm": "broken.webm: ",
        "user://text.webm": "neither MP4 nor WebM",
    }.items():
        player = player_in(test, npc_name="Moss")
        reasons: list[str] = []
        player.generation_failed.connect(reasons.append)
        player.profile = NpcProfile()
        player.profile.npc_name = "Moss"
        player.profile.opening_clip = path
        yield from until(lambda reasons=reasons: reasons)
        assert reasons[0].startswith("opening_clip: "), reasons
        assert reason in reasons[0], reasons
        assert player.request({"expression": "happy"})
        player.free()


def test_a_file_that_is_not_there_is_a_problem_of_the_profile(test: EngineTest) -> None:
    profile = NpcProfile()
    profile.npc_name = "Moss"
    assert profile.problems() == []
    profile.opening_clip = "res://absent.webm"
    assert profile.problems() == [
        "opening_clip: there is no file 'res://absent.webm': choose one, or leave it empty."
    ]
    shown = [info["name"] for info in profile.get_property_list() if info["usage"] & 4]
    assert "opening_clip" in shown
    assert "opening" not in shown
