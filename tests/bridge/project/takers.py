"""An exposed class with a property and methods for every value type, for test_tuples.py."""

from godot import (
    AABB,
    Basis,
    Color,
    Control,
    Node,
    Plane,
    Projection,
    Quaternion,
    Rect2,
    Rect2i,
    Transform2D,
    Transform3D,
    Vector2,
    Vector2i,
    Vector3,
    Vector3i,
    Vector4,
    Vector4i,
    export,
    exposed,
)

VALUES = (
    *(Vector2, Vector2i, Rect2, Rect2i, Vector3, Vector3i, Transform2D, Vector4, Vector4i, Plane),
    *(Quaternion, AABB, Basis, Transform3D, Projection, Color),
)


def _members():
    for cls in VALUES:

        def take(self, value: cls) -> Node:
            self.seen.append(value)

        def answer(self, parts: list) -> cls:
            return parts

        yield f"held_{cls.__name__}", export(cls)
        yield f"default_{cls.__name__}", export(cls, tuple(cls(*range(1, len(cls.default) + 1))))
        yield f"listed_{cls.__name__}", export(list[cls], [])
        yield f"take_{cls.__name__}", take
        yield f"answer_{cls.__name__}", answer


def _init(self):
    self.seen = []


Taker = exposed(type(Node)("Taker", (Node,), {"__init__": _init, **dict(_members())}))


@exposed
class Boxed(Control):
    """Answers the engine with a tuple."""

    def _get_minimum_size(self):
        return 30, 20
