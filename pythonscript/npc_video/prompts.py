"""Joins and compares prompts."""

from functools import lru_cache
from hashlib import blake2b

__all__ = ["ANY_PROMPT", "joined_prompt", "prompt_key"]

ANY_PROMPT = "*"
"""The prompt's part of the key of a clip that is valid for any prompt."""


def joined_prompt(first: str, then: str) -> str:
    """Both, separated by a comma, unless `then` already begins with `first`."""
    if then == first or then.startswith(f"{first}, "):
        return then
    return ", ".join(filter(None, (first, then)))


@lru_cache(maxsize=1024)
def prompt_key(prompt: str, negative_prompt: str) -> str:
    """The prompts' part of a clip's key: 16 hexadecimal digits, or "" without prompts.

    Blanks and empty parts between commas make no difference.
    """
    said = _said(prompt), _said(negative_prompt)
    if not any(said):
        return ""
    text = "\0".join(said).encode("utf-8", "surrogatepass")
    return blake2b(text, digest_size=8).hexdigest()


def _said(prompt: str) -> str:
    parts = (" ".join(part.split()) for part in prompt.split(","))
    return ", ".join(filter(None, parts))
