"""Members of an exposed class: properties, signals, methods that stay in Python."""

from __future__ import annotations

import builtins
from array import array
from collections.abc import Callable, Sequence
from copy import deepcopy
from typing import Any, Concatenate, Generic, ParamSpec, Self, TypedDict, TypeVar, Unpack, overload

from .._ffi.errors import ConversionError
from .._object.objects import EngineObject
from .._object.signals import Signal
from .described import described

T = TypeVar("T")
E = TypeVar("E", bound=EngineObject)
S = TypeVar("S")
P = ParamSpec("P")
R = TypeVar("R")

_UNSET: Any = object()
_CHANGEABLE = (list, dict, array)


class ExportOptions(TypedDict, total=False):
    """The options of an `export`, for classes that extend it."""

    range: Sequence[float]
    enum: Sequence[str]
    file: str | bool
    dir: bool
    multiline: bool
    suffix: str
    hint: int
    hint_string: str
    usage: int
    group: str
    subgroup: str
    doc: str


class export(Generic[T]):  # noqa: N801  the name that Godot's Python people know
    """A property of an exposed class: stored in the node, edited in the inspector, saved in scenes.

    Args:
        type: `bool`, `int`, `float`, `str`, a value or engine class, `list[int]`, an enum, …
        default: the value of a new object; the type's own empty value if omitted.
        range: (minimum, maximum[, step]), shown as a slider.
        enum: the names to choose from; the property holds the name, or the index if it is an int.
        file: a filter such as `"*.webm,*.mp4"`, or True; `save` and `dir` choose other dialogs.
        multiline: whether the text may have several lines.
        suffix: a unit, shown behind the number.
        hint, hint_string: a `PropertyHint` of the engine that no other argument covers.
        usage: `PropertyUsageFlags`; stored and shown by default.
        group, subgroup: the heading in the inspector for this property and those that follow.
        doc: shown as a tooltip and in the editor's help, followed by the names of `enum`.
    """

    @overload
    def __init__(
        self: export[E | None],
        type: builtins.type[E],
        **options: Unpack[ExportOptions],
    ) -> None: ...
    @overload
    def __init__(
        self,
        type: builtins.type[T],
        default: T = ...,
        **options: Unpack[ExportOptions],
    ) -> None: ...
    @overload
    def __init__(
        self: export[Any],
        type: object,
        default: Any = ...,
        **options: Unpack[ExportOptions],
    ) -> None: ...
    def __init__(
        self,
        type: Any,  # noqa: A002
        default: Any = _UNSET,
        *,
        range: Sequence[float] | None = None,  # noqa: A002
        enum: Sequence[str] | None = None,
        file: str | bool = False,
        dir: bool = False,  # noqa: A002
        multiline: bool = False,
        suffix: str = "",
        hint: int = 0,
        hint_string: str = "",
        usage: int = 6,
        group: str = "",
        subgroup: str = "",
        doc: str = "",
    ):
        self.type = type
        self.range, self.enum, self.file, self.dir = range, enum, file, dir
        self.multiline, self.suffix = multiline, suffix
        self.hint, self.hint_string, self.usage = hint, hint_string, usage
        self.group, self.subgroup, self.doc = group, subgroup, doc
        self.name = ""
        self._convert: Callable[[Any], Any] | None = _UNSET
        self._default = default
        self._get: Callable[[Any], Any] | None = None
        self._set: Callable[[Any, Any], None] | None = None
        self._changed: Callable[[Any], None] | None = None

    def __set_name__(self, owner: builtins.type, name: str) -> None:
        if not self.name:  # `@speed.setter` may give it a second one
            self.name = name
            self._key = f"_exported_{name}"

    @property
    def default(self) -> T:
        """The value of a new object."""
        if self._default is not _UNSET:
            return self._default
        return described(self.type).empty()

    def use_default(self, value: T) -> None:
        """Replaces the default, by the same in the property's own type."""
        self._default = value

    def changed(self, function: Callable[[S], None]) -> Callable[[S], None]:
        """Calls `function` after each new value is stored; a decorator."""
        self._changed = function
        return function

    def getter(self, function: Callable[[Any], T]) -> Self:
        """Uses `function` to compute the value; a decorator, like `property.getter`."""
        self._get = function
        return self

    def setter(self, function: Callable[[Any, T], None]) -> Self:
        """Calls `function` with each new value instead of storing it; see also `changed`."""
        self._set = function
        return self

    @overload
    def __get__(self, obj: None, cls: builtins.type) -> Self: ...
    @overload
    def __get__(self, obj: object, cls: builtins.type | None = None) -> T: ...
    def __get__(self, obj: Any, cls: Any = None) -> Any:
        if obj is None:
            return self
        if self._get is not None:
            return self._get(obj)
        try:
            return obj.__dict__[self._key]
        except KeyError:
            value = self.default
            if isinstance(value, _CHANGEABLE):
                # A copy for this object: the default is shared by all objects of the class.
                value = obj.__dict__[self._key] = deepcopy(value)
            return value

    def __set__(self, obj: Any, value: T) -> None:
        """Converts a value to the property's type and assigns it.

        Raises:
            ConversionError: it has another type.
        """
        if self._convert is _UNSET:
            self._convert = described(self.type).converter()
        if self._convert is not None:
            try:
                value = self._convert(value)
            except ConversionError as error:
                raise ConversionError(f"{type(obj).__name__}.{self.name}: {error}") from None
        self.assign(obj, value)

    def assign(self, obj: Any, value: T) -> None:
        """Takes a new value of the right type; subclasses of `export` may override this."""
        if self._set is not None:
            self._set(obj, value)
        else:
            self.store(obj, value)
        if self._changed is not None:
            self._changed(obj)

    def store(self, obj: Any, value: T) -> None:
        """Stores `value` where the default getter finds it; for use in setters."""
        obj.__dict__[self._key] = value


class signal:  # noqa: N801  as above
    """A signal of an exposed class; keyword arguments give the names and types of its arguments.

    `self.died.emit("fell")`, `self.died.connect(function)`.
    """

    def __init__(self, *, doc: str = "", **arguments: Any):
        self.arguments = arguments
        self.doc = doc
        self.name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, obj: None, cls: type) -> Self: ...
    @overload
    def __get__(self, obj: EngineObject, cls: type | None = None) -> Signal: ...
    def __get__(self, obj: EngineObject | None, cls: type | None = None) -> Self | Signal:
        return self if obj is None else Signal(obj, self.name)


class python_only(Generic[S, P, R]):  # noqa: N801  as above
    """Keeps a public method out of the engine, for types that the engine does not have.

    It may have the name of an accessor, such as `set_speed` of an exported `speed`. Python then
    calls this method, and GDScript calls the accessor.
    """

    def __init__(self, function: Callable[Concatenate[S, P], R]):
        self._function = function
        self.__doc__ = function.__doc__

    @overload
    def __get__(self, obj: None, cls: type) -> Self: ...
    @overload
    def __get__(self, obj: S, cls: type | None = None) -> Callable[P, R]: ...
    def __get__(self, obj: Any, cls: Any = None) -> Any:
        return self if obj is None else self._function.__get__(obj, cls)
