"""Exceptions of the bridge.

GodotError
├── FreedObjectError    an object was used after the engine had freed it
├── CallError           the engine refused a call: unknown method, wrong arguments
└── ConversionError     a value has no counterpart on the other side
"""


class GodotError(Exception):
    """Base of all errors of the bridge."""


class FreedObjectError(GodotError, ReferenceError):
    """The engine has freed the object behind this Python object; see `is_instance_valid`."""


class CallError(GodotError, TypeError):
    """The engine refused a call."""


class ConversionError(GodotError, TypeError):
    """A value cannot become a Variant, or not one of the required type."""


for _error in (GodotError, FreedObjectError, CallError, ConversionError):
    _error.__module__ = "godot"  # the package that users import them from
