"""Nodes that make the description of a clip."""

import re
from typing import Annotated, Any, Literal

import msgspec

from .base import ANY_PORT, Context, Node, NodePorts, Rule, Values, node, text

_NO_STATE = "neutral"
_MAX_CHARACTERS = 10_000  # of a prompt, so that one made from itself does not grow for ever
_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")
RESULT_WORDS = {"expression": "neutral", "animation": "idle", "emotion": "neutral", "state": ""}
"""Names that templates may use without a connection, and their values if the graph has none."""
_LOOK = ("expression", "animation", "emotion")
_OF_BASE = -1  # instead of the number of an input


def placeholders(template: str) -> list[str]:
    """The names in braces, each once."""
    return list(dict.fromkeys(_PLACEHOLDER.findall(template)))


class Template(Node, frozen=True):
    """Text with `{port}` for a connected port, or `{expression}` and the like for the result.

    Inputs:
        * (any): written in place of its name in braces.

    Attributes:
        template: the text, with names in braces.
    """

    template: Annotated[str, msgspec.Meta(extra={"kind": "template"})] = "{expression}"

    def result_words(self) -> tuple[str, ...]:
        return tuple(word for word in RESULT_WORDS if word in placeholders(self.template))

    def fill(self, ports: NodePorts) -> Rule:
        """The rule that fills the template; names of no port stay as they are written."""
        written, read = [], []
        # In this split, every second part is the name of a placeholder.
        for index, part in enumerate(_PLACEHOLDER.split(self.template)):
            if index % 2 and part in ports.inputs:
                written.append("%s")
                read.append((ports.inputs.index(part), RESULT_WORDS.get(part, "")))
            elif index % 2 and part in _LOOK:
                written.append("%s")
                read.append((_OF_BASE, part))
            else:
                literal = RESULT_WORDS.get(part, f"{{{part}}}") if index % 2 else part
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
    """The base prompt, followed by the template.

    Outputs:
        prompt (text): for the generator.
    """

    def rule(self, ports: NodePorts) -> Rule:
        fill = self.fill(ports)

        def rule(context: Context, *inputs: Any) -> Values:
            base, filled = context.base.prompt, fill(context, *inputs)
            return (f"{base}, {filled}" if base and filled else base or filled,)

        return rule


@node("video.negative", inputs=(ANY_PORT,), outputs=("negativePrompt",))
class Negative(Template, frozen=True):
    """The template, for what must not be visible.

    Outputs:
        negativePrompt (text): for the generator.
    """

    def rule(self, ports: NodePorts) -> Rule:
        fill = self.fill(ports)
        return lambda context, *inputs: (fill(context, *inputs),)


@node("video.style", outputs=("style", "seed"))
class Style(Node, frozen=True):
    """A style and a seed; without a style, that of the metadata.

    Outputs:
        style (text): the style.
        seed (number): the seed; no value without one.

    Attributes:
        artStyle: the style in place of that of the metadata.
        quality: checked, but not used by the player.
        seed: equal seeds make similar clips.
    """

    art_style: str | None = None
    quality: Literal["draft", "standard", "high"] | None = None
    seed: int | None = None

    def evaluate(self, context: Context, *inputs: Any) -> Values:
        return context.base.style if self.art_style is None else self.art_style, self.seed


@node("video.lora", inputs=("state",), outputs=("loras",), absent={"state": _NO_STATE})
class Lora(Node, frozen=True):
    """The model add-ons for a state; no value for a state without any.

    Inputs:
        state (text): the word to look up.

    Outputs:
        loras (list): the names of the add-ons.

    Attributes:
        loras: the add-ons for each state.
    """

    loras: dict[str, tuple[str, ...]]

    def evaluate(self, context: Context, state: Any = None) -> Values:
        return (self.loras.get(text(state, _NO_STATE)),)


@node("video.output", inputs=(ANY_PORT,), outputs=(ANY_PORT,))
class Output(Node, frozen=True):
    """The result of the graph, which is read from the inputs.

    Inputs:
        prompt (text): the prompt for the generator; made from expression and emotion without one.
        negativePrompt (text): must not be visible in the clip.
        expression (text): the NPC's face.
        animation (text): the NPC's movement.
        emotion (text): the NPC's feeling.
        intensity (number): the strength of expression and animation, from 0 to 1.
        loras (list): the model add-ons.
        seed (number): equal seeds make similar clips.
        style (text): the style of the pictures.
        npcId (text): the id in place of that of the metadata.
        npcName (text): the name in place of that of the metadata.
        npcBaseImage (text): the picture to start from, in place of that of the metadata.
        * (any): read by nothing.

    Outputs:
        * (any): leads nowhere.
    """
