"""Stills of an NPC, one for each expression, as a generator: they move and blink."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from ..errors import GenerationInvalidError
from ..portrait.choice import choose_picture
from .base import Capabilities, GenerationRequest
from .drawn import DrawnBackend, Subject
from .fingerprint import fingerprint_of
from .pictures import Pictures, read_file

if TYPE_CHECKING:
    from ..portrait.warp import Eye

__all__ = ["StillsBackend"]


class StillsBackend(DrawnBackend):
    """Animates the picture of the requested expression.

    If there is none, it uses that of a similar feeling, else the neutral one, else the NPC's
    portrait, else any. It lights the picture by the feeling.

    Args:
        pictures: names of PNG, JPEG or WebP files by expression, emotion, or any other word.
        read: returns the content for such a name; called on a thread. A game whose pictures are in
            an archive passes its own.
        eyes: eye positions in the pictures, for blinks.
        eyes_of: eye positions in single pictures, by the same words as `pictures`.
        simulate_latency: as for `ProceduralBackend`.
    """

    def __init__(
        self,
        pictures: Mapping[str, str],
        *,
        read: Callable[[str], bytes] = read_file,
        eyes: "tuple[Eye, ...]" = (),
        eyes_of: "Mapping[str, tuple[Eye, ...]] | None" = None,
        simulate_latency: bool = False,
    ):
        super().__init__(simulate_latency=simulate_latency, eyes=eyes)
        self._names = dict(pictures)
        self._eyes_of = dict(eyes_of or {})
        self._pictures = Pictures(read)

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(uses_image=True, uses_text=False)

    @property
    def fingerprint(self) -> str:
        of_each = {word: eyes for word, eyes in self._eyes_of.items() if word in self._names}
        also = (of_each,) if of_each else ()  # keeps the fingerprint of clips made without them
        return fingerprint_of(super().fingerprint, self._names, self._eyes, *also)

    async def _subject(self, request: GenerationRequest) -> Subject:
        params = request.params
        word, shows_feeling = choose_picture(self._names, params.expression, params.emotion)
        if word:
            return await self._subject_of(word, shows_feeling)
        if request.image is not None:
            return Subject(request.image)
        word, _ = choose_picture(self._names, params.expression, params.emotion, least=0.0)
        if word:
            return await self._subject_of(word)
        raise GenerationInvalidError("The NPC has neither stills nor a portrait: add some.")

    async def _subject_of(self, word: str, shows_feeling: bool = False) -> Subject:
        image = await self._pictures.get(self._names[word])
        return Subject(image, shows_feeling, self._eyes_of.get(word))
