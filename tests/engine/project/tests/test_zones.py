"""Mouse, touch and pen events through the viewport, and what zones make of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np  # noqa: F401  pytest.approx looks at it, when the addon may be loading it
import pytest
from engine_tests import EngineTest, Steps, until
from godot import (
    CircleShape2D,
    CollisionShape2D,
    Control,
    GDScript,
    InputEventAction,
    InputEventMouseButton,
    InputEventMouseMotion,
    InputEventScreenDrag,
    InputEventScreenTouch,
    MouseButton,
    Node,
    RectangleShape2D,
    Vector2,
)
from npc_video_player import NpcInteractionZone, NpcInteractionZone2D
from players import player_in

SIZE = 200.0
CORNER = Vector2(50.0, 40.0)
MIDDLE = (150.0, 140.0)
OUTSIDE = (20.0, 20.0)

Place = tuple[float, float]


class Hands:
    """What a player does, with a clock that only this moves."""

    def __init__(self, test: EngineTest, *zones: Any):
        self.viewport = test.get_viewport()
        self.now = 100.0
        self.told: list[dict] = []
        for zone in zones:
            zone._clock = lambda: self.now
            zone.interaction.connect(self.told.append)

    def push(self, event: Any, at: Place) -> None:
        event.position = Vector2(*at)
        self.viewport.push_input(event, True)

    def mouse(self, pressed: bool, at: Place, button: int = MouseButton.MOUSE_BUTTON_LEFT) -> None:
        event = InputEventMouseButton()
        event.button_index, event.pressed = button, pressed
        self.push(event, at)

    def mouse_to(self, at: Place, pressure: float = 1.0) -> None:
        """As mice are told of: 1 with the button down; pens tell what is between, too."""
        event = InputEventMouseMotion()
        event.pressure = pressure
        event.button_mask = 1
        self.push(event, at)

    def finger(self, index: int, pressed: bool, at: Place, *, canceled: bool = False) -> None:
        event = InputEventScreenTouch()
        event.index, event.pressed, event.canceled = index, pressed, canceled
        self.push(event, at)

    def finger_to(self, index: int, at: Place, pressure: float = 0.0) -> None:
        event = InputEventScreenDrag()
        event.index, event.pressure = index, pressure
        self.push(event, at)

    def along(self, path: Iterable[Place], seconds: float, move: Callable[[Place], None]) -> None:
        places = list(path)
        for place in places:
            self.now += seconds / len(places)
            move(place)

    def wait(self, zone: Any, seconds: float) -> None:
        """Frames go by, none longer than the game's own."""
        end = self.now + seconds
        while self.now < end - 1e-6:
            self.now = min(end, self.now + 1 / 60)
            if zone.is_processing_internal():
                zone.notification(Node.NOTIFICATION_INTERNAL_PROCESS)


def line(start: Place, end: Place, steps: int = 30) -> list[Place]:
    parts = [step / steps for step in range(1, steps + 1)]
    return [(start[0] + (end[0] - start[0]) * t, start[1] + (end[1] - start[1]) * t) for t in parts]


def circle(radius: float = 60.0, turns: float = 2.0, steps: int = 90) -> list[Place]:
    angles = [turns * math.tau * step / steps for step in range(steps + 1)]
    return [(MIDDLE[0] + radius * math.cos(a), MIDDLE[1] + radius * math.sin(a)) for a in angles]


def control(test: Node, name: str = "belly", **properties: Any) -> NpcInteractionZone:
    zone = NpcInteractionZone()
    zone.set_position(CORNER)
    zone.set_size(Vector2(SIZE, SIZE))
    return placed(test, zone, name, properties)


def area(test: Node, name: str = "belly", **properties: Any) -> NpcInteractionZone2D:
    zone = NpcInteractionZone2D()
    zone.position = Vector2(*MIDDLE)
    shape = CollisionShape2D()
    shape.shape = RectangleShape2D()
    shape.shape.size = Vector2(SIZE, SIZE)
    zone.add_child(shape)
    return placed(test, zone, name, properties)


def placed(test: Node, zone: Any, name: str, properties: dict[str, Any]) -> Any:
    zone.zone = name
    for key, value in properties.items():
        setattr(zone, key, value)
    test.add_child(zone)
    return zone


KINDS = (control, area)


def test_a_tap_of_the_mouse(test: EngineTest) -> None:
    for make in KINDS:
        zone = make(test, tool="feather")
        hands = Hands(test, zone)
        hands.mouse(True, MIDDLE)
        assert hands.told == []
        hands.now += 0.1
        hands.mouse(False, MIDDLE)
        (told,) = hands.told
        assert (told["tool"], told["zone"], told["pattern"]) == ("feather", "belly", "tap")
        assert told["duration"] == pytest.approx(100.0)
        assert told["timestamp"] == pytest.approx(100_100.0)
        assert told["pressure"] == pytest.approx(0.335)
        assert told["speed"] == 0.0
        zone.free()


