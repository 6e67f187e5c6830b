"""Typed arrays and dictionaries, whose element types the engine enforces.

The engine's own classes take plain lists and dicts instead of either kind. GDScript's `Array[int]`
and `Dictionary[String, int]` take only their own kind, and become one of these in Python.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any, NamedTuple

from _pythonscript import lib

from .._ffi.errors import ConversionError
from .._ffi.types import Type
from .._variant.calls import call_on_variant
from .._variant.decode import register_typed
from .._variant.encode import (
    VARIANT_SIZE,
    encode_all,
    encode_as,
    register_encoder,
    set_array,
    set_dictionary,
)
from .._variant.values import StringName
from .python_types import class_name, variant_type, without_none
from .registry import class_named


class Element(NamedTuple):
    """An element type.

    Attributes:
        type: The Variant type; NIL for any.
        class_name: For objects, the engine's class.
        script: For objects, the script that they must have, or None.
    """

    type: Type
    class_name: str = ""
    script: Any = None


class TypedArray(list[Any]):
    """A list that becomes an `Array[…]` in the engine: `TypedArray(int, [1, 2])`.

    It accepts any item. The items are converted or refused when the engine gets the list.

    Args:
        element: `bool`, `int`, `float`, `str`, a value or engine class, or a script.
        items: The initial items.
    """

    __slots__ = ("element",)
    element: Element

    def __init__(self, element: Any, items: Iterable[Any] = ()):
        super().__init__(items)
        self.element = _element(element)

    @classmethod
    def of(cls, element: Element, items: Iterable[Any]) -> TypedArray:
        made = cls.__new__(cls)
        list.__init__(made, items)
        made.element = element
        return made

    def copy(self) -> TypedArray:
        return self.of(self.element, self)


class TypedDictionary(dict[Any, Any]):
    """A dict that becomes a `Dictionary[…, …]` in the engine; see `TypedArray`."""

    __slots__ = ("key", "value")
    key: Element
    value: Element

    def __init__(self, key: Any, value: Any, items: Any = ()):
        super().__init__(items)
        self.key, self.value = _element(key), _element(value)

    @classmethod
    def of(cls, key: Element, value: Element, items: Any) -> TypedDictionary:
        made = cls.__new__(cls)
        dict.__init__(made, items)
        made.key, made.value = key, value
        return made

    def copy(self) -> TypedDictionary:
        return self.of(self.key, self.value, self)


def _element(kind: Any) -> Element:
    if isinstance(kind, class_named("Script")):
        return Element(Type.OBJECT, str(kind.get_instance_base_type()), kind)
    python = without_none(kind)
    type_ = variant_type(python)
    return Element(type_, class_name(python) if type_ == Type.OBJECT else "")


def _set_typed(type_: Type, plain: Any, elements: Iterable[Element], size: int, at: int) -> None:
    """Calls the engine's constructor that takes a plain container and the element types."""
    arguments = [
        part for e in elements for part in (int(e.type), StringName(e.class_name), e.script)
    ]
    count = len(arguments) + 1
    frame = lib.ps_enter(count + 1)
    try:
        plain(frame + VARIANT_SIZE)
        encode_all(arguments, frame + 2 * VARIANT_SIZE)
        if lib.ps_construct(type_, frame, count) < 0 or lib.ps_size(frame) != size:
            raise ConversionError(f"an element of this typed {type_.name} has another type")
        lib.gd_variant_new_copy(at, frame)
    finally:
        lib.ps_leave(frame, count + 1)


def _encode_array(value: TypedArray, at: int) -> None:
    plain = partial(set_array, value, encode_item=partial(_encode_element, value.element))
    _set_typed(Type.ARRAY, plain, [value.element], len(value), at)


def _encode_dictionary(value: TypedDictionary, at: int) -> None:
    elements = [value.key, value.value]
    put_key, put_item = (partial(_encode_element, element) for element in elements)
    plain = partial(set_dictionary, value, encode_key=put_key, encode_item=put_item)
    _set_typed(Type.DICTIONARY, plain, elements, len(value), at)


def _encode_element(element: Element, content: Any, at: int) -> None:
    if element.class_name and not isinstance(
        content, (class_named(element.class_name), type(None))
    ):
        raise ConversionError(f"wanted a {element.class_name}, not {content!r:.80}")
    encode_as(element.type, content, at)


def _typed_array(at: int, types: int, items: list[Any]) -> TypedArray:
    return TypedArray.of(_element_at(at, Type(types), "typed"), items)


def _typed_dictionary(at: int, types: int, items: dict[Any, Any]) -> TypedDictionary:
    key = _element_at(at, Type(types & 0xFF), "typed_key")
    return TypedDictionary.of(key, _element_at(at, Type(types >> 8), "typed_value"), items)


def _element_at(at: int, type_: Type, which: str) -> Element:
    if type_ != Type.OBJECT:
        return Element(type_)
    label = call_on_variant(at, f"get_{which}_class_name", ())
    return Element(type_, str(label), call_on_variant(at, f"get_{which}_script", ()))


register_encoder(TypedArray, _encode_array)
register_encoder(TypedDictionary, _encode_dictionary)
register_typed(Type.ARRAY, _typed_array)
register_typed(Type.DICTIONARY, _typed_dictionary)
