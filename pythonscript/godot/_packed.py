"""The engine's packed arrays as Python buffers, copied over in one piece.

`PackedByteArray` is `bytes`. The numeric ones are `array.array`s, so NumPy and `memoryview` see
them without a copy; those of vectors and colours are flat there and give their elements by index.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any, ClassVar

from ._types import Type
from ._values import Color, Value, Vector2, Vector3, Vector4

PackedByteArray = bytes


class PackedNumbers(array):
    """Base of the numeric arrays. Buffers of the same format are taken as they are."""

    code: ClassVar[str]
    variant_type: ClassVar[Type]

    def __new__(cls, content: Any = ()) -> PackedNumbers:
        made = array.__new__(cls, cls.code)
        try:
            view = memoryview(content)
        except TypeError:
            made.extend(content)
            return made
        if view.format == cls.code and view.contiguous:
            made.frombytes(view.cast("B"))
        else:
            made.extend(chain.from_iterable(view.tolist()) if view.ndim > 1 else view.tolist())
        return made

    @classmethod
    def width(cls) -> int:
        """Bytes of an element."""
        return array(cls.code).itemsize


class PackedInt32Array(PackedNumbers):
    code = "i"
    variant_type = Type.PACKED_INT32_ARRAY


class PackedInt64Array(PackedNumbers):
    code = "q"
    variant_type = Type.PACKED_INT64_ARRAY


class PackedFloat32Array(PackedNumbers):
    code = "f"
    variant_type = Type.PACKED_FLOAT32_ARRAY


class PackedFloat64Array(PackedNumbers):
    code = "d"
    variant_type = Type.PACKED_FLOAT64_ARRAY


class PackedVectors(PackedNumbers):
    """Base of the arrays of vectors: `len` and indices count vectors, the buffer is flat."""

    code = "f"
    element: ClassVar[type[Value]]

    def __new__(cls, content: Any = ()) -> PackedVectors:
        if isinstance(content, (list, tuple)):
            content = chain.from_iterable(content)
        made = PackedNumbers.__new__(cls, content)
        if array.__len__(made) % len(cls.element.default):
            raise ValueError(
                f"a {cls.__name__} wants {len(cls.element.default)} numbers an element"
            )
        return made

    @classmethod
    def width(cls) -> int:
        return cls.element.layout.size

    def __len__(self) -> int:
        return array.__len__(self) // len(self.element.default)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return type(self)([self[i] for i in range(*index.indices(len(self)))])
        size, count = len(self.element.default), len(self)
        if not -count <= index < count:
            raise IndexError(f"index {index} of a {type(self).__name__} of {count}")
        start = index % count * size
        return self.element.of(array.__getitem__(self, slice(start, start + size)))

    def __setitem__(self, index: Any, value: Iterable[float]) -> None:
        size, count = len(self.element.default), len(self)
        if not -count <= index < count:
            raise IndexError(f"index {index} of a {type(self).__name__} of {count}")
        start = index % count * size
        array.__setitem__(self, slice(start, start + size), array("f", value))

    def __iter__(self) -> Iterator[Any]:
        return (self[i] for i in range(len(self)))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({list(self)!r})"


class PackedVector2Array(PackedVectors):
    variant_type = Type.PACKED_VECTOR2_ARRAY
    element = Vector2


class PackedVector3Array(PackedVectors):
    variant_type = Type.PACKED_VECTOR3_ARRAY
    element = Vector3


class PackedVector4Array(PackedVectors):
    variant_type = Type.PACKED_VECTOR4_ARRAY
    element = Vector4


class PackedColorArray(PackedVectors):
    variant_type = Type.PACKED_COLOR_ARRAY
    element = Color


class PackedStringArray(list):
    """A list of `str`."""

    variant_type = Type.PACKED_STRING_ARRAY


PACKED_NUMBERS: dict[Type, type[PackedNumbers]] = {
    cls.variant_type: cls
    for cls in (
        PackedInt32Array, PackedInt64Array, PackedFloat32Array, PackedFloat64Array,
        PackedVector2Array, PackedVector3Array, PackedVector4Array, PackedColorArray,
    )
}  # fmt: skip

# Which packed array a buffer of unknown purpose becomes, by format and size of its elements.
BY_FORMAT: dict[tuple[str, int], type[PackedNumbers]] = {
    ("i", 4): PackedInt32Array,
    ("l", 4): PackedInt32Array,
    ("l", 8): PackedInt64Array,
    ("q", 8): PackedInt64Array,
    ("f", 4): PackedFloat32Array,
    ("d", 8): PackedFloat64Array,
}