def test_a_circle_a_stroke_and_a_swipe_of_the_mouse(test: EngineTest) -> Steps:
    gestures = {
        "circular": (circle(), 1.5),
        "stroke": (line((60.0, 140.0), (240.0, 140.0)), 1.4),
        "swipe": (line((60.0, 140.0), (240.0, 140.0)), 0.25),
    }
    for make in KINDS:
        for pattern, (path, seconds) in gestures.items():
            zone = make(test, interval=5.0)
            hands = Hands(test, zone)
            hands.mouse(True, path[0])
            hands.along(path, seconds, hands.mouse_to)
            hands.mouse(False, path[-1])
            (told,) = hands.told
            assert told["pattern"] == pattern
            assert told["duration"] == pytest.approx(seconds * 1000.0)
            length = sum(map(math.dist, path, path[1:]))
            assert told["speed"] == pytest.approx(length / SIZE / seconds / 3.0, rel=0.15)
            zone.free()
            yield  # the engine passes a node over that lies where one freed in this frame lay


def test_a_pen_tells_its_pressure(test: EngineTest) -> None:
    for make in KINDS:
        zone = make(test, interval=5.0)
        hands = Hands(test, zone)
        hands.mouse(True, MIDDLE)
        hands.along([MIDDLE] * 10, 0.5, lambda at, hands=hands: hands.mouse_to(at, 0.8))
        hands.mouse(False, MIDDLE)
        (told,) = hands.told
        assert told["pressure"] == pytest.approx(0.8)
        zone.free()


def test_what_is_held_is_told_again_and_presses_harder(test: EngineTest) -> None:
    for make in KINDS:
        zone = make(test, interval=0.5)
        hands = Hands(test, zone)
        hands.mouse(True, MIDDLE)
        hands.wait(zone, 2.0)
        assert [told["pattern"] for told in hands.told] == ["hold"] * 4
        pressures = [told["pressure"] for told in hands.told]
        assert pressures == pytest.approx([0.475, 0.65, 0.825, 1.0], abs=0.01)
        hands.mouse(False, MIDDLE)
        zone.free()


def test_the_frames_of_the_game_tell_what_is_held(test: EngineTest) -> Steps:
    for make in KINDS:
        zone = make(test, interval=0.2)
        hands = Hands(test)
        zone.interaction.connect(hands.told.append)
        hands.mouse(True, MIDDLE)
        yield from until(lambda hands=hands: len(hands.told) >= 2)
        assert hands.told[1]["duration"] - hands.told[0]["duration"] >= 199.0
        zone.free()


def test_two_fingers_are_two_streams(test: EngineTest) -> None:
    for make in KINDS:
        zone = make(test, interval=5.0)
        hands = Hands(test, zone)
        path = circle()
        hands.finger(0, True, path[0])
        hands.finger(1, True, MIDDLE)
        hands.along(path, 1.5, lambda at, hands=hands: hands.finger_to(0, at, 0.4))
        hands.finger(1, False, MIDDLE)
        hands.finger(0, False, path[-1])
        still, moving = hands.told
        assert still["pattern"] == "hold"
        assert still["pressure"] == pytest.approx(0.3 + 0.7 * 0.75)
        assert moving["pattern"] == "circular"
        assert moving["pressure"] == pytest.approx(0.4)
        zone.free()


def test_a_touch_that_the_system_takes_away_is_none(test: EngineTest) -> None:
    for make in KINDS:
        zone = make(test)
        hands = Hands(test, zone)
        hands.finger(0, True, MIDDLE)
        hands.now += 0.4
        hands.finger(0, False, MIDDLE, canceled=True)
        assert hands.told == []
        assert not zone.is_processing_internal()
        zone.free()


def test_events_that_the_engine_made_of_others_count_once(test: EngineTest) -> None:
    for make in KINDS:
        zone = make(test)
        hands = Hands(test, zone)
        for pressed in (True, False):
            hands.finger(0, pressed, MIDDLE)
            made = InputEventMouseButton()
            made.button_index, made.pressed = MouseButton.MOUSE_BUTTON_LEFT, pressed
            made.device = InputEventMouseButton.DEVICE_ID_EMULATION
            hands.push(made, MIDDLE)
        assert len(hands.told) == 1
        zone.free()


