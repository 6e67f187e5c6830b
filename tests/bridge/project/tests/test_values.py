"""The value types: constructors, constants, members, methods, operators."""

import copy
import json
import math
import pickle
from pathlib import Path

import godot
import pytest
from godot import (
    AABB,
    RID,
    Basis,
    CallError,
    Color,
    ConversionError,
    Plane,
    Projection,
    Quaternion,
    Rect2,
    Rect2i,
    Transform2D,
    Transform3D,
    Type,
    Vector2,
    Vector2i,
    Vector3,
    Vector3i,
    Vector4,
    Vector4i,
)
from helpers import mirror

VALUES = (
    *(Vector2, Vector2i, Rect2, Rect2i, Vector3, Vector3i, Transform2D, Vector4, Vector4i, Plane),
    *(Quaternion, AABB, Basis, Transform3D, Projection, Color, RID),
)
TABLE = json.loads(
    Path(godot.__file__).with_name("_generated").joinpath("values.json").read_text("utf-8")
)


def gdscript(text):
    return mirror().evaluate(text)


def test_the_table_describes_just_these_types(test):
    assert set(TABLE) == {cls.__name__ for cls in VALUES}


def test_made_of_nothing_a_value_is_the_engine_s_default(test):
    for cls in VALUES:
        assert cls() == gdscript(f"{cls.__name__}()"), cls


def test_made_of_its_numbers(test):
    for cls in VALUES:
        numbers = range(1, len(cls()) + 1)
        assert tuple(cls(*numbers)) == tuple(numbers)
        assert all(type(n) is cls.number for n in cls(*numbers))


def test_made_by_the_engine_s_constructors(test):
    for made, text in (
        (Vector2(Vector2i(1, 2)), "Vector2(Vector2i(1, 2))"),
        (Vector2i(Vector2(1.7, -1.7)), "Vector2i(Vector2(1.7, -1.7))"),
        (Rect2(Vector2(1, 2), Vector2(3, 4)), "Rect2(Vector2(1, 2), Vector2(3, 4))"),
        (Transform2D(0.5, Vector2(1, 2)), "Transform2D(0.5, Vector2(1, 2))"),
        (Plane(Vector3(0, 1, 0), 2.0), "Plane(Vector3(0, 1, 0), 2.0)"),
        (
            Plane(Vector3(0, 0, 0), Vector3(1, 0, 0), Vector3(0, 0, 1)),
            "Plane(Vector3(0, 0, 0), Vector3(1, 0, 0), Vector3(0, 0, 1))",
        ),
        (Quaternion(Vector3(0, 1, 0), 0.5), "Quaternion(Vector3(0, 1, 0), 0.5)"),
        (Basis(Vector3(0, 1, 0), 0.5), "Basis(Vector3(0, 1, 0), 0.5)"),
        (Transform3D(Basis(), Vector3(1, 2, 3)), "Transform3D(Basis(), Vector3(1, 2, 3))"),
        (Projection(Transform3D()), "Projection(Transform3D())"),
        (Color("red"), "Color('red')"),
        (Color("#12345678"), "Color('#12345678')"),
        (Color(Color(1, 0, 0), 0.5), "Color(Color(1, 0, 0), 0.5)"),
        (Color(0.5, 0.25, 0), "Color(0.5, 0.25, 0)"),
    ):
        assert made == gdscript(text), text


def test_no_constructor_takes_these(test):
    for cls, arguments in (
        (Vector2, (1,)),
        (Vector2, (1, 2, 3)),
        (Vector2, ("1", "2")),
        (Vector2i, ("1", "2")),
        (Rect2, (Vector2(), 1)),
        (RID, (1, 2)),
    ):
        with pytest.raises(CallError, match=f"no constructor of {cls.__name__}"):
            cls(*arguments)


def test_every_constant(test):
    for cls in VALUES:
        for constant in TABLE[cls.__name__]["constants"]:
            found = getattr(cls, constant)
            assert found == gdscript(f"{cls.__name__}.{constant}"), (cls, constant)
            assert getattr(cls, constant) is found
        for constant, number in TABLE[cls.__name__]["enums"].items():
            assert getattr(cls, constant) == number


def test_every_member(test):
    for cls in VALUES:
        numbers = [(n + 1) / 32 if cls.number is float else n + 1 for n in range(len(cls()))]
        value = cls(*numbers)
        for member in TABLE[cls.__name__]["members"]:
            found = getattr(value, member)
            there = mirror().member(value, member)
            assert (type(found), found) == (type(there), there), (cls, member)


def test_every_method_has_the_form_that_the_table_says(test):
    from _pythonscript import lib
    from godot._ffi.names import name

    for cls in VALUES:
        for method, (hash_, *_) in TABLE[cls.__name__]["methods"].items():
            number = cls.variant_type
            assert lib.ps_builtin_method(number, name(method), hash_), (cls, method)


