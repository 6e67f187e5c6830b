"""Builds small graphs for tests."""

from typing import Any

from npc_video.npc.evaluator import NpcResponseEvaluator
from npc_video.records import ToolInteraction, VideoParams

Data = dict[str, Any]


def metadata(nodes: dict[str, tuple[str, Data]], *wires: str, **sections: Any) -> Data:
    """Nodes as `{id: (type, data)}`, connections as "a.result > b.value"; no cooldown."""
    ends = [[end.strip().split(".") for end in wire.split(">")] for wire in wires]
    return {
        "responseGraph": {
            "nodes": [{"id": n, "type": kind, "data": data} for n, (kind, data) in nodes.items()],
            "connections": [
                {"id": f"c{i}", "from": a, "fromPort": b, "to": c, "toPort": d}
                for i, ((a, b), (c, d)) in enumerate(ends)
            ],
        },
        "interaction": {"responseCooldown": 0},
        **sections,
    }


def touch(tool: str = "hand", **fields: Any) -> ToolInteraction:
    return ToolInteraction(tool, tool, **fields)


class Probe:
    """One node under test: what goes in at its ports, and what comes out at one of them.

    Inputs that change arrive by way of memory nodes that the probe writes to.
    """

    def __init__(self, kind: str, data: Data, port: str, inputs: tuple[str, ...] = ()):
        nodes = {
            "node": (kind, data),
            "out": ("video.output", {}),
            **{f"in_{name}": ("state.memory", {"key": name}) for name in inputs},
        }
        wires = [f"in_{name}.value > node.{name}" for name in inputs]
        self.evaluator = NpcResponseEvaluator(
            metadata(nodes, *wires, f"node.{port} > out.probed"), clock=lambda: 0.0, seed=7
        )
        program = self.evaluator.metadata.program
        self._values: list[object] = []
        run, slot = program.run, program.result["probed"]

        def watched(*arguments: Any) -> list[object]:
            values = run(*arguments)
            self._values.append(values[slot])
            return values

        program.run = watched  # type: ignore[method-assign]

    def __call__(
        self, now: float = 0.0, interaction: ToolInteraction | None = None, **inputs: object
    ) -> object:
        memory = self.evaluator.state.memory
        memory.update(inputs)
        answer = self.evaluator.evaluate_at(interaction or touch(), now)
        assert isinstance(answer, VideoParams)
        return self._values[-1]
