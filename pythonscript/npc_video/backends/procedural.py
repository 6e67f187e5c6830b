"""The embedded generator: animates a portrait or a drawn face, and encodes it as a clip.

It needs no installation.
"""

from typing import TYPE_CHECKING

from .base import Capabilities, GenerationRequest
from .drawn import DrawnBackend, Subject
from .fingerprint import fingerprint_of

if TYPE_CHECKING:
    from ..portrait.warp import Eye

__all__ = ["ProceduralBackend"]


class ProceduralBackend(DrawnBackend):
    """Animates the NPC's portrait by the parameters, or draws Ember if there is none.

    Args:
        simulate_latency: takes as long as the preset's generators, to show what players will see.
        eyes: eye positions in the portrait, for blinks.
        draws_ember: whether to draw Ember for all NPCs, whatever their portrait.
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
