"""Interned names of classes, methods and signals: the engine's StringNames.

Each is made once and lives until the extension ends. So only names from program text belong here,
never values.
"""

from _pythonscript import lib

from .text import typed_text

_addresses: dict[str, int] = {}
_texts: dict[int, str] = {}


def name(text: str) -> int:
    """The address of the StringName with this text."""
    address = _addresses.get(text)
    if address is None:
        utf8 = text.encode()
        address = _addresses[text] = lib.ps_name(utf8, len(utf8))
        _texts[lib.ps_read_pointer(address)] = text
    return address


def text_of(address: int) -> str:
    """The text of the StringName at `address`; later calls are one dictionary lookup."""
    interned = lib.ps_read_pointer(address)
    text = _texts.get(interned)
    if text is None:
        text = typed_text(address, lib.GDEXTENSION_VARIANT_TYPE_STRING_NAME)
        name(text)
    return text


def forget_all() -> None:
    _addresses.clear()
    _texts.clear()
    lib.ps_free_names()
