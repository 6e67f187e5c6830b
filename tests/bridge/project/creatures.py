"""Exposed classes that use all that `exposed` offers, for test_authoring.* and test_editor.py."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from enum import IntEnum, IntFlag
from typing import Any, ClassVar

from godot import (
    AudioStream,
    AudioStreamPlayback,
    AudioStreamWAV,
    Color,
    Control,
    InputEvent,
    Label,
    Node,
    Node2D,
    PackedVector2Array,
    Resource,
    ResourceFormatLoader,
    Texture2D,
    Vector2,
    Vector3i,
    export,
    exposed,
    python_only,
    signal,
)
from lives import Recipe


@exposed(icon="res://creature.svg")
class Creature(Node2D):
    """Something that lives & breathes.

    It has a `speed` of less than <10>.
    """

    class Mood(IntEnum):
        CALM = 0
        WILD = 5

    class Traits(IntFlag):
        FAST = 1
        STRONG = 2

    class Coat(IntEnum):
        COAT_SHORT_HAIR = 1, "short"
        COAT_LONG_HAIR = 2, "long"

        def __new__(cls, number, word):
            made = int.__new__(cls, number)
            made._value_, made.word = number, word
            return made

        @classmethod
        def _missing_(cls, value):
            return next((coat for coat in cls if coat.word == value), None)

    MAX_LEVEL = 9

    speed = export(float, 2.5, range=(0, 10, 0.1), suffix="px/s", group="Movement", doc="How fast.")
    turn = export(float, 1.0, subgroup="Turning", suffix="rad")
    title = export(str, "none", enum=("none", "lord"), group="Looks")
    rank = export(int, 0, enum=("low", "high"))
    picture = export(str, "", file="*.png,*.jpg")
    home = export(str, "", dir=True)
    story = export(str, "", multiline=True)
    mood = export(Mood, Mood.CALM)
    traits = export(Traits, Traits(0))
    coat = export(Coat, Coat.COAT_SHORT_HAIR)
    names = export(list[str], [])
    targets = export(list[Node2D])
    scores = export(dict[str, int], {})
    numbers = export(list, [1, [2]])
    points = export(PackedVector2Array)
    anything = export(Any, None)
    texture = export(Texture2D, None)
    friend = export(Node2D, None)
    tint = export(Color, Color(1, 0, 0))
    secret = export(int, 0, usage=2)

    @speed.changed
    def _note_speed(self):
        self.speeds = [*getattr(self, "speeds", []), self.speed]

    died = signal(reason=str, by=Node, doc="It is `no` more.")

    def __init__(self):
        self._level = 1

    @export(int, 1).setter
    def level(self, value):
        self._level = min(value, self.MAX_LEVEL)

    @level.getter
    def level(self):
        return self._level

    def heal(self, amount: int, twice: bool = False) -> int:
        """Gives `amount` back."""
        return amount * (2 if twice else 1)

    def greet(self, name: str = "you", *more: str) -> str:
        return "hello " + " and ".join([name, *more])

    def nothing(self) -> None:
        """Returns nothing."""

    def many(self) -> list[int]:
        return [1, 2]

    def named(self) -> dict[str, Vector2]:
        return {"a": Vector2(1, 2)}

    def with_more(self, items: dict[str, Any], more: list[Any]) -> dict[str, Any]:
        return {**items, "more": more}

    def sum_of(self, numbers: list[int]) -> int:
        return sum(numbers)

    def mood_of(self, mood: Mood) -> str:
        return mood.name

    def mood_at(self, level: int) -> Mood:
        return self.Mood.WILD if level else self.Mood.CALM

    def same(self, other: Creature | None) -> Creature | None:
        return other

    def recipe(self) -> Recipe:
        return Recipe()

    def amount_in(self, recipe: Recipe) -> int:
        return recipe.amount

    def call_with(self, function: Callable, value: Any) -> Any:
        return function(value)

    def whatever(self, value):
        return value

    @staticmethod
    def spawn(level: int) -> Creature:
        made = Creature()
        made.level = level
        return made

    def _private(self):
        """Stays in Python."""


@exposed
class Dragon(Creature):
    fire = export(int, 3)

    def __init__(self):
        super().__init__()
        self._frames = 0

    def heal(self, amount: int, twice: bool = False) -> int:
        return super().heal(amount, twice) + 100

    def _process(self, delta):
        self._frames += 1


@exposed(abstract=True)
class Being(Node):
    """Only its subclasses can be made."""

    age = export(int, 1)


@exposed
class Plant(Being):
    pass


@exposed
class Flexible(Node):
    """Properties that are known only while the game runs."""

    def __init__(self):
        self._values = {"loose/one": 1, "loose/two": "x"}
        self._log = []

    def _get_property_list(self):
        return [
            {"name": "loose/one", "type": 2, "hint": 1, "hint_string": "0,10"},
            {"name": "loose/two", "type": 4},
        ]

    def _get(self, name):
        return self._values.get(name)

    def _set(self, name, value):
        if name not in self._values:
            return False
        self._values[name] = value
        return True

    def _property_can_revert(self, name):
        return name == "loose/one"

    def _property_get_revert(self, name):
        return 1

    def _validate_property(self, info):
        if info["name"] == "process_priority":
            info["usage"] = 0
        if info["name"] == "process_mode":
            info["hint_string"] += ",Änderung"

    def _notification(self, what):
        self._log.append(what)

    def _to_string(self):
        return "a flexible node"


@exposed
class Widget(Control):
    """Overrides virtual methods of several shapes."""

    def __init__(self):
        self._events = []

    def _get_minimum_size(self):
        return Vector2(30, 40)

    def _get_configuration_warnings(self):
        return ["too wide", "too höch"]

    def _input(self, event: InputEvent):
        self._events.append(event)

    def _get_tooltip(self, at):
        return f"at {at.x:g}"


@exposed
class Ruler(Node):
    """Has a public method that is Python's alone, named as an accessor."""

    length = export(int, 1)

    @python_only
    def set_length(self, length: complex) -> int:
        """Sets it to a length that the engine has no type for."""
        self.length = int(length.real)
        return self.length

    @python_only
    def longer_than(self, other: complex) -> bool:
        return self.length > other.real


