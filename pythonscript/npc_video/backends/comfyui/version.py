"""Versions of the server, compared."""

__all__ = ["numbers_of"]


def numbers_of(version: str) -> tuple[int, ...]:
    """The first three numbers of a version such as "v0.3.75"; none of one that has others."""
    numbers = version.removeprefix("v").split(".")[:3]
    return tuple(map(int, numbers)) if all(map(str.isdecimal, numbers)) else ()
