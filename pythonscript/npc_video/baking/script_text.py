"""Finds calls in the text of a game's script: GDScript, C# and Python."""

import re

__all__ = ["call_in"]

_NAME = r"(?:set_generator|SetGenerator|set_backend)"
_CALL = r"(?:call|callv|call_deferred|Call|Callv|CallDeferred)"
_CALLS = re.compile(
    rf"(?<!\bfunc )(?<!\bdef )\b({_NAME})\s*(?:\.\s*{_CALL}\s*)?\("
    rf"|\b{_CALL}\s*\(\s*[&^]?\"({_NAME})\""
)
_STRINGS = (
    r"\"\"\".*?\"\"\"|'''.*?'''"
    r"|\"(?P<double>(?:\\.|[^\"\\\n])*)\"|'(?P<single>(?:\\.|[^'\\\n])*)'"
)
_OF_SCRIPT = re.compile(rf"#[^\n]*|{_STRINGS}", re.DOTALL)
_OF_CSHARP = re.compile(rf"//[^\n]*|/\*.*?\*/|{_STRINGS}", re.DOTALL)


def call_in(text: str, path: str) -> str:
    """The name of the call by which a script sets the generator of a player; "" if there is none.

    The name may be in a string. Comments, other strings and functions of that name are ignored.
    """
    form = _OF_CSHARP if path.endswith(".cs") else _OF_SCRIPT
    found = _CALLS.search(form.sub(_bare, text))
    return "" if found is None else found[1] or found[2]


def _bare(found: re.Match[str]) -> str:
    """A name in a string as it is; other strings without their content; comments removed."""
    content = found["double"] or found["single"] or ""
    return f'"{content}"' if re.fullmatch(_NAME, content) else " "
