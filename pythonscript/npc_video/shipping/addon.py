"""Installs the addon in a Godot project, upgrades it, and removes it.

A wheel contains the addon, and projects get a copy. A checkout has it beside its packages, and
projects get a link, so that only one exists. Both lead to the Python that installed them.
"""

import errno
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from ..held_files import is_held
from . import copies, project_files
from .console import RUN_PY, Failure
from .interpreter import SETTINGS, settings_for_this_machine
from .links import is_link, make_link
from .lock import exclusive
from .platforms import BRIDGE, this_platform

NAME = "npc_video_player"
LICENCE = f"LICENSE-{NAME}.txt"  # in the folder of a project that got the addon as a zip

# Beside the addon's folder, because it belongs in the project's repository.
_NOTICE = Path("addons", "npc_video_missing.gd")
_SETTINGS = f"bin/{SETTINGS}"
_IGNORED = {".gitignore": "*\n"}  # a copy leads to one machine: each installs its own
_TITLE = re.compile(r'^name="NPC Video Player"\s*$', re.MULTILINE)
_VERSION = re.compile(r'^version="(.*)"', re.MULTILINE)
_LONGEST_PATH = 4096  # bytes


@dataclass(frozen=True, slots=True)
class Addon:
    """The addon of this Python.

    Attributes:
        folder: its path.
        is_checkout: true in a checkout, so that projects get a link.
    """

    folder: Path
    is_checkout: bool

    @property
    def version(self) -> str:
        found = _VERSION.search((self.folder / "plugin.cfg").read_text("utf-8"))
        assert found is not None
        return found[1]


def our_addon() -> Addon:
    """Returns the addon that belongs to these packages.

    Raises:
        Failure: it does not exist.
    """
    packages = Path(__file__).resolve().parents[2]
    inside, beside = packages / NAME / "addon", packages.parent / "addons" / NAME
    for folder, is_checkout in ((inside, False), (beside, True)):
        if (folder / "plugin.cfg").is_file():
            return Addon(folder, is_checkout)
    raise Failure(
        f"The addon is missing in {inside}: install the package again, with"
        " `pip install --force-reinstall npc-video-player`."
    )


def install(project: Path, addon: Addon) -> None:
    """Installs the addon in a project, upgrades it, or repairs it.

    Raises:
        Failure: there is no project, it cannot be written to, or something else has the addon's
            path.
    """
    bridge = this_platform().library(BRIDGE)
    if not (addon.folder / "bin" / bridge).is_file():
        raise Failure(
            f"The addon has no library for this Python ({bridge}): in a checkout run"
            f" `{RUN_PY} install`, else install the package again."
        )
    with _changing(project):
        if addon.is_checkout:
            link(project, addon.folder)
        else:
            _copy(project, addon, bridge)
        project_files.list_extension(project, project_files.extension_of(NAME))
        project_files.ignore_addon(project, NAME)
        _put_notice(project)


def uninstall(project: Path, addon: Addon) -> Sequence[Path]:
    """Removes the addon from a project; what the game made with it stays.

    Returns:
        Files of the user's in the addon's folder, which stay too.

    Raises:
        Failure: there is no project, it cannot be written to, or something else has the addon's
            path.
    """
    place = _place(project)
    licence = project / LICENCE
    with _changing(project):
        _clear(place, addon.folder)
        project_files.forget_addon(project, NAME)
        _remove_notice(project)
        if licence.is_file() and licence.read_bytes() == (addon.folder / "LICENSE").read_bytes():
            licence.unlink()
    for folder in (place.parent, project / ".godot"):
        with suppress(OSError):  # the folder is not empty
            folder.rmdir()
    return sorted(path for path in place.rglob("*") if not path.is_dir())


def link(project: Path, folder: Path) -> None:
    """Makes the addon of a project a link to `folder`.

    Raises:
        Failure: something else has the addon's path.
    """
    place = _place(project)
    if place.resolve() == folder.resolve():
        return
    _clear(place, folder)
    if place.exists():
        raise Failure(f"{place} holds files of yours: move them away and run this again.")
    make_link(place, folder)


