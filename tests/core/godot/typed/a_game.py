"""What a game writes, and type checkers have nothing to say about."""

from enum import IntEnum
from typing import Any, assert_type

import godot
from godot import (
    Callable,
    Color,
    EditorUndoRedoManager,
    Image,
    Input,
    InputEvent,
    Key,
    NodePath,
    Object,
    ResourceLoader,
    SceneTree,
    Signal,
    Texture2D,
    TextureRect,
    Timer,
    UndoRedo,
    Vector2,
    Vector2i,
    at_exit,
    export,
    exposed,
    python_only,
    run_on_main_thread,
    signal,
)


class Mood(IntEnum):
    CALM = 0
    CROSS = 1


@exposed
class Plain(Object):
    pass


@exposed(tool=True, icon="res://badge.svg")
class Badge(TextureRect):
    level = export(int, 1, range=(1, 99), group="Rank")
    weight = export(float, 2, suffix="kg")
    label = export(str, "", multiline=True, doc="Shown below.")
    mood = export(Mood, Mood.CALM)
    names = export(list[str], [])
    picture = export(Texture2D, None)
    frame = export(Texture2D, usage=2)
    anything = export(Any, None)
    double = export(int)
    earned = signal(level=int, doc="It has another level.")

    @level.changed
    def _show_level(self) -> None:
        self.queue_redraw()

    @double.getter
    def _twice(self) -> int:
        return 2 * self.level

    @double.setter
    def _halve(self, value: int) -> None:
        self.level = value // 2

    @python_only
    def best_of(self, *others: "Badge", least: int = 0) -> int:
        return max([least, self.level, *(other.level for other in others)])

    def _ready(self) -> None:
        if self.picture is not None:
            self.texture = self.picture
        self.stretch_mode = TextureRect.StretchMode.STRETCH_KEEP
        self.stretch_mode = TextureRect.STRETCH_KEEP
        self.earned.connect(self._note)
        self.earned.emit(self.level)

    def _note(self, level: int) -> None:
        assert_type(self.best_of(self, least=level), int)

    def _input(self, event: InputEvent) -> None:
        if Input.is_key_pressed(Key.KEY_A) and event.is_pressed():
            self.level += 1

    def _process(self, delta: float) -> None:
        self.position += Vector2(1, 0) * delta

    def _notification(self, what: int) -> None:
        if what == self.NOTIFICATION_READY:
            self.name = "Ida"

    def _validate_property(self, info: dict[str, Any]) -> None:
        info["usage"] = 0


def properties(badge: Badge) -> None:
    assert_type(badge.level, int)
    assert_type(badge.weight, float)
    assert_type(badge.mood, Mood)
    assert_type(badge.names, list[str])
    assert_type(badge.picture, Texture2D | None)
    assert_type(badge.frame, Texture2D | None)
    assert_type(badge.earned, Signal)
    assert_type(Badge.level, export[int])
    badge.weight = 3
    badge.picture = None


def objects(badge: Badge) -> None:
    timer = Timer()
    timer.wait_time = 1
    timer.timeout.connect(badge.queue_free)
    badge.add_child(timer)
    badge.add_child(timer, True, badge.INTERNAL_MODE_BACK)
    assert_type(badge.get_tree(), SceneTree | None)
    assert_type(badge.create_tween().set_loops(2).is_valid(), bool)
    assert_type(badge.get_node(NodePath("a")), godot.Node | None)
    badge.get_node("a")
    badge.set_meta("a", {"b": [1, 2]})
    image = Image.create_empty(2, 2, False, Image.FORMAT_RGBA8)
    assert_type(image.get_size(), Vector2i)
    assert_type(image.get_data(), bytes)
    image.set_data(2, 2, False, Image.Format.FORMAT_L8, memoryview(b"1234"))
    assert_type(badge.get_children(), list[godot.Node])
    badge.call("anything", 1, "b", None)
    ResourceLoader.load("res://a.png")
    Callable(badge.queue_free).call_deferred()
    badge.free()


def values() -> None:
    assert_type(Vector2(1, 2), Vector2)
    assert_type(Vector2().x, float)
    assert_type(2 * Vector2.ONE - Vector2(Vector2i(1, 2)), Vector2)
    assert_type(Vector2i(1, 2) * 2, Vector2i)
    assert_type(Vector2i(1, 2) * 2.0, Vector2)
    assert_type(Vector2.from_angle(1.0).length(), float)
    assert_type(Color("red").lerp(Color.BLUE, 0.5), Color)
    assert_type(godot.clampi(1, 2, 3), int)
    godot.print("a", 1)


@at_exit
def leave() -> None:
    assert_type(run_on_main_thread(pow, 2.0, 3.0).result(), Any)
    assert_type(run_on_main_thread(len, "ab").result(), int)


def steps(history: UndoRedo, actions: EditorUndoRedoManager, timer: Timer) -> None:
    history.add_do_method(timer.start, 1.0)
    history.add_undo_method(lambda: timer.stop())
    actions.add_do_method(timer.start, 1.0)
    actions.add_undo_method(timer, "stop")
