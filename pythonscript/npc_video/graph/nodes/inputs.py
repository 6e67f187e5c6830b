"""Nodes that read the interaction."""

from collections.abc import Iterable
from typing import Any

from ...records import ToolInteraction
from .base import Context, Node, StatefulNode, Values, finite, limited, node, number, text

_REMEMBERED = 20


@node("input.tool", outputs=("tool", "toolType"))
class Tool(Node, frozen=True):
    """The id of the tool, and its type.

    Outputs:
        tool (text): the id, such as hand.
        toolType (text): the type, for tools that are alike.
    """

    def evaluate(self, context: Context, *inputs: Any) -> Values:
        return context.interaction.tool_id, context.interaction.tool_type


@node("input.pressure")
class Pressure(Node, frozen=True):
    """The pressure, from 0 to 1.

    Outputs:
        value (number): from 0 to 1.
    """

    def evaluate(self, context: Context, *inputs: Any) -> Values:
        return (_share(context.interaction.pressure),)


@node("input.speed")
class Speed(Node, frozen=True):
    """The speed, from 0 to 1.

    Outputs:
        value (number): from 0 to 1.
    """

    def evaluate(self, context: Context, *inputs: Any) -> Values:
        return (_share(context.interaction.speed),)


@node("input.duration")
class Duration(Node, frozen=True):
    """The duration in milliseconds.

    Outputs:
        value (number): milliseconds from the beginning of the touch to its end.
    """

    def evaluate(self, context: Context, *inputs: Any) -> Values:
        return (finite(number(context.interaction.duration) * 1000.0),)


@node("input.pattern", outputs=("pattern",))
class Pattern(Node, frozen=True):
    """The pattern of the movement; "none" if there is none.

    Outputs:
        pattern (text): such as circular or tap.
    """

    def evaluate(self, context: Context, *inputs: Any) -> Values:
        return (context.interaction.pattern or "none",)


@node("input.zone", outputs=("zone",))
class Zone(Node, frozen=True):
    """The zone of the touch; "unknown" if there is none.

    Outputs:
        zone (text): the name of the zone.
    """

    def evaluate(self, context: Context, *inputs: Any) -> Values:
        return (context.interaction.zone or "unknown",)


@node("input.history", outputs=("history", "count"))
class History(StatefulNode, frozen=True):
    """The last 20 interactions, in the format of the file, and the count of all.

    The last of them is the present one.

    Outputs:
        history (list): the interactions, the oldest first.
        count (number): the number of interactions since the session began.
    """

    cell_type = tuple[int, tuple[dict[str, Any], ...]]

    def initial(self) -> object:
        return 0, ()

    def evaluate(self, context: Context, cell: Any, *inputs: Any) -> Any:
        count, history = cell
        cell = count + 1, (*history[1 - _REMEMBERED :], _as_in_file(context.interaction))
        return cell, (cell[1], cell[0])


@node("input.preference", inputs=("key",))
class Preference(Node, frozen=True):
    """The NPC's preference for `key`; without a key for the tool's id, or else its type.

    Without such a preference there is no value, so the next node uses its default.

    Inputs:
        key (text): the name to look up in place of the tool.

    Outputs:
        value (any): the preference; no value if there is none.

    Attributes:
        values: the preference for each tool, or for each key.
    """

    values: dict[str, float | str | bool]

    def evaluate(self, context: Context, key: Any = None) -> Values:
        if key is not None:
            return (self.values.get(text(key)),)
        tool = context.interaction
        return (self.values.get(tool.tool_id, self.values.get(tool.tool_type)),)

    def told_apart(self, port: str) -> Iterable[str]:
        return self.values


def _share(value: float) -> float:
    return limited(finite(number(value)), 0.0, 1.0)


def _as_in_file(interaction: ToolInteraction) -> dict[str, Any]:
    return {
        "tool": {"id": interaction.tool_id, "type": interaction.tool_type},
        "pressure": _share(interaction.pressure),
        "speed": _share(interaction.speed),
        "pattern": interaction.pattern,
        "zone": interaction.zone,
        "duration": finite(number(interaction.duration) * 1000.0),
        "timestamp": finite(number(interaction.timestamp) * 1000.0),
    }
