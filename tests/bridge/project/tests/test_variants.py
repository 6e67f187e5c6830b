"""Every type of Variant, from Python to GDScript and from GDScript to Python."""

import math
from array import array
from collections import OrderedDict, UserDict, UserList
from enum import Enum, IntEnum
from fractions import Fraction

import numpy as np
import pytest
from godot import (
    AABB,
    RID,
    Basis,
    CallError,
    Color,
    ConversionError,
    Key,
    Node,
    NodePath,
    PackedByteArray,
    PackedColorArray,
    PackedFloat32Array,
    PackedFloat64Array,
    PackedInt32Array,
    PackedInt64Array,
    PackedStringArray,
    PackedVector2Array,
    PackedVector3Array,
    PackedVector4Array,
    Plane,
    Projection,
    Quaternion,
    Rect2,
    Rect2i,
    RefCounted,
    StringName,
    Transform2D,
    Transform3D,
    Type,
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

# By type: a value in Python, and the same in GDScript. Objects, callables, signals and RIDs have no
# such literal; they have tests of their own.
SAMPLES = {
    Type.NIL: (None, "null"),
    Type.BOOL: (True, "true"),
    Type.INT: (-7, "-7"),
    Type.FLOAT: (0.1, "0.1"),
    Type.STRING: ("grüße 😀", "'grüße 😀'"),
    Type.VECTOR2: (Vector2(1.5, -2), "Vector2(1.5, -2)"),
    Type.VECTOR2I: (Vector2i(1, -2), "Vector2i(1, -2)"),
    Type.RECT2: (Rect2(1, 2, 3, 4), "Rect2(1, 2, 3, 4)"),
    Type.RECT2I: (Rect2i(1, 2, 3, 4), "Rect2i(1, 2, 3, 4)"),
    Type.VECTOR3: (Vector3(1, 2, 3), "Vector3(1, 2, 3)"),
    Type.VECTOR3I: (Vector3i(1, 2, 3), "Vector3i(1, 2, 3)"),
    Type.TRANSFORM2D: (
        Transform2D(1, 2, 3, 4, 5, 6),
        "Transform2D(Vector2(1, 2), Vector2(3, 4), Vector2(5, 6))",
    ),
    Type.VECTOR4: (Vector4(1, 2, 3, 4), "Vector4(1, 2, 3, 4)"),
    Type.VECTOR4I: (Vector4i(1, 2, 3, 4), "Vector4i(1, 2, 3, 4)"),
    Type.PLANE: (Plane(0, 1, 0, 4), "Plane(0, 1, 0, 4)"),
    Type.QUATERNION: (Quaternion(0, 0, 1, 0), "Quaternion(0, 0, 1, 0)"),
    Type.AABB: (AABB(1, 2, 3, 4, 5, 6), "AABB(Vector3(1, 2, 3), Vector3(4, 5, 6))"),
    Type.BASIS: (
        Basis(1, 2, 3, 4, 5, 6, 7, 8, 9),
        "Basis(Vector3(1, 4, 7), Vector3(2, 5, 8), Vector3(3, 6, 9))",
    ),
    Type.TRANSFORM3D: (
        Transform3D(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12),
        "Transform3D(Vector3(1, 4, 7), Vector3(2, 5, 8), Vector3(3, 6, 9), Vector3(10, 11, 12))",
    ),
    Type.PROJECTION: (
        Projection(*range(16)),
        "Projection(Vector4(0, 1, 2, 3), Vector4(4, 5, 6, 7),"
        " Vector4(8, 9, 10, 11), Vector4(12, 13, 14, 15))",
    ),
    Type.COLOR: (Color(0.25, 0.5, 0.75, 1), "Color(0.25, 0.5, 0.75)"),
    Type.STRING_NAME: (StringName("née"), "&'née'"),
    Type.NODE_PATH: (NodePath("../a:b"), "^'../a:b'"),
    Type.DICTIONARY: ({"a": 1, 2: [None]}, "{'a': 1, 2: [null]}"),
    Type.ARRAY: ([1, "a", [2.5]], "[1, 'a', [2.5]]"),
    Type.PACKED_BYTE_ARRAY: (b"\0\xff", "PackedByteArray([0, 255])"),
    Type.PACKED_INT32_ARRAY: (PackedInt32Array([-1, 2]), "PackedInt32Array([-1, 2])"),
    Type.PACKED_INT64_ARRAY: (PackedInt64Array([-1, 1 << 40]), "PackedInt64Array([-1, 1 << 40])"),
    Type.PACKED_FLOAT32_ARRAY: (PackedFloat32Array([0.5]), "PackedFloat32Array([0.5])"),
    Type.PACKED_FLOAT64_ARRAY: (PackedFloat64Array([0.1]), "PackedFloat64Array([0.1])"),
    Type.PACKED_STRING_ARRAY: (PackedStringArray(["ä", ""]), "PackedStringArray(['ä', ''])"),
    Type.PACKED_VECTOR2_ARRAY: (
        PackedVector2Array([(1, 2), (3, 4)]),
        "PackedVector2Array([Vector2(1, 2), Vector2(3, 4)])",
    ),
    Type.PACKED_VECTOR3_ARRAY: (
        PackedVector3Array([(1, 2, 3)]),
        "PackedVector3Array([Vector3(1, 2, 3)])",
    ),
    Type.PACKED_COLOR_ARRAY: (
        PackedColorArray([Color(1, 0, 0.5)]),
        "PackedColorArray([Color(1, 0, 0.5)])",
    ),
    Type.PACKED_VECTOR4_ARRAY: (
        PackedVector4Array([(1, 2, 3, 4)]),
        "PackedVector4Array([Vector4(1, 2, 3, 4)])",
    ),
}
PACKED = [t for t in SAMPLES if t >= Type.PACKED_BYTE_ARRAY]


def test_every_type_has_a_sample(test):
    assert set(Type) - set(SAMPLES) == {Type.RID, Type.OBJECT, Type.CALLABLE, Type.SIGNAL}


def test_every_type_arrives_in_gdscript(test):
    there = mirror()
    for type_, (value, _) in SAMPLES.items():
        assert there.type_of(value) == type_, type_


def test_every_type_comes_back_as_it_went(test):
    there = mirror()
    for type_, (value, _) in SAMPLES.items():
        back = there.same(value)
        assert (type(back), back) == (type(value), value), type_


def test_every_type_comes_from_gdscript(test):
    there = mirror()
    for type_, (value, text) in SAMPLES.items():
        found = there.evaluate(text)
        assert (type(found), found) == (type(value), value), type_


def test_every_type_goes_in_containers(test):
    there = mirror()
    for type_, (value, _) in SAMPLES.items():
        assert there.same([value, [value]]) == [value, [value]], type_
        assert there.same({"k": {"v": value}}) == {"k": {"v": value}}, type_


def test_every_type_that_python_can_hash_is_a_key(test):
    there = mirror()
    for type_, (value, _) in SAMPLES.items():
        if type_ < Type.DICTIONARY:
            assert there.same({value: type_}) == {value: type_}, type_


def test_keys_that_python_cannot_hash_become_tuples(test):
    assert mirror().evaluate("{[1, [2]]: 3}") == {(1, (2,)): 3}
    assert mirror().evaluate("{{'a': 1}: 3}") == {(("a", 1),): 3}


def test_objects(test):
    there = mirror()
    assert there.type_of(test) == Type.OBJECT
    assert there.same(test) is test
    assert there.same(there) is there
    assert there.same([test])[0] is test


def test_rids(test):
    rid = test.get_viewport().get_viewport_rid()
    assert type(rid) is RID
    assert rid
    assert mirror().type_of(rid) == Type.RID
    assert mirror().same(rid) == rid
    assert not RID()


def test_integers_have_64_bits(test):
    there = mirror()
    for number in (0, -1, (1 << 63) - 1, -(1 << 63)):
        assert there.same(number) == number
    for number in (1 << 63, -(1 << 63) - 1, 1 << 200):
        with pytest.raises(ConversionError, match="64 bits"):
            there.same(number)


def test_floats_have_64_bits(test):
    there = mirror()
    for number in (0.1, -0.0, 1e308, 5e-324, math.inf, -math.inf):
        assert math.copysign(1, there.same(number)) == math.copysign(1, number)
        assert there.same(number) == number
    assert math.isnan(there.same(math.nan))


def test_enums_are_integers(test):
    class Level(IntEnum):
        HIGH = 3

    class Mood(Enum):
        GLAD = 1

    assert mirror().written(Level.HIGH) == "3"
    assert mirror().written(Key.KEY_A) == "65"
    with pytest.raises(ConversionError, match="Mood"):
        mirror().same(Mood.GLAD)


def test_texts_of_all_lengths_and_planes(test):
    there = mirror()
    for text in ("", "a", "ä", "漢字", "😀" * 1000, "x" * 100_000, "tab\tline\nend", "\u200b"):
        assert there.same(text) == text
        assert there.same(StringName(text)) == text


def test_a_text_with_a_nul_is_refused(test):
    for text in ("a\0b", StringName("\0"), ["a", "\0"]):
        with pytest.raises(ConversionError, match="NUL"):
            mirror().same(text)


def test_half_a_surrogate_pair_becomes_a_question_mark(test):
    assert mirror().same("a\ud800b") == "a?b"


def test_values_become_floats_of_32_bits(test):
    back = mirror().same(Vector2(0.1, 1e-50))
    assert back == Vector2(float(np.float32(0.1)), 0.0)
    assert mirror().same(Color(math.inf, 0, 0)).r == math.inf


def test_values_of_integers_have_32_bits(test):
    assert mirror().same(Vector2i(-(1 << 31), (1 << 31) - 1)) == Vector2i(-(1 << 31), (1 << 31) - 1)
    with pytest.raises(ConversionError, match="Vector2i"):
        mirror().same(Vector2i(1 << 31, 0))


def test_packed_arrays_can_be_empty(test):
    there = mirror()
    for type_ in PACKED:
        empty = type(SAMPLES[type_][0])()
        assert there.type_of(empty) == type_
        back = there.same(empty)
        assert (type(back), len(back)) == (type(empty), 0)


def test_packed_arrays_can_be_large(test):
    numbers = PackedFloat32Array(np.arange(1_000_000, dtype=np.float32))
    assert mirror().same(numbers) == numbers
    data = bytes(range(256)) * 40_000
    assert mirror().same(data) == data


def test_packed_arrays_are_buffers_to_numpy(test):
    for cls, dtype in (
        (PackedInt32Array, np.int32),
        (PackedInt64Array, np.int64),
        (PackedFloat32Array, np.float32),
        (PackedFloat64Array, np.float64),
    ):
        back = mirror().same(cls([1, 2, 3]))
        seen = np.asarray(back)
        assert seen.dtype == dtype
        seen[1] = 7
        assert back[1] == 7
    points = mirror().same(PackedVector3Array([(1, 2, 3), (4, 5, 6)]))
    assert np.asarray(points).tolist() == [1, 2, 3, 4, 5, 6]


def test_numpy_arrays_become_packed_arrays(test):
    there = mirror()
    for dtype, cls in (
        (np.uint8, PackedByteArray),
        (np.int32, PackedInt32Array),
        (np.int64, PackedInt64Array),
        (np.float32, PackedFloat32Array),
        (np.float64, PackedFloat64Array),
    ):
        for shape in ((6,), (2, 3), (0,)):
            numbers = np.arange(math.prod(shape), dtype=dtype).reshape(shape)
            back = there.same(numbers)
            assert type(back) is cls
            assert list(back) == numbers.ravel().tolist()


def test_numpy_arrays_in_any_memory_order_go_by_rows(test):
    numbers = np.arange(6, dtype=np.int32).reshape(2, 3)
    for view in (numbers.T, numbers[:, ::2], np.asfortranarray(numbers), numbers[::-1]):
        assert list(mirror().same(view)) == view.ravel().tolist()
        assert list(PackedFloat32Array(view)) == view.ravel().tolist()


def test_numpy_scalars_are_numbers(test):
    there = mirror()
    for value in (np.int64(3), np.uint8(200), np.float32(0.5), np.float64(0.1), np.bool_(True)):
        back = there.same(value)
        assert (type(back), back) == (type(value.item()), value.item())
    assert there.same(np.array(5)) == 5


def test_buffers_of_other_elements_are_refused(test):
    for dtype in (np.int16, np.uint32, np.bool_, np.complex64):
        with pytest.raises(ConversionError, match="format"):
            mirror().same(np.zeros(2, dtype))


def test_other_buffers_sequences_mappings_and_numbers(test):
    there = mirror()
    assert there.same(bytearray(b"ab")) == b"ab"
    assert there.same(memoryview(b"abcd")[::2]) == b"ac"
    assert there.same(array("d", [1, 2])) == PackedFloat64Array([1, 2])
    assert there.same((1, 2)) == [1, 2]
    assert there.same(range(3)) == [0, 1, 2]
    assert there.same(UserList([1])) == [1]
    assert there.same(UserDict({"a": 1})) == {"a": 1}
    assert there.same(OrderedDict(a=1)) == {"a": 1}
    assert there.same(Fraction(1, 2)) == 0.5


def test_what_godot_has_no_type_for_is_refused_by_name(test):
    for value in ({1}, 1j, object(), iter(())):
        with pytest.raises(ConversionError, match=type(value).__name__):
            mirror().same(value)
        with pytest.raises(ConversionError, match=type(value).__name__):
            mirror().same({"deep": [value]})


def test_a_list_that_holds_itself_is_refused(test):
    circle = []
    circle.append(circle)
    with pytest.raises(RecursionError):
        mirror().same(circle)
    assert mirror().same([1]) == [1]


def test_deep_containers(test):
    deep = []
    for _ in range(100):
        deep = [deep, {"d": deep}] if len(str(deep)) < 1000 else [deep]
    assert mirror().same(deep) == deep


def test_typed_arrays_come_from_gdscript_as_lists_that_know_their_type(test):
    found = mirror().typed_array()
    assert found == [1, 2]
    assert type(found) is TypedArray
    found.append(3)
    assert mirror().sum_of(found) == 6
    children = test.get_children()
    assert children == []
    assert children.element.class_name == "Node"


def test_typed_arrays_go_to_gdscript(test):
    there = mirror()
    assert there.sum_of(TypedArray(int, [1, 2])) == 3
    assert there.sum_of(TypedArray(int)) == 0
    assert there.sum_of(TypedArray(int, [1, 2.0, True])) == 4
    test.name = "Ida"
    assert there.names_of(TypedArray(Node, [test])) == ["Ida"]
    assert there.written(TypedArray(Vector2, [(Vector2())])) == "Array[Vector2]([Vector2(0, 0)])"
    assert there.written(TypedArray(str)) == "Array[String]([])"


def test_typed_arrays_of_a_script_s_class(test):
    there = mirror()
    typed = TypedArray(there.get_script(), [there])
    assert there.same(typed) == [there]
    assert there.same(typed).element.script is there.get_script()


def test_a_plain_list_does_not_do_for_a_typed_array(test):
    with pytest.raises(CallError, match="TypedArray"):
        mirror().sum_of([1, 2])


def test_elements_of_another_type_are_refused(test):
    with pytest.raises(ConversionError, match="wanted an int, not 'a'"):
        mirror().sum_of(TypedArray(int, ["a"]))
    with pytest.raises(ConversionError, match="wanted a Node"):
        mirror().same(TypedArray(Node, [RefCounted()]))
    test.expect_error("Unable to convert array index 0")
    test.expect_error("into a TypedArray")
    with pytest.raises(ConversionError, match="another type"):
        mirror().same(TypedArray(mirror().get_script(), [RefCounted()]))


def test_engine_methods_take_plain_lists_for_typed_arrays(test):
    from godot import Image, Texture2DArray

    images = [Image.create_empty(2, 2, False, Image.FORMAT_RGBA8) for _ in range(3)]
    made = Texture2DArray()
    assert made.create_from_images(images) == 0
    assert made.get_layers() == 3


def test_typed_dictionaries(test):
    there = mirror()
    found = there.typed_dictionary()
    assert found == {"a": Vector2(1, 2)}
    assert type(found) is TypedDictionary
    assert there.keys_of(TypedDictionary(str, int, {"a": 1})) == ["a"]
    assert there.keys_of(TypedDictionary(str, int)) == []
    with pytest.raises(CallError, match="TypedDictionary"):
        there.keys_of({"a": 1})
    copied = found.copy()
    copied["b"] = Vector2()
    assert there.written(copied).startswith("Dictionary[String, Vector2]")


def test_containers_are_copies(test):
    there = mirror()
    mine = [1, {"a": [2]}]
    back = there.same(mine)
    back[1]["a"].append(3)
    assert mine == [1, {"a": [2]}]


def test_packed_vectors_are_lists_of_vectors_in_a_flat_buffer(test):
    points = PackedVector2Array([Vector2(1, 2), (3, 4)])
    assert len(points) == 2
    assert points[0] == Vector2(1, 2)
    assert points[-1] == Vector2(3, 4)
    assert list(points) == [Vector2(1, 2), Vector2(3, 4)]
    assert points[1:] == PackedVector2Array([(3, 4)])
    points[1] = (5, 6)
    points.append(Vector2(7, 8))
    assert mirror().same(points) == PackedVector2Array([(1, 2), (5, 6), (7, 8)])
    assert PackedVector2Array(np.ones((3, 2))) == PackedVector2Array([(1, 1)] * 3)
    for wrong in ([(1, 2, 3), (4, 5, 6)], np.ones(3)):
        with pytest.raises(ValueError, match="2 numbers"):
            PackedVector2Array(wrong)
    with pytest.raises(ValueError, match="2 numbers"):
        points[0] = (1, 2, 3)
    with pytest.raises(IndexError):
        points[3]


def test_a_packed_array_wants_its_kind_of_elements(test):
    from godot import Image, Polygon2D

    polygon = Polygon2D()
    test.add_child(polygon)
    polygon.polygon = [(0, 0), (1, 0), (1, 1)]
    assert polygon.polygon == PackedVector2Array([(0, 0), (1, 0), (1, 1)])
    for wrong in (["a"], 7, [(1, 2, 3)]):
        with pytest.raises(ConversionError, match="PACKED_VECTOR2_ARRAY"):
            polygon.polygon = wrong
    with pytest.raises(ConversionError, match="PACKED_BYTE_ARRAY"):
        Image.create_from_data(1, 1, False, Image.FORMAT_R8, 1)
