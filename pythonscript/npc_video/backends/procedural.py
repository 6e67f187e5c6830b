"""The embedded generator: a portrait or a drawn face that moves, encoded as a real clip.

It needs nothing installed.
"""

from typing import TYPE_CHECKING

from .base import Capabilities, GenerationRequest
from .drawn import DrawnBackend, Subject
from .fingerprint import fingerprint_of

if TYPE_CHECKING:
    from ..portrait.warp import Eye

__all__ = ["ProceduralBackend"]


class ProceduralBackend(DrawnBackend):
    """Moves the NPC's portrait as the parameters ask for, or draws Ember where there is none.

    Args:
        simulate_latency: takes the time that the preset's generators take, to see what players will
            see; else no longer than drawing and encoding need.
        eyes: where those of the portrait are, to blink.
        draws_ember: draws Ember for all NPCs, whatever their portrait is.
    """

    def __init__(
        self,
        *,
        simulate_latency: bool = False,
        eyes: "tuple[Eye, ...]" = (),
        draws_ember: bool = False,
    ):
        super().__init__(simulate_latency=simulate_latency, eyes=eyes)
        self._draws_ember = draws_ember

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(uses_image=not self._draws_ember, uses_text=False)

    @property
    def fingerprint(self) -> str:
        if self._draws_ember:
            return super().fingerprint
        return fingerprint_of(super().fingerprint, "portrait", self._eyes)

    async def _subject(self, request: GenerationRequest) -> Subject:
        return Subject(None if self._draws_ember else request.image)
