"""Warns of probable mistakes in a game's interactions and requests.

They are answered anyway, because games have tools and words of their own. But a null instead of a
value, or a word that is almost a known one, is mostly a mistake that nothing else reports.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any

from ..face.words import misspelt_animation, misspelt_expression
from ..graph.vocabulary import known_tools, known_zones
from ..misspelt import meant_instead
from ..records import MAX_SEED, ToolInteraction, VideoParams
from .evaluator import NpcResponseEvaluator
from .profile import bare_lora

__all__ = ["Doubts"]

# A game with more words than this generates them at run time.
_MAX_KNOWN = 1000


class Doubts:
    """Checks each word once for each NPC, so that checks cost almost nothing.

    Args:
        tell: takes a sentence about each probable mistake.
    """

    def __init__(self, tell: Callable[[str], None]):
        self._tell = tell
        self._known: set[tuple[str, ...]] = set()

    def of_interaction(
        self, said: Mapping[str, Any], event: ToolInteraction, npc: NpcResponseEvaluator
    ) -> None:
        """Checks the data from which `event` was read; `npc` will answer it."""
        self._nulls(said)
        if self._is_new("tool", event.tool_id, event.tool_type, npc.metadata.npc.id):
            tools = known_tools(npc.metadata)
            if event.tool_id not in tools:
                meant = _meant_in(event.tool_type, tools)
                self._misspelt("The tool", event.tool_type, meant)
        if self._is_new("zone", event.zone, npc.metadata.npc.id):
            zones = known_zones(npc.metadata)
            self._misspelt("The zone", event.zone, _meant_in(event.zone, zones))

    def of_request(
        self,
        said: Mapping[str, Any],
        wanted: VideoParams,
        npc: NpcResponseEvaluator,
        own_words: Callable[[], Iterable[str]] = tuple,
    ) -> None:
        """Checks the data from which `wanted` was read, as a clip of `npc`.

        Args:
            own_words: returns known words besides those of the vocabulary and the graph.
        """
        self._nulls(said)
        if not 0 <= wanted.seed <= MAX_SEED and self._is_new("seed", str(wanted.seed)):
            self._tell(
                f"The seed is {wanted.seed}, which generators read differently: use one"
                f" from 0 to {MAX_SEED}."
            )
        for lora in wanted.loras:
            if self._is_new("lora", lora, npc.metadata.npc.id):
                known = {bare_lora(each) for each in npc.metadata.video_gen.style.loras}
                meant = meant_instead(bare_lora(lora), known)
                self._misspelt("The LoRA", bare_lora(lora), meant)
        for field in ("expression", "emotion", "animation"):
            word = getattr(wanted, field)
            if not self._is_new(field, word, npc.metadata.npc.id):
                continue
            meant = misspelt_animation(word) if field == "animation" else misspelt_expression(word)
            if meant and word not in {*_words_of(npc), *own_words()}:
                self._misspelt(f"The {field}", word, meant)

    def _is_new(self, *what: str) -> bool:
        if what in self._known or len(self._known) >= _MAX_KNOWN:
            return False
        self._known.add(what)
        return True

    def _nulls(self, said: Mapping[str, Any]) -> None:
        for name, value in said.items():
            if value is None and self._is_new("null", name):
                self._tell(
                    f"{name} is null, so its default is used: give it a value, or leave it out."
                )

    def _misspelt(self, what: str, word: str, meant: str) -> None:
        if meant:
            self._tell(f"{what} {word!r:.80} is unknown; perhaps you mean {meant!r:.80}.")


def _meant_in(name: str, known: Collection[str]) -> str:
    """The result of `meant_instead`; "" for an empty or "unknown" name."""
    return "" if name in ("", "unknown") else meant_instead(name, known)


def _words_of(npc: NpcResponseEvaluator) -> Iterator[str]:
    for state in npc.reachable_states():
        yield from (state.expression, state.emotion, state.animation)
