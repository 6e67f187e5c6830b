"""Tools, zones and patterns that an NPC knows by name, for lists to choose from.

These are the names in its rules and in its graph. An NPC may answer to others too.
"""

from collections.abc import Iterable, Iterator

from .metadata import NpcResponseMetadata
from .nodes.base import Node
from .nodes.inputs import Pattern, Preference, Tool, Zone
from .program import Program

__all__ = ["known_patterns", "known_tools", "known_zones"]


def known_tools(metadata: NpcResponseMetadata) -> list[str]:
    """Ids and types of tools without duplicates, enabled ones first."""
    listed = (t if isinstance(t, str) else t.id for t in metadata.interaction.enabled_tools)
    return list(dict.fromkeys([*listed, *_preferred(metadata.program), *_told(metadata, Tool)]))


def known_zones(metadata: NpcResponseMetadata) -> list[str]:
    """Names of zones without duplicates, enabled ones first."""
    listed = (z if isinstance(z, str) else z.id for z in metadata.interaction.zones)
    return list(dict.fromkeys([*listed, *_told(metadata, Zone)]))


def known_patterns(metadata: NpcResponseMetadata) -> list[str]:
    """Names of patterns of movement without duplicates."""
    return list(dict.fromkeys(_told(metadata, Pattern)))


def _told(metadata: NpcResponseMetadata, kind: type[Node]) -> Iterator[str]:
    steps = metadata.program.steps
    spoken = {
        f"{step.node_id}.{port}"
        for step in steps
        if isinstance(step.node, kind)
        for port in step.outputs
    }
    for step in steps:
        for port, source in step.sources.items():
            if source in spoken:
                yield from step.node.told_apart(port)


def _preferred(program: Program) -> Iterable[str]:
    """The tools of a preference without a connected key, which uses the tool itself."""
    for step in program.steps:
        if isinstance(step.node, Preference) and "key" not in step.sources:
            yield from step.node.told_apart("key")
