"""Comparison of server versions."""

__all__ = ["numbers_of"]


def numbers_of(version: str) -> tuple[int, ...]:
    """The first three numbers of a version such as "v0.3.75"; none if it has another form."""
    numbers = version.removeprefix("v").split(".")[:3]
    return tuple(map(int, numbers)) if all(map(str.isdecimal, numbers)) else ()
