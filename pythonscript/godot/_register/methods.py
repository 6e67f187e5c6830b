"""Python methods that the engine can call."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Collection, Mapping
from typing import Any

from _pythonscript import ffi, lib

from .._class.table import virtual_signature
from .._ffi.errors import ConversionError, GodotError
from .._ffi.names import name
from .._ffi.report import report
from .._ffi.types import Type
from .._object.levels import own_name
from .._object.lives import instance
from .._variant.decode import decode_all, decode_typed
from .._variant.encode import encode
from .described import described
from .memory import Memory

_NORMAL, _VARARG, _STATIC = 1, 16, 32
_EMPTY_BEFORE = (Type.NIL, Type.OBJECT)  # results that are null until something is written


class Method:
    """A Python method that the engine can call.

    Args:
        label: The name of the method.
        function: The Python function; its first argument is the object, unless it is static.
        static: Whether it is a static method.
        accessor: Whether it reads or writes a property.
        names: Names that annotations may use, besides those of the function's module.

    Raises:
        GodotError: an annotation names something that the engine has no type for.
    """

    def __init__(
        self,
        label: str,
        function: Callable[..., Any],
        *,
        static: bool = False,
        accessor: bool = False,
        names: Mapping[str, Any] | None = None,
    ):
        parameters = list(inspect.signature(function).parameters.values())[0 if static else 1 :]
        positional = [
            p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)
        ]
        self.label = label
        self.function = function
        self.static = static
        self.accessor = accessor
        self.vararg = any(p.kind is p.VAR_POSITIONAL for p in parameters)
        try:
            hints = typing.get_type_hints(function, localns=dict(names or {}))
            self.arguments = [(p.name, described(hints.get(p.name, Any))) for p in positional]
            self.result = described(hints.get("return", Any))
        except (GodotError, NameError) as error:
            raise GodotError(
                f"{function.__qualname__}: {error}; a name that begins with an underscore keeps"
                " a method in Python"
            ) from error
        self.defaults = [p.default for p in positional if p.default is not p.empty]
        for default in self.defaults:
            _check_default(function, default)
        self.converters = [item.converter() for _, item in self.arguments]

    @property
    def fewest(self) -> int:
        """The number of required arguments."""
        return len(self.arguments) - len(self.defaults)

    def call(self, reference: int, given: list[Any]) -> Any:
        """Calls it with converted arguments."""
        return self.function(*given) if self.static else self.function(instance(reference), *given)

    def wrong(self, error: ConversionError) -> ConversionError:
        """The exception for arguments that cannot be converted."""
        return ConversionError(f"{self.function.__qualname__}: {error}")

    def answer(self, value: Any, at: int) -> None:
        """Writes the result as a Variant; an empty one if the call failed or returned None."""
        if value is not None and not self.result.is_void:
            self.result.encode(value, at)
        elif self.result.type not in _EMPTY_BEFORE:
            lib.ps_construct(self.result.type, at, 0)

    def answer_bare(self, value: Any, place: int) -> None:
        """Writes the result as a bare value; `place` may hold an earlier value of the engine."""
        if value is not None and not self.result.is_void:
            self.result.encode_bare(value, place)
        elif self.result.type not in _EMPTY_BEFORE:
            at = lib.ps_enter(1)
            try:
                lib.ps_construct(self.result.type, at, 0)
                lib.ps_write_typed(place, self.result.type, at)
            finally:
                lib.ps_leave(at, 1)


def _check_default(function: Callable[..., Any], default: Any) -> None:
    at = lib.ps_enter(1)
    try:
        encode(default, at)
    except ConversionError as error:
        raise GodotError(f"{function.__qualname__}: a default value: {error}") from error
    finally:
        lib.ps_leave(at, 1)


def check_awaited(cls: Any, parent: Any, callbacks: Collection[str]) -> None:
    """Refuses coroutines where the engine would call them, because nothing would await them.

    Args:
        parent: the parent of `cls` for the engine.
        callbacks: methods that the engine calls besides virtual ones.

    Raises:
        GodotError: a method that the engine would call is an `async def`.
    """
    for base in cls.__mro__[: cls.__mro__.index(parent)]:
        for key, member in vars(base).items():
            function, label = getattr(member, "__func__", member), own_name(key)
            if not (inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function)):
                continue
            is_public = not label.startswith("_")
            if is_public or label in callbacks or virtual_signature(cls, label) is not None:
                raise GodotError(
                    f"{cls.__name__}.{label} is an `async def`, which the engine cannot await:"
                    " write `def`, and run the coroutine in an event loop of your own"
                    + (", or keep it in Python with @python_only" if is_public else "")
                )


_methods: list[Method] = []  # by number without the bit PS_ACCESSOR


@ffi.def_extern()
def py_call_method(
    number: int, reference: int, arguments: int, count: int, result: int, error: Any
) -> None:
    method = _methods[number >> 1]
    refuse = lib.ps_set_call_error
    refuse(error, lib.GDEXTENSION_CALL_OK, 0, 0)
    try:
        if count > (most := len(method.arguments)) and not method.vararg:
            refuse(error, lib.GDEXTENSION_CALL_ERROR_TOO_MANY_ARGUMENTS, 0, most)
            return
        if count < method.fewest:
            refuse(error, lib.GDEXTENSION_CALL_ERROR_TOO_FEW_ARGUMENTS, 0, method.fewest)
            return
        try:
            given = decode_all(arguments, count)
        except ConversionError as wrong:
            raise method.wrong(wrong) from None
        for index, convert in enumerate(method.converters[:count]):
            if convert is not None:
                try:
                    given[index] = convert(given[index])
                except ConversionError as wrong:
                    item = method.arguments[index][1]
                    if item.is_choice:  # the engine would tell of an int, without the choices
                        raise method.wrong(wrong) from None
                    refuse(
                        error, lib.GDEXTENSION_CALL_ERROR_INVALID_ARGUMENT, index, int(item.type)
                    )
                    return
        method.answer(method.call(reference, given), result)
    except BaseException as exception:
        report(exception)
        method.answer(None, result)


@ffi.def_extern()
def py_ptrcall_method(number: int, reference: int, arguments: int, result: int) -> None:
    method = _methods[number >> 1]
    try:
        given = []
        try:
            for index, (_, item) in enumerate(method.arguments):
                value = decode_typed(item.type, lib.ps_word(arguments, index))
                convert = method.converters[index]
                given.append(value if convert is None else convert(value))
        except ConversionError as wrong:
            raise method.wrong(wrong) from None
        method.answer_bare(method.call(reference, given), result)
    except BaseException as exception:
        report(exception)
        method.answer_bare(None, result)


def register_method(owner: int, method: Method) -> None:
    """Tells the engine about a method of the class whose name is at `owner`."""
    number = len(_methods) << 1 | (lib.PS_ACCESSOR if method.accessor else 0)
    _methods.append(method)
    with Memory() as memory:
        flags = _STATIC if method.static else _NORMAL
        info = ffi.new("GDExtensionClassMethodInfo *")
        info.name = name(method.label)
        info.method_userdata = number
        info.call_func = lib.py_call_method
        info.ptrcall_func = lib.py_ptrcall_method
        info.method_flags = flags | (_VARARG if method.vararg else 0)
        info.has_return_value = not method.result.is_void
        info.return_value_info = memory.infos([("", method.result)])
        info.argument_count = len(method.arguments)
        info.arguments_info = memory.infos(method.arguments)
        info.arguments_metadata = memory.words([0] * len(method.arguments))
        info.default_argument_count = len(method.defaults)
        info.default_arguments = memory.words(memory.variants(method.defaults))
        lib.gd_classdb_register_extension_class_method(lib.ps_library_address(), owner, info)