def test_methods_without_arguments(test):
    for cls in (Vector2, Vector3, Quaternion, Transform3D, Basis, Color, Projection, Rect2, AABB):
        value = cls()
        for method, (_, flags, signature, defaults) in TABLE[cls.__name__]["methods"].items():
            needs = len(signature) - 1 - len(defaults)
            if flags & 4 or needs or method in ("inverse", "affine_inverse", "normalized"):
                continue
            found, there = getattr(value, method)(), mirror().called(value, method)
            assert type(found) is type(there), (cls, method)
            assert repr(found) == repr(there), (cls, method)


def test_methods_with_arguments(test):
    assert Vector2(3, 4).length() == 5.0
    assert Vector2(3, 4).dot(Vector2(1, 2)) == 11.0
    assert Vector2(0, 0).move_toward(Vector2(10, 0), 4) == Vector2(4, 0)
    assert Vector2(3, 4).limit_length() == Vector2(3, 4).normalized()
    assert Vector2(3, 4).limit_length(10) == Vector2(3, 4)
    assert Vector2(1, 0).is_equal_approx(Vector2(1, 1e-9)) is True
    assert Vector2(1, 5).max_axis_index() == Vector2.AXIS_Y
    assert Vector3(1, 0, 0).cross((0, 1, 0)) == Vector3(0, 0, 1)
    assert Rect2(0, 0, 2, 2).has_point(Vector2(1, 1)) is True
    assert Rect2(0, 0, 2, 2).merge(Rect2(3, 3, 1, 1)) == Rect2(0, 0, 4, 4)
    assert Color(1, 0, 0).to_html() == "ff0000ff"
    assert Color(1, 0, 0).to_html(False) == "ff0000"
    assert Color(1, 0, 0).lerp(Color(0, 0, 1), 0.5) == Color(0.5, 0, 0.5)
    assert Plane(0, 1, 0, 2).intersects_ray(Vector3(0, 5, 0), Vector3(0, -1, 0)) == Vector3(0, 2, 0)
    assert Plane(0, 1, 0, 2).intersects_ray(Vector3(0, 5, 0), Vector3(0, 1, 0)) is None
    assert Transform3D().looking_at(Vector3(0, 0, -1)) == Transform3D()
    assert Quaternion().slerp(Quaternion(), 0.5) == Quaternion()


def test_static_methods(test):
    assert Vector2.from_angle(0) == Vector2(1, 0)
    assert Color.from_hsv(0, 1, 1) == Color(1, 0, 0)
    assert Color.html("00ff00") == Color(0, 1, 0)
    assert Color.html_is_valid("nonsense") is False
    assert Basis.from_scale(Vector3(1, 2, 3)) == Basis(1, 0, 0, 0, 2, 0, 0, 0, 3)
    assert Projection.create_perspective(60, 1, 0.1, 100) == gdscript(
        "Projection.create_perspective(60, 1, 0.1, 100)"
    )


def test_methods_called_on_the_class(test):
    assert Vector2.length(Vector2(3, 4)) == 5.0
    assert list(map(Vector2.length, [Vector2(3, 4), Vector2()])) == [5.0, 0.0]


def test_wrong_arguments_of_methods(test):
    value = Vector2(3, 4)
    for wrong in (3, "ab", None, Vector3()):
        with pytest.raises(ConversionError, match=r"Vector2.dot takes \(Vector2\), not"):
            value.dot(wrong)
    with pytest.raises(TypeError, match=r"Vector2.dot\(\) missing"):
        value.dot()
    with pytest.raises(ConversionError, match=r"Rect2.grow_individual takes"):
        Rect2().grow_individual(1, 2, 3, "4")


def test_what_a_type_does_not_have(test):
    for target in (Vector2, Vector2(), Color, RID()):
        with pytest.raises(AttributeError, match="nothing_like_it"):
            target.nothing_like_it  # noqa: B018
        assert not hasattr(target, "_private")


def test_values_do_not_change(test):
    value = Vector2(1, 2)
    with pytest.raises(AttributeError):
        value.x = 3
    with pytest.raises(AttributeError):
        value.anything = 3
    with pytest.raises(TypeError):
        value[0] = 3