def test_outside_and_other_buttons_are_nothing(test: EngineTest) -> None:
    for make in KINDS:
        zone = make(test)
        hands = Hands(test, zone)
        hands.mouse(True, OUTSIDE)
        hands.mouse_to(MIDDLE)
        hands.mouse(False, MIDDLE)
        hands.mouse(True, MIDDLE, MouseButton.MOUSE_BUTTON_RIGHT)
        hands.mouse(False, MIDDLE, MouseButton.MOUSE_BUTTON_RIGHT)
        hands.finger(0, True, OUTSIDE)
        hands.finger(0, False, OUTSIDE)
        assert hands.told == []
        zone.free()


def test_hovering_costs_nothing_per_frame(test: EngineTest) -> None:
    for make in KINDS:
        zone = make(test)
        hands = Hands(test, zone)
        for at in line(OUTSIDE, MIDDLE):
            hands.mouse_to(at, 0.0)
        assert not zone.is_processing_internal()
        hands.mouse(True, MIDDLE)
        assert zone.is_processing_internal()
        hands.mouse(False, MIDDLE)
        assert not zone.is_processing_internal()
        zone.free()


def test_leaving_the_zone_ends_a_gesture(test: EngineTest) -> None:
    for make in KINDS:
        zone = make(test, interval=0.1)
        hands = Hands(test, zone)
        hands.mouse(True, MIDDLE)
        hands.along(line(MIDDLE, (150.0, 20.0)), 0.8, hands.mouse_to)
        assert [told["pattern"] for told in hands.told] == ["stroke"]
        hands.wait(zone, 3.0)
        hands.mouse(False, OUTSIDE)
        assert len(hands.told) == 1
        assert not zone.is_processing_internal()
        zone.free()


def test_what_takes_the_player_away_ends_a_gesture(test: EngineTest) -> Steps:
    def paused(zone: Any) -> None:
        zone.get_tree().paused = True
        zone.get_tree().paused = False

    def hidden(zone: Any) -> None:
        zone.hide()
        zone.show()

    def taken_out(zone: Any) -> None:
        parent = zone.get_parent()
        parent.remove_child(zone)
        parent.add_child(zone)

    def disabled(zone: Any) -> None:
        zone.process_mode = Node.PROCESS_MODE_DISABLED
        zone.process_mode = Node.PROCESS_MODE_INHERIT

    losses = {
        "pause": paused,
        "hide": hidden,
        "exit": taken_out,
        "disable": disabled,
        "cancel": lambda zone: zone.cancel_touches(),
        "window": lambda zone: zone.notification(Node.NOTIFICATION_WM_WINDOW_FOCUS_OUT),
        "application": lambda zone: zone.notification(Node.NOTIFICATION_APPLICATION_FOCUS_OUT),
    }
    test.process_mode = Node.PROCESS_MODE_PAUSABLE
    for make in KINDS:
        for name, lose in losses.items():
            zone = make(test)
            hands = Hands(test, zone)
            hands.mouse(True, MIDDLE)
            hands.now += 0.4
            lose(zone)
            yield
            assert not zone.is_processing_internal(), name
            hands.mouse(False, MIDDLE)
            assert hands.told == [], name
            hands.mouse(True, MIDDLE)
            hands.mouse(False, MIDDLE)
            assert [told["pattern"] for told in hands.told] == ["tap"], name
            zone.free()


def test_a_tool_for_all_zones(test: EngineTest) -> None:
    zones = [make(test) for make in KINDS]
    zones[1].position = Vector2(500.0, 500.0)
    test.get_tree().set_group("npc_interaction_zones", "tool", "brush")
    assert [zone.tool for zone in zones] == ["brush", "brush"]


def test_keys_and_gamepads_tap_the_middle(test: EngineTest) -> None:
    zone = control(test, tool="song")
    hands = Hands(test, zone)
    zone.grab_focus()
    assert zone._is_focus_shown
    for pressed in (True, False):
        event = InputEventAction()
        event.action, event.pressed = "ui_accept", pressed
        hands.viewport.push_input(event, True)
    (told,) = hands.told
    assert (told["tool"], told["pattern"], told["duration"]) == ("song", "tap", 0.0)
    zone.release_focus()
    assert not zone._is_focus_shown


def test_the_player_above_reacts(test: EngineTest) -> None:
    for make in KINDS:
        player = player_in(test, (300.0, 300.0), mouse_filter=Control.MOUSE_FILTER_IGNORE)
        started: list[dict] = []
        player.reaction_started.connect(started.append)
        between = Control()
        between.mouse_filter = Control.MOUSE_FILTER_IGNORE
        player.add_child(between)
        hands = Hands(test, make(between))
        hands.mouse(True, MIDDLE)
        hands.mouse(False, MIDDLE)
        assert len(started) == 1
        assert hands.told[0]["tool"] == "hand"
        player.free()