@exposed
class Tone(AudioStream):
    """Its virtual method returns a counted object."""

    def _instantiate_playback(self):
        return AudioStreamWAV().instantiate_playback()

    def _get_length(self):
        return 2.5

    def _is_monophonic(self):
        return True


@exposed
class Buzz(AudioStreamPlayback):
    """Its virtual method is given the address of a buffer."""

    def _mix(self, buffer, rate_scale, frames):
        samples = (ctypes.c_float * (2 * frames)).from_address(buffer)
        for index in range(2 * frames):
            samples[index] = index
        return frames


@exposed
class ReversedText(Label):
    """Its virtual method takes and returns arrays."""

    def __init__(self):
        self._given = []

    def _structured_text_parser(self, args, text):
        self._given.append((args, text))
        return [Vector3i(0, len(text), 0)]


@exposed
class RecipeLoader(ResourceFormatLoader):
    """Loads `amount.soup` as a recipe."""

    def _get_recognized_extensions(self):
        return ["soup"]

    def _handles_type(self, type_name):
        return type_name == "Recipe"

    def _get_resource_type(self, path):
        return "Recipe" if path.endswith(".soup") else ""

    def _load(self, path, original_path, use_sub_threads, cache_mode):
        made = Recipe()
        made.amount = int(path.rpartition("/")[2].removesuffix(".soup"))
        return made


@exposed
class Noted(Resource):
    """Counted, and notified of all that happens to it."""

    log: ClassVar[list] = []

    def _notification(self, what):
        Noted.log.append(what)


class Sized(Node):
    """Not exposed, but what it has is part of what extends it."""

    size = export(int, 2)
    grown = signal(to=int)

    def grow(self, by: int) -> None:
        self.size += by
        self.grown.emit(self.size)


class Named:
    """Knows nothing of the engine."""

    KINDS = 3

    def full_name(self) -> str:
        return "no name"


@exposed
class Ball(Sized, Named):
    def full_name(self) -> str:
        return f"{super().full_name()}, a ball"


@exposed
class Maker(Node):
    """Has public methods named as what the bridge or the engine calls of every object."""

    done = signal(what=str)

    def make(self, what: str) -> str:
        return f"a {what}"

    def notification(self) -> str:
        return "a note"

    def connect(self) -> str:
        return "a line"

    def emit_signal(self) -> str:
        return "a flare"

    def disconnect(self) -> str:
        return "no line"

    def is_connected(self) -> bool:
        return False


class Noting:
    """What others mix in."""

    def _notification(self, what):
        self._heard.append(("mixed in", what))


@exposed
class Hearing(Noting, Node):
    """A base whose notifications those that extend it do not replace."""

    shown = export(int, 0)
    also_shown = export(int, 0)

    def __init__(self):
        self._heard = []

    def _validate_property(self, info):
        if info["name"] == "shown":
            info["usage"] = 2


@exposed
class HearingToo(Hearing):
    def _notification(self, what):
        self._heard.append(("first", what))
        if what == Node.NOTIFICATION_PAUSED:
            raise ValueError("planted in the middle")

    def _validate_property(self, info):
        if info["name"] == "also_shown":
            info["usage"] = 2


@exposed
class HearingLast(HearingToo):
    def _notification(self, what):
        super()._notification(what)
        self._heard.append(("last", what))
