"""Ways from node to node, for a keyboard."""

from collections.abc import Mapping

from .document import GraphDocument, Point

__all__ = ["along", "beside", "following"]

# A node that is aside counts as so much farther away than one straight ahead.
_ASIDE = 2.0


def beside(places: Mapping[str, Point], node: str, direction: Point) -> str:
    """The nearest node in a direction, such as (1, 0) for the right; "" if there is none."""
    x, y = places[node]
    found: list[tuple[float, str]] = []
    for key, (its_x, its_y) in places.items():
        right, down = its_x - x, its_y - y
        ahead = right * direction[0] + down * direction[1]
        aside = abs(right * direction[1]) + abs(down * direction[0])
        if ahead > 0.0 and aside <= _ASIDE * ahead:
            found.append((ahead + _ASIDE * aside, key))
    return min(found, default=(0.0, ""))[1]


def along(document: GraphDocument, node: str, *, forward: bool) -> str:
    """The node at the other end of the first wire from a node, or to it; "" without a wire."""
    for wire in document.wires.values():
        near, far = (wire.source, wire.target) if forward else (wire.target, wire.source)
        if near == node and far in document.nodes:
            return far
    return ""


def following(places: Mapping[str, Point], node: str, step: int) -> str:
    """The node so many steps further, column by column.

    Args:
        node: "" for a way that begins before the first node, or backwards after the last one.

    Returns:
        Its key, or "" beyond either end.
    """
    order = sorted(places, key=places.__getitem__)
    if node in places:
        index = order.index(node) + step
    else:
        index = step - 1 if step > 0 else len(order) + step
    return order[index] if 0 <= index < len(order) else ""