def test_a_node_somewhere_else_reacts_with_its_tool(test: EngineTest) -> None:
    script = GDScript()
    script.source_code = (
        "extends Node\nvar tool := 'feather'\nvar told := []\n"
        "func react(what: Dictionary) -> void:\n\ttold.append(what)\n"
    )
    script.reload()
    node = Node()
    node.name = "Ember"
    node.set_script(script)
    test.add_child(node)
    for make in KINDS:
        zone = make(test, player="../Ember")
        hands = Hands(test, zone)
        hands.mouse(True, MIDDLE)
        hands.mouse(False, MIDDLE)
        assert node.get("told")[-1:] == hands.told
        assert hands.told[0]["tool"] == "feather"
        zone.free()


def test_a_script_s_own_input_leaves_the_zone_s_alone(test: EngineTest) -> None:
    source = (
        "extends {}\nvar heard := 0\nfunc _ready() -> void:\n\tpass\n"
        "func _input(_event: InputEvent) -> void:\n\theard += 1\n"
        "func _process(_delta: float) -> void:\n\theard += 100\n"
    )
    for make in KINDS:
        script = GDScript()
        kind = "NpcInteractionZone" if make is control else "NpcInteractionZone2D"
        script.source_code = source.replace("{}", kind)
        script.reload()
        parent = Node()
        zone = make(parent)
        zone.set_script(script)
        test.add_child(parent)
        hands = Hands(test, zone)
        hands.mouse(True, MIDDLE)
        hands.mouse(False, MIDDLE)
        assert len(hands.told) == 1
        assert zone.get("heard") == 2, zone.get("heard")
        assert zone.is_processing()
        zone.free()


def test_shapes_of_an_area_that_is_turned_moved_and_partly_off(test: EngineTest) -> None:
    zone = area(test)
    zone.rotation, zone.scale = math.pi / 4, Vector2(0.5, 0.5)
    round_one = CollisionShape2D()
    round_one.shape = CircleShape2D()
    round_one.shape.radius = 40.0
    round_one.position = Vector2(200.0, -200.0)  # which is 141 to the right
    zone.add_child(round_one)
    hands = Hands(test, zone)

    def is_hit(at: Place) -> bool:
        before = len(hands.told)
        hands.now += 1.0
        hands.mouse(True, at)
        hands.mouse(False, at)
        return len(hands.told) > before

    assert is_hit((150.0 + 65.0, 140.0)), "a corner"
    assert not is_hit((150.0 + 45.0, 140.0 + 45.0)), "beside an edge"
    assert is_hit((150.0 + 141.4, 140.0)), "the circle"
    round_one.disabled = True
    assert not is_hit((150.0 + 141.4, 140.0))
    zone.input_pickable = False
    assert not is_hit(MIDDLE)


def test_what_lies_in_front_takes_the_touch(test: EngineTest) -> None:
    below, above = area(test, "below"), area(test, "above")
    hands = Hands(test, below, above)
    hands.mouse(True, MIDDLE)
    hands.mouse(False, MIDDLE)
    assert [told["zone"] for told in hands.told] == ["above"]
    front = Control()
    front.set_position(CORNER)
    front.set_size(Vector2(SIZE, SIZE))
    test.add_child(front)
    hands.now += 1.0
    hands.mouse(True, MIDDLE)
    hands.mouse(False, MIDDLE)
    assert len(hands.told) == 1


def test_movements_are_measured_against_the_whole_npc(test: EngineTest) -> None:
    player = player_in(test, (300.0, 300.0), scale=Vector2(2.0, 2.0))
    for make in KINDS:
        zone = make(player)
        assert zone._extent() == pytest.approx(300.0)
        zone.free()
        zone = make(test)
        assert zone._extent() == pytest.approx(SIZE)
        zone.free()


def test_a_zone_that_is_freed_by_what_it_tells(test: EngineTest) -> Steps:
    for make in KINDS:
        zone = make(test)
        hands = Hands(test, zone)
        zone.interaction.connect(lambda _, zone=zone: zone.queue_free())
        hands.finger(0, True, MIDDLE)
        hands.finger(1, True, MIDDLE)
        hands.wait(zone, 0.5)
        yield
        yield
        assert 1 <= len(hands.told) <= 2


def test_warnings(test: EngineTest) -> None:
    zone = control(test)
    assert zone._get_configuration_warnings() == []
    zone.zone, zone.player = "", "../Nobody"
    first, second = zone._get_configuration_warnings()
    assert "no name" in first
    assert "react" in second
    (warning,) = area(player_in(test, (300.0, 300.0)))._get_configuration_warnings()
    assert "Mouse > Filter" in warning