def test_operators_are_the_engine_s(test):
    for made, text in (
        (Vector2(1, 2) + Vector2(3, 4), "Vector2(1, 2) + Vector2(3, 4)"),
        (Vector2(1, 2) - Vector2(3, 4), "Vector2(1, 2) - Vector2(3, 4)"),
        (Vector2(1, 2) * Vector2(3, 4), "Vector2(1, 2) * Vector2(3, 4)"),
        (Vector2(1, 2) / Vector2(4, 8), "Vector2(1, 2) / Vector2(4, 8)"),
        (Vector2(1, 2) * 2, "Vector2(1, 2) * 2"),
        (2 * Vector2(1, 2), "2 * Vector2(1, 2)"),
        (0.5 * Vector2i(1, 2), "0.5 * Vector2i(1, 2)"),
        (Vector2(1, 2) / 4, "Vector2(1, 2) / 4"),
        (-Vector2(1, 2), "-Vector2(1, 2)"),
        (Vector2i(7, -7) / 2, "Vector2i(7, -7) / 2"),
        (Vector2i(7, -7) % 3, "Vector2i(7, -7) % 3"),
        (Vector2i(7, -7) * 1.5, "Vector2i(7, -7) * 1.5"),
        (Vector2i(1, 2) + Vector2i(3, 4), "Vector2i(1, 2) + Vector2i(3, 4)"),
        (Vector3(1, 2, 3) * 2.5, "Vector3(1, 2, 3) * 2.5"),
        (Vector4(1, 2, 3, 4) + Vector4(1, 1, 1, 1), "Vector4(1, 2, 3, 4) + Vector4(1, 1, 1, 1)"),
        (Color(0.5, 0, 0) + Color(0, 0.5, 0, 0), "Color(0.5, 0, 0) + Color(0, 0.5, 0, 0)"),
        (Color(0.5, 1, 1) * 0.5, "Color(0.5, 1, 1) * 0.5"),
        (
            Transform2D(0.5, Vector2(1, 2)) * Vector2(3, 4),
            "Transform2D(0.5, Vector2(1, 2)) * Vector2(3, 4)",
        ),
        (
            Vector2(3, 4) * Transform2D(0.5, Vector2(1, 2)),
            "Vector2(3, 4) * Transform2D(0.5, Vector2(1, 2))",
        ),
        (
            Transform2D(0.5, Vector2()) * Rect2(1, 2, 3, 4),
            "Transform2D(0.5, Vector2()) * Rect2(1, 2, 3, 4)",
        ),
        (Basis() * Vector3(1, 2, 3), "Basis() * Vector3(1, 2, 3)"),
        (Transform3D() * Transform3D(), "Transform3D() * Transform3D()"),
        (Transform3D() * Plane(0, 1, 0, 2), "Transform3D() * Plane(0, 1, 0, 2)"),
        (Projection() * Vector4(1, 2, 3, 4), "Projection() * Vector4(1, 2, 3, 4)"),
        (
            Quaternion(Vector3(0, 1, 0), 1.0) * Vector3(1, 0, 0),
            "Quaternion(Vector3(0, 1, 0), 1.0) * Vector3(1, 0, 0)",
        ),
        (-Quaternion(1, 2, 3, 4), "-Quaternion(1, 2, 3, 4)"),
        (Quaternion() + Quaternion(), "Quaternion() + Quaternion()"),
        (-Plane(1, 2, 3, 4), "-Plane(1, 2, 3, 4)"),
        (-Color(1, 0.25, 0), "-Color(1, 0.25, 0)"),
    ):
        assert type(made) is type(gdscript(text)), text
        assert tuple(made) == pytest.approx(tuple(gdscript(text))), text


def test_operators_that_the_engine_does_not_have(test):
    for operation in (
        lambda: Vector2(1, 2) + 1,
        lambda: 1 + Vector2(1, 2),
        lambda: Vector2(1, 2) + "x",
        lambda: Vector2(1, 2) + (1, 2),  # noqa: RUF005
        lambda: (1, 2) + Vector2(1, 2),  # noqa: RUF005
        lambda: 2 / Vector2(1, 2),
        lambda: Rect2() * 2,
        lambda: 2 * Rect2(),
        lambda: Rect2() + Rect2(),
        lambda: Vector2() + Vector3(),
        lambda: -Rect2(),
        lambda: RID() * 3,
        lambda: Vector2(1, 2) % 2,
        lambda: Vector2(1, 2) // "x",
    ):
        with pytest.raises(TypeError):
            operation()


def test_floor_division_rounds_down(test):
    assert Vector2i(7, -7) // 2 == Vector2i(3, -4)
    assert Vector2(7, -7) // Vector2(2, 2) == Vector2(3, -4)


def test_in_place_operators_make_a_new_value(test):
    before = value = Vector2(1, 2)
    value += Vector2(1, 1)
    value *= 2
    assert value == Vector2(4, 6)
    assert before == Vector2(1, 2)


def test_they_compare_and_hash_as_tuples(test):
    assert Vector2(1, 2) == (1, 2)
    assert Vector2(1, 2) != Vector2(1, 3)
    assert Vector2(1, 2) < Vector2(1, 3)
    assert {Vector2(1, 2): "a"}[Vector2(1, 2)] == "a"
    x, y = Vector2(1, 2)
    assert (x, y) == (1, 2)


def test_they_read_well_and_can_be_copied(test):
    for cls in VALUES:
        value = cls(*range(len(cls())))
        assert eval(repr(value)) == value
        assert pickle.loads(pickle.dumps(value)) == value
        assert type(copy.deepcopy(value)) is cls
    assert repr(Vector2(1, 2)) == "Vector2(1.0, 2.0)"


def test_type_numbers(test):
    for cls in VALUES:
        assert mirror().type_of(cls()) == cls.variant_type
        assert Type[cls.variant_type.name] == cls.variant_type


def test_ends_and_axes(test):
    assert Rect2(1, 2, 3, 4).end == Vector2(4, 6)
    assert Rect2i(1, 2, 3, 4).end == Vector2i(4, 6)
    assert Basis(1, 2, 3, 4, 5, 6, 7, 8, 9).x == Vector3(1, 4, 7)
    assert math.isclose(Color(1, 0.5, 0).h, 30 / 360, rel_tol=1e-5)
