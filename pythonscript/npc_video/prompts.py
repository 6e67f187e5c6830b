"""Prompts as texts: how two become one, and when two say the same."""

from functools import lru_cache
from hashlib import blake2b

__all__ = ["ANY_PROMPT", "joined_prompt", "prompt_key"]

ANY_PROMPT = "*"
"""The prompt's part of the key of a clip that counts whatever it was prompted with."""


def joined_prompt(first: str, then: str) -> str:
    """Both, separated by a comma, unless `then` begins with the first already."""
    if then == first or then.startswith(f"{first}, "):
        return then
    return ", ".join(filter(None, (first, then)))


@lru_cache(maxsize=1024)
def prompt_key(prompt: str, negative_prompt: str) -> str:
    """The prompts' part of a clip's key: "" where nothing is prompted, else 16 hexadecimal digits.

    Blanks, and commas with nothing between them, make no difference.
    """
    said = _said(prompt), _said(negative_prompt)
    if not any(said):
        return ""
    text = "\0".join(said).encode("utf-8", "surrogatepass")
    return blake2b(text, digest_size=8).hexdigest()


def _said(prompt: str) -> str:
    parts = (" ".join(part.split()) for part in prompt.split(","))
    return ", ".join(filter(None, parts))
