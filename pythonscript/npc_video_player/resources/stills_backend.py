"""`NpcStillsBackend`, which makes clips from an NPC's pictures by expression."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

import npc_video
from godot import DirAccess, Rect2, ResourceLoader, Texture2D, exposed
from npc_video.errors import InvalidDataError
from npc_video.portrait.choice import ALIKE, choose_picture

from ..properties.notifying_export import NotifyingExport
from .backend_resources import NpcBackend
from .game_files import picture_name, read_picture
from .profile import eyes_in

if TYPE_CHECKING:
    from npc_video import Backend, VideoParams

__all__ = ["NpcStillsBackend"]


@exposed(tool=True)
class NpcStillsBackend(NpcBackend):
    """Makes clips from pictures of the NPC, one for each expression: they move, and blink.

    An expression without a picture uses that of a similar feeling, else the neutral one, else the
    portrait, in the light of the feeling. The picture is the placeholder: it shows in the frame of
    the interaction.
    """

    folder = NotifyingExport(
        str,
        "",
        dir=True,
        doc="The folder of pictures that are named after expressions: `happy.png`,"
        " `mira_sad.webp`.",
    )
    pictures = NotifyingExport(
        dict[str, Texture2D],
        {},
        doc="Single pictures, by expression, emotion or your own word; they override those of the"
        " folder. A script assigns a whole new Dictionary.",
    )
    picture_eyes = NotifyingExport(
        dict[str, list[Any]],
        {},
        doc="The eyes of single pictures, by the words of these: each an Array of Rect2 in the"
        " picture's own pixels, empty for one that should not blink. Pictures without an entry"
        " have the eyes of the NPC. A script assigns a whole new Dictionary.",
    )
    simulate_latency = NotifyingExport(
        bool,
        False,
        doc="Takes as long as a real generator, to see what players will see.",
    )

    def __init__(self) -> None:
        super().__init__()
        self._found: dict[str, Texture2D] | None = None

    @folder.changed
    @pictures.changed
    def _forget_found(self) -> None:
        self._found = None

    def stills(self) -> dict[str, Texture2D]:
        """Returns all pictures, by their words."""
        if self._found is None:
            given = {str(word).lower(): each for word, each in self.pictures.items()}
            own = {word: each for word, each in given.items() if each is not None}
            self._found = _pictures_in(self.folder) | own
        return self._found

    def _still(self, params: VideoParams, least: float = ALIKE) -> Texture2D | None:
        """Returns the picture for a clip; None if none is as similar as `least` to the feeling."""
        stills = self.stills()
        word, _ = choose_picture(stills, params.expression, params.emotion, least)
        return stills.get(word)

    def _checks(self) -> Iterable[Callable[[], object]]:
        empty = [word for word, picture in self.pictures.items() if picture is None]
        return (
            self._check_pictures,
            *(partial(_refuse_empty, word) for word in empty),
            *(partial(_refuse_misspelt, word) for word in self.stills()),
            *(partial(self._check_eyes, word) for word in self.picture_eyes),
        )

    def _check_pictures(self) -> None:
        if self.folder and not DirAccess.dir_exists_absolute(self.folder):
            raise InvalidDataError("folder: there is no such folder; choose another.")
        if not self.stills():
            raise InvalidDataError(
                "pictures: there are none: add some by expression, or choose a folder that has"
                " some, as happy.png."
            )

    def _check_eyes(self, word: str) -> None:
        stills, marked = self.stills(), self.picture_eyes[word]
        if word.lower() not in stills:
            raise InvalidDataError(f"picture_eyes: {InvalidDataError.of_unknown(word, stills)}")
        if len(eyes_in(stills[word.lower()], _rectangles(marked))) < len(marked):
            raise InvalidDataError(
                f"picture_eyes: not all of {word!r:.80} lie in its picture: mark them in its"
                " pixels, each as a Rect2 with a size."
            )

    def _takes_eyes(self) -> bool:
        return True

    def _make_for(self, eyes: tuple[Any, ...]) -> Backend:
        return npc_video.StillsBackend(
            {word: picture_name(still) for word, still in self.stills().items()},
            read=read_picture,
            eyes=eyes,
            eyes_of={
                word.lower(): eyes_in(self.stills().get(word.lower()), _rectangles(marked))
                for word, marked in self.picture_eyes.items()
            },
            simulate_latency=self.simulate_latency,
        )


def _rectangles(marked: list[Any]) -> list[Rect2]:
    return [each for each in marked if isinstance(each, Rect2)]


def _refuse_empty(word: str) -> None:
    raise InvalidDataError(f"pictures: {word!r:.80} has none: choose one, or remove the word.")


def _refuse_misspelt(word: str) -> None:
    from npc_video.face.words import misspelt_expression  # only needed for finding mistakes

    if meant := misspelt_expression(word):
        raise InvalidDataError(
            f"pictures: {word!r:.80} is no expression; perhaps you mean {meant}."
        )


def _pictures_in(folder: str) -> dict[str, Texture2D]:
    """Returns the pictures of a folder by name; an exported game has no such folder any more."""
    if not folder:
        return {}
    names = sorted(str(name) for name in ResourceLoader.list_directory(folder))
    paths = {name.rpartition(".")[0].lower(): f"{folder.rstrip('/')}/{name}" for name in names}
    loaded = {
        word: ResourceLoader.load(path)
        for word, path in paths.items()
        if ResourceLoader.exists(path, "Texture2D")
    }
    return {word: each for word, each in loaded.items() if isinstance(each, Texture2D)}
