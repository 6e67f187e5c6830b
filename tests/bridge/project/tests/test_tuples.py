"""Tuples and lists in the place of values, in each place where the engine knows the type."""

import array
import re

import pytest
from godot import (
    AABB,
    Basis,
    Callable,
    CallError,
    Color,
    Control,
    ConversionError,
    GDScript,
    Geometry3D,
    GraphEdit,
    GridMap,
    Image,
    Label,
    Node2D,
    Node3D,
    Plane,
    Rect2,
    Rect2i,
    Transform2D,
    TypedArray,
    TypedDictionary,
    Vector2,
    Vector2i,
    Vector3,
    Vector3i,
    Vector4,
    Vector4i,
)
from helpers import mirror
from hypothesis import given, settings
from hypothesis import strategies as st
from takers import VALUES, Boxed, Taker

SCRIPT = "extends RefCounted\nvar calls := 0\n" + "".join(
    f"""
var held_{cls.__name__}: {cls.__name__}
func take_{cls.__name__}(value: {cls.__name__}) -> Variant:
	calls += 1
	return value
static func static_{cls.__name__}(first: int, value: {cls.__name__}) -> Variant:
	return value
"""
    for cls in VALUES
)
AXES = (1, 0, 0), (0, 1, 0), (0, 0, 1)
FLOATS = st.floats(width=32, allow_nan=False, allow_infinity=False)
INTEGERS = st.integers(-(2**31), 2**31 - 1)


def scripted():
    script = GDScript()
    script.source_code = SCRIPT
    script.reload()
    return script.new()


def values():
    """A value of any type."""
    return st.sampled_from(VALUES).flatmap(
        lambda cls: st.tuples(*[INTEGERS if cls.number is int else FLOATS] * len(cls.default)).map(
            lambda numbers: cls(*numbers)
        )
    )


def own(test, cls):
    made = cls()
    test.add_child(made)
    return made


def places(test):
    """Each place, as a function of a value's class and what is given for it."""
    there, taker, same = scripted(), own(test, Taker), mirror().same

    def set_there(cls, given):
        setattr(there, f"held_{cls.__name__}", given)
        return getattr(there, f"held_{cls.__name__}")

    def set_here(cls, given):
        setattr(taker, f"held_{cls.__name__}", given)
        return taker.get(f"held_{cls.__name__}")

    def set_by_engine(cls, given):
        taker.set(f"held_{cls.__name__}", given)
        return getattr(taker, f"held_{cls.__name__}")

    def set_list(cls, given):
        setattr(taker, f"listed_{cls.__name__}", [given])
        return taker.get(f"listed_{cls.__name__}")[0]

    def taken(cls, given):
        taker.call(f"take_{cls.__name__}", given)
        return taker.seen.pop()

    return {
        "a method of a script": lambda cls, given: getattr(there, f"take_{cls.__name__}")(given),
        "a static method": lambda cls, given: getattr(there, f"static_{cls.__name__}")(1, given),
        "call": lambda cls, given: there.call(f"take_{cls.__name__}", given),
        "call, second argument": lambda cls, given: there.call(f"static_{cls.__name__}", 1, given),
        "a Callable": lambda cls, given: Callable(there, f"take_{cls.__name__}")(given),
        "a property of a script": set_there,
        "an exposed property": set_here,
        "an exposed property, by set": set_by_engine,
        "an exposed list": set_list,
        "an exposed method": taken,
        "the result of an exposed method": lambda cls, given: taker.call(
            f"answer_{cls.__name__}", given
        ),
        "a typed array": lambda cls, given: same(TypedArray(cls, [given]))[0],
        "a typed dictionary": lambda cls, given: same(TypedDictionary(str, cls, {"a": given}))["a"],
        "its keys": lambda cls, given: next(
            iter(same(TypedDictionary(cls, int, {tuple(given): 1})))
        ),
    }


def refused(call, *arguments):
    try:
        call(*arguments)
    except (CallError, ConversionError, AttributeError):
        return True
    return False


def test_every_place_takes_the_numbers_of_a_value(test):
    found = places(test)

    @settings(max_examples=60, database=None)
    @given(values())
    def check(value):
        cls = type(value)
        for parts in (tuple(value), list(value)):
            for place, pass_through in found.items():
                there = pass_through(cls, parts)
                assert (type(there), there) == (cls, value), place

    check()


def test_every_place_refuses_another_number_of_numbers(test):
    found = places(test)
    left_alone = ("an exposed property, by set", "an exposed method")
    for cls in VALUES:
        numbers = tuple(range(1, len(cls.default) + 1))
        wrong = [(), (*numbers, 1), ("1",) * len(numbers), [None] * len(numbers)]
        wrong += [numbers[:-2]] if cls is Color else [numbers[:-1]]
        for place, pass_through in found.items():
            if place in left_alone or place.startswith("the result"):
                continue
            for parts in wrong:
                assert refused(pass_through, cls, parts), (place, cls, parts)


def test_a_fraction_is_no_integer(test):
    found = places(test)
    for place in ("a method of a script", "an exposed property", "a typed array"):
        assert found[place](Vector2i, (1.0, 2)) == Vector2i(1, 2)
        for wrong in (1.5, float("nan"), float("inf"), 2**40):
            assert refused(found[place], Vector2i, (wrong, 2)), (place, wrong)


def test_a_colour_is_also_three_numbers(test):
    for place, pass_through in places(test).items():
        assert pass_through(Color, (0.5, 0.25, 0)) == Color(0.5, 0.25, 0), place