def _copy(project: Path, addon: Addon, bridge: str) -> None:
    place = _place(project)
    texts = {**_IGNORED, _SETTINGS: settings_for_this_machine(bridge)}
    if not _is_folder(place):
        _clear(place, addon.folder)
    elif not _is_ours(place):
        raise _foreign(place)
    copies.write_copy(place, copies.files_of(addon.folder), texts, addon.version)


def _put_notice(project: Path) -> None:
    """Puts the notice into the project that says what it lacks without the addon."""
    notice = project / _NOTICE
    text = Path(__file__).with_name(notice.name).read_bytes()
    if not notice.exists() or (_is_notice(notice) and notice.read_bytes() != text):
        notice.write_bytes(text)


def _remove_notice(project: Path) -> None:
    notice = project / _NOTICE
    if notice.is_file() and _is_notice(notice):
        notice.unlink()
        notice.with_suffix(".gd.uid").unlink(missing_ok=True)


def _is_notice(path: Path) -> bool:
    """Tells whether a file is our notice, of any version."""
    return b"class_name NpcVideoMissing" in path.read_bytes()


def _clear(place: Path, folder: Path) -> None:
    """Removes the addon, a link or a copy, and nothing that belongs to the user."""
    if not os.path.lexists(place):
        return
    if not _is_ours(place):
        raise _foreign(place)
    if _is_folder(place):
        copies.remove_copy(place, [*copies.files_of(folder), *_IGNORED, _SETTINGS])
    else:
        place.unlink()


def _place(project: Path) -> Path:
    return project / "addons" / NAME


def _is_folder(place: Path) -> bool:
    return place.is_dir() and not is_link(place.lstat())


def _is_ours(place: Path) -> bool:
    """Tells whether `place` is the addon, complete or damaged."""
    if is_link(place.lstat()):
        # A broken link is ours if its target has the addon's name.
        return _is_named_so(place.readlink()) or is_addon(place)
    if place.is_dir():
        is_empty = next(place.iterdir(), None) is None
        return is_empty or is_addon(place)
    # On Windows, git checks a link out as such a file.
    with place.open("rb") as file:
        text = file.read(_LONGEST_PATH).decode("utf-8", "replace")
    return "\n" not in text and _is_named_so(Path(text))


def _is_named_so(path: Path) -> bool:
    return path.parts[-2:] == ("addons", NAME)


def check_project(folder: Path) -> None:
    """Checks that a folder is the folder of a project.

    Raises:
        Failure: it is not.
    """
    if not (folder / "project.godot").is_file():
        raise Failure(f"There is no project.godot in {folder}: name the folder of a project.")


def is_addon(folder: Path) -> bool:
    """Tells whether a folder contains the addon, complete or damaged."""
    if (folder / copies.MARKER).is_file():
        return True
    try:
        return bool(_TITLE.search((folder / "plugin.cfg").read_text("utf-8", "replace")))
    except OSError:
        return False


def _foreign(place: Path) -> Failure:
    return Failure(f"{place} is not this addon: move it away and run this again.")


@contextmanager
def _changing(project: Path) -> Iterator[None]:
    """Locks a project for this process; turns OSError into a Failure that says what to do."""
    check_project(project)
    lock = project / ".godot" / f"{NAME}.lock"
    busy = f"Another run is changing the addon in {project}; waiting for it…"
    try:
        with exclusive(lock, busy=busy, remove=True):
            yield
    except OSError as error:
        where = error.filename or project
        if is_held(error):
            mend = "close Godot and whatever else uses it"
        elif error.errno in (errno.ENOSPC, errno.EDQUOT):
            mend = "free some space"
        elif error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            mend = "get write access"
        else:
            mend = "fix that"
        raise Failure(
            f"{where} could not be changed ({error.strerror}): {mend} and run this again."
        ) from error
