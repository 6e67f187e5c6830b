"""Writes our values as a video service wants them: the nearest accepted value, or as text.

::

    {"duration": (5, 10)}              4.0 becomes 5
    {"duration": ("5s", "9s")}         4.0 becomes "5s"
    {"size": ("1280:720", "720:1280")} 512x512 becomes the size of the most similar shape
    {"size": "{width}*{height}"}       512x512 becomes "512*512"
"""

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["Choice", "nearest", "places_of", "written"]

Choice = str | int | float

_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_PLACE = re.compile(r"\{(\w*)\}", re.ASCII)


def nearest(value: Any, choices: Sequence[Choice]) -> Choice:
    """The choice nearest to a value; the first one of several.

    Numbers are compared, also within texts such as "5s". A size such as "512x384" is compared by
    its shape, then by its area; with a single number such as "480p" by its shorter side. For other
    texts an equal word is chosen.
    """
    numbers = _numbers(value)

    def distance(choice: Choice) -> tuple[float, ...]:
        offered = _numbers(choice)
        if not numbers or not offered:
            return (float(str(choice).lower() != str(value).lower()),)
        if len(numbers) == 2 and len(offered) == 2:
            (width, height), (other_width, other_height) = numbers, offered
            shape = math.log(width * other_height / (height * other_width))
            return abs(shape), abs(math.log(width * height / (other_width * other_height)))
        return (abs(min(numbers) - min(offered)),)

    return min(choices, key=distance)


def written(template: str, value: Any, fields: Mapping[str, Any]) -> str:
    """Fills a template: `{}` is the value, and `{name}` another of our fields.

    Whole numbers have no decimal places: 5.0 is "5".
    """

    def put(found: re.Match[str]) -> str:
        name = found.group(1)
        said = fields.get(name, "") if name else value
        return f"{said:.15g}" if isinstance(said, float) else str(said)

    return _PLACE.sub(put, template)


def places_of(template: str) -> set[str]:
    """The names of the fields in a template; "" is the value itself."""
    return set(_PLACE.findall(template))


def _numbers(value: Any) -> tuple[float, ...]:
    """One or two positive numbers, or none."""
    if isinstance(value, int | float):
        return (float(value),)
    found = tuple(map(float, _NUMBER.findall(str(value))))
    return found if len(found) in (1, 2) and min(found) > 0 else ()
