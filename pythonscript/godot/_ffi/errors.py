"""What the bridge raises.

GodotError
├── FreedObjectError    an object was used after the engine had freed it
├── CallError           the engine refused a call: no such method, wrong arguments
└── ConversionError     a value has no counterpart on the other side
"""


class GodotError(Exception):
    """Base of all errors of the bridge."""


class FreedObjectError(GodotError, ReferenceError):
    """The object behind this Python object has been freed; `is_instance_valid` tells beforehand."""


class CallError(GodotError, TypeError):
    """The engine refused a call."""


class ConversionError(GodotError, TypeError):
    """The value cannot be turned into a Variant, or not into the wanted type."""


for _error in (GodotError, FreedObjectError, CallError, ConversionError):
    _error.__module__ = "godot"  # where they are imported from
