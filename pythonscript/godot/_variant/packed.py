"""The engine's packed arrays as Python buffers; a conversion is one copy.

`PackedByteArray` is `bytes`. The numeric ones are `array.array`s, so NumPy and `memoryview` see
them without a copy. Arrays of vectors and colours are flat to these, and are indexed by element.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any, ClassVar, Self

from .._ffi.types import Type
from .value import Value
from .values import Color, Vector2, Vector3, Vector4

PackedByteArray = bytes


class PackedNumbers(array):  # type: ignore[type-arg]  # Python 3.11 has no array[Any]
    """Base of the numeric arrays. A buffer of the same format is copied without conversion."""

    code: ClassVar[str]
    formats: ClassVar[str]  # the buffer formats that match
    variant_type: ClassVar[Type]

    def __new__(cls, content: Any = ()) -> Self:
        made = array.__new__(cls, cls.code)
        try:
            view = memoryview(content)
        except TypeError:
            array.extend(made, content)
            return made
        by_rows = view.tobytes()  # in C order, whatever the layout in memory
        if view.format in cls.formats and view.itemsize == made.itemsize:
            made.frombytes(by_rows)
        else:
            array.extend(made, memoryview(by_rows).cast(view.format))  # type: ignore[call-overload]
        return made

    def __copy__(self) -> PackedNumbers:
        return type(self)(self)

    def __deepcopy__(self, memo: Any) -> PackedNumbers:
        return type(self)(self)

    @classmethod
    def width(cls) -> int:
        """Bytes of an element."""
        return array(cls.code).itemsize


class PackedInt32Array(PackedNumbers):
    code = "i"
    formats = "il"
    variant_type = Type.PACKED_INT32_ARRAY


class PackedInt64Array(PackedNumbers):
    code = "q"
    formats = "ql"
    variant_type = Type.PACKED_INT64_ARRAY


class PackedFloat32Array(PackedNumbers):
    code = formats = "f"
    variant_type = Type.PACKED_FLOAT32_ARRAY


class PackedFloat64Array(PackedNumbers):
    code = formats = "d"
    variant_type = Type.PACKED_FLOAT64_ARRAY


class PackedVectors(PackedNumbers):
    """Base of the arrays of vectors: `len` and indices count vectors, the buffer is flat."""

    code = formats = "f"
    element: ClassVar[type[Value]]

    def __new__(cls, content: Any = ()) -> Self:
        size = len(cls.element.default)
        try:
            memoryview(content)
        except TypeError:
            content = array(cls.code, chain.from_iterable(cls._fitting(v) for v in content))
        made = super().__new__(cls, content)
        if array.__len__(made) % size:
            raise ValueError(f"{cls.__name__} needs {size} numbers per element")
        return made

    @classmethod
    def _fitting(cls, vector: Sequence[float]) -> Sequence[float]:
        size = len(cls.element.default)
        if len(vector) != size:
            raise ValueError(f"{cls.__name__} needs {size} numbers per element, not {vector!r}")
        return vector

    @classmethod
    def width(cls) -> int:
        return cls.element.layout.size

    def __len__(self) -> int:
        return array.__len__(self) // len(self.element.default)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return type(self)([self[i] for i in range(*index.indices(len(self)))])
        return self.element.of(array.__getitem__(self, self._place(index)))

    def __setitem__(self, index: Any, value: Any) -> None:
        array.__setitem__(self, self._place(index), array(self.code, self._fitting(value)))

    def _place(self, index: int) -> slice:
        """The slice of the flat array that holds a vector."""
        size, count = len(self.element.default), len(self)
        if not -count <= index < count:
            raise IndexError(f"index {index} is out of range ({type(self).__name__} of {count})")
        start = index % count * size
        return slice(start, start + size)

    def append(self, value: Sequence[float]) -> None:
        self.extend([value])

    def extend(self, values: Iterable[Sequence[float]]) -> None:
        array.extend(self, type(self)(list(values)))

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


class PackedStringArray(list[str]):
    """A list of `str`."""

    variant_type = Type.PACKED_STRING_ARRAY


PACKED_NUMBERS: dict[Type, type[PackedNumbers]] = {
    cls.variant_type: cls
    for cls in (
        PackedInt32Array, PackedInt64Array, PackedFloat32Array, PackedFloat64Array,
        PackedVector2Array, PackedVector3Array, PackedVector4Array, PackedColorArray,
    )
}  # fmt: skip

# The packed array for a buffer, by format and size of its elements.
BY_FORMAT: dict[tuple[str, int], type[PackedNumbers]] = {
    ("i", 4): PackedInt32Array,
    ("l", 4): PackedInt32Array,
    ("l", 8): PackedInt64Array,
    ("q", 8): PackedInt64Array,
    ("f", 4): PackedFloat32Array,
    ("d", 8): PackedFloat64Array,
}
