"""Nodes that make the description of a clip."""

import re
from typing import Any, Literal

from .base import ANY_PORT, Context, Node, NodePorts, Rule, Values, node, text

_NO_STATE = "neutral"
_MAX_CHARACTERS = 10_000  # of a prompt, so that one made from itself does not grow for ever
_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")
_RESULT = {"expression": "neutral", "animation": "idle", "emotion": "neutral", "state": ""}
"""Names that templates may use without a connection, and their values if the graph has none."""
_LOOK = ("expression", "animation", "emotion")
_OF_BASE = -1  # instead of the number of an input


class Template(Node, frozen=True):
    """Text with `{port}` for a connected port, or `{expression}` and the like for the result."""

    template: str = "{expression}"

    def result_words(self) -> tuple[str, ...]:
        return tuple(word for word in _RESULT if word in _PLACEHOLDER.findall(self.template))

    def fill(self, ports: NodePorts) -> Rule:
        """The rule that fills the template; names of no port stay as they are written."""
        written, read = [], []
        # In this split, every second part is the name of a placeholder.
        for index, part in enumerate(_PLACEHOLDER.split(self.template)):
            if index % 2 and part in ports.inputs:
                written.append("%s")
                read.append((ports.inputs.index(part), _RESULT.get(part, "")))
            elif index % 2 and part in _LOOK:
                written.append("%s")
                read.append((_OF_BASE, part))
            else:
                literal = _RESULT.get(part, f"{{{part}}}") if index % 2 else part
                written.append(literal.replace("%", "%%"))
        pattern = "".join(written)

        def rule(context: Context, *inputs: Any) -> str:
            words = [
                getattr(context.base, name) if index == _OF_BASE else text(inputs[index], name)
                for index, name in read
            ]
            return (pattern % tuple(words))[:_MAX_CHARACTERS]

        return rule


@node("video.prompt", inputs=(ANY_PORT,), outputs=("prompt",))
class Prompt(Template, frozen=True):
    """The base prompt, followed by the template."""

    def rule(self, ports: NodePorts) -> Rule:
        fill = self.fill(ports)

        def rule(context: Context, *inputs: Any) -> Values:
            base, filled = context.base.prompt, fill(context, *inputs)
            return (f"{base}, {filled}" if base and filled else base or filled,)

        return rule


@node("video.negative", inputs=(ANY_PORT,), outputs=("negativePrompt",))
class Negative(Template, frozen=True):
    """The template, for what must not be visible."""

    def rule(self, ports: NodePorts) -> Rule:
        fill = self.fill(ports)
        return lambda context, *inputs: (fill(context, *inputs),)


@node("video.style", outputs=("style", "seed"))
class Style(Node, frozen=True):
    """A style and a seed; without a style, that of the metadata."""

    art_style: str | None = None
    quality: Literal["draft", "standard", "high"] | None = None
    seed: int | None = None

    def evaluate(self, context: Context, *inputs: Any) -> Values:
        return context.base.style if self.art_style is None else self.art_style, self.seed


@node("video.lora", inputs=("state",), outputs=("loras",), absent={"state": _NO_STATE})
class Lora(Node, frozen=True):
    """The model add-ons for a state; no value for a state without any."""

    loras: dict[str, tuple[str, ...]]

    def evaluate(self, context: Context, state: Any = None) -> Values:
        return (self.loras.get(text(state, _NO_STATE)),)


@node("video.output", inputs=(ANY_PORT,), outputs=(ANY_PORT,))
class Output(Node, frozen=True):
    """The result of the graph, which is read from the inputs."""