def test_arrays_of_numbers_and_parts_of_constructors(test):
    there = scripted()
    assert there.take_Vector3(array.array("d", [1, 2, 3])) == Vector3(1, 2, 3)
    assert there.take_Rect2((Vector2(1, 2), Vector2(3, 4))) == Rect2(1, 2, 3, 4)
    assert there.take_Transform2D([0.0, Vector2(1, 2)]) == Transform2D(0.0, Vector2(1, 2))


def test_the_default_of_an_exposed_property(test):
    taker = own(test, Taker)
    for cls in VALUES:
        name, wanted = f"default_{cls.__name__}", cls(*range(1, len(cls.default) + 1))
        for found in (getattr(taker, name), taker.get(name)):
            assert (type(found), found) == (cls, wanted)


def test_methods_of_the_engine(test):
    flat, deep, label = own(test, Node2D), own(test, Node3D), own(test, Label)
    graph, grid, control = own(test, GraphEdit), own(test, GridMap), own(test, Control)
    assert graph.get_connections_intersecting_with_rect((0, 0, 9, 9)) == []
    flat.position = [1, 2]
    flat.modulate = (1, 0.5, 0)
    assert (flat.position, flat.modulate) == (Vector2(1, 2), Color(1, 0.5, 0))
    flat.transform = (*Transform2D.IDENTITY[:4], 5, 6)
    assert flat.transform.origin == Vector2(5, 6)
    deep.position = 1, 2, 3
    deep.quaternion = 0, 0, 0, 1
    deep.basis = tuple(Basis())
    assert deep.position == Vector3(1, 2, 3)
    label.add_theme_color_override("font_color", (1, 0, 0))
    assert label.get_theme_color("font_color") == Color(1, 0, 0)
    control.size = (30, 40)
    assert control.size == Vector2(30, 40)
    assert grid.local_to_map((0, 0, 0)) == Vector3i()
    assert grid.get_cell_item([0, 0, 0]) == GridMap.INVALID_CELL_ITEM
    image = Image.create_empty(4, 4, False, Image.FORMAT_RGBA8)
    image.fill_rect((0, 0, 2, 2), (1, 0, 0))
    assert image.get_pixelv((1, 1)) == Color(1, 0, 0)
    flat.call("set_position", (7, 8))
    assert flat.position == Vector2(7, 8)


def test_methods_of_values(test):
    assert Rect2(0, 0, 2, 2).intersects((1, 1, 2, 2)) is True
    assert Rect2i(0, 0, 2, 2).has_point([1, 1]) is True
    assert AABB(0, 0, 0, 2, 2, 2).merge((1, 1, 1, 3, 3, 3)) == AABB(0, 0, 0, 4, 4, 4)
    assert Vector4(1, 2, 3, 4).dot((1, 1, 1, 1)) == 10.0
    assert Vector4i(1, 0, 0, 0).distance_squared_to((0, 0, 0, 0)) == 1
    assert Plane(0, 1, 0, 0).distance_to((0, 3, 0)) == 3.0
    assert Color(0, 0, 0).lerp((1, 1, 1), 0.5) == Color(0.5, 0.5, 0.5)


def test_arrays_of_values_for_the_engine(test):
    sides = [(*(sign * n for n in axis), 1) for axis in AXES for sign in (1, -1)]
    corners = Geometry3D.compute_convex_mesh_points(sides)
    assert len(corners) == 8
    assert sorted(corners) == sorted(Geometry3D.compute_convex_mesh_points([*map(list, sides)]))


def test_a_virtual_method_answers_with_a_tuple(test):
    assert own(test, Boxed).get_combined_minimum_size() == Vector2(30, 20)


def test_values_of_other_types_are_converted_as_in_scripts(test):
    flat, there = own(test, Node2D), scripted()
    flat.position = Vector2i(1, 2)
    assert flat.position == Vector2(1, 2)
    assert Rect2i(0, 0, 2, 2).has_point(Vector2(1.5, 1.5)) is True
    assert there.take_Vector2i(Vector2(1.5, 2)) == Vector2i(1, 2)


def test_what_is_refused_is_told_with_what_is_expected(test):
    flat, there, control = own(test, Node2D), scripted(), own(test, Control)
    for call, words in (
        (lambda: there.take_Rect2((1, 2)), "argument 1 must be a Rect2 or its 4 numbers, not (1"),
        (lambda: there.call("take_AABB", 3), "argument 1 must be an AABB or its 6 numbers, not 3"),
        (lambda: there.take_Color([1]), "argument 1 must be a Color or its 3 or 4 numbers"),
        (lambda: TypedArray(Vector2, [(1,)]) and mirror().same(TypedArray(Vector2, [(1,)])),
         "wanted a Vector2 or its 2 numbers, not (1,)"),
        (lambda: flat.set_position((1, 2, 3)), "Node2D.set_position takes (Vector2), not ((1, 2"),
        (lambda: setattr(control, "size", (1, 2, 3)),
         "Control.size must be a Vector2 or its 2 numbers, not (1, 2, 3)"),
        (lambda: setattr(control, "size", "x"), "Control.size must be a Vector2 or its 2 numbers"),
    ):  # fmt: skip
        with pytest.raises((CallError, ConversionError), match=re.escape(words)):
            call()


def test_a_call_with_a_tuple_is_made_once(test):
    there = scripted()
    there.take_Vector2((1, 2))
    there.call("take_Vector2", (1, 2))
    with pytest.raises(CallError):
        there.take_Vector2((1, 2, 3))
    assert there.calls == 2


def test_where_anything_goes_a_tuple_is_an_array(test):
    flat = own(test, Node2D)
    assert mirror().same((1, 2)) == [1, 2]
    flat.set_meta("pair", (1, 2))
    assert flat.get_meta("pair") == [1, 2]
