"""Extends Wine's C library with functions of complex numbers, which NumPy needs.

Wine has them as stubs that end the program. So its `ucrtbase.dll` gets another name, and a new DLL
of the old name forwards everything to it but those functions. Everything outside of Wine stays as
players get it.
"""

import re
from pathlib import Path

import lief
from npc_video.shipping.console import Failure

from tools.windows.python import forward

_OURS = Path(__file__).with_name("complex.c")
NAME = "ucrtbase.dll"
_ORIGINAL = "winecrt"
# Replaces the text for DOS in the header; without it Wine takes the DLL for one of Windows.
_MARK, _MARK_AT, _PLACE = b"Wine builtin DLL", 0x40, 32
_FAMILY = re.compile(r"^(?:REAL|COMPLEX)_OF\((\w+)\)", re.MULTILINE)
_FUNCTION = re.compile(r"^\w+ ps_(\w+)\(", re.MULTILINE)


def mend(system: Path) -> None:
    """Changes the C library in `system`, the system32 of a Windows that Wine made.

    Raises:
        Failure: it is not Wine's, or the new one does not compile.
    """
    library = system / NAME
    code = library.read_bytes()
    if code[_MARK_AT : _MARK_AT + len(_MARK)] != _MARK:
        raise Failure(f"{library} is not Wine's, so it cannot be extended for NumPy.")
    parsed = lief.PE.parse(library)
    if not isinstance(parsed, lief.PE.Binary) or (table := parsed.get_export()) is None:
        raise Failure(f"{library} exports nothing, so it cannot be extended for NumPy.")
    names = [str(entry.name) for entry in table.entries if entry.name]
    (system / f"{_ORIGINAL}.dll").write_bytes(code.replace(_MARK, bytes(len(_MARK)), 1))
    ours = own_functions()
    where = {name: f"ps_{name}" if name in ours else f"{_ORIGINAL}.{name}" for name in names}
    forward(library, where, str(_OURS))


def marked(code: bytes) -> bytes:
    """Marks a DLL as one of Wine's own."""
    return code[:_MARK_AT] + _MARK.ljust(_PLACE, b"\0") + code[_MARK_AT + _PLACE :]


def own_functions() -> set[str]:
    """Returns the names of the functions in our file."""
    code = _OURS.read_text("utf-8")
    of_three_widths = _FAMILY.findall(code)
    return {*_FUNCTION.findall(code), *(f"{n}{w}" for n in of_three_widths for w in ("", "f", "l"))}
