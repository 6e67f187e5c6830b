"""Finds the Python packages of a game: the addon's, their requirements, and the game's own."""

from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import Distribution, distribution, distributions
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from .console import Failure
from .denylist import DEVELOPERS_REQUIREMENTS
from .platforms import Platform

if TYPE_CHECKING:
    from packaging.requirements import Requirement

OURS = "npc-video-player"
OUR_PACKAGES = ("godot", "npc_video", "npc_video_player")

_NAMES = {
    "linux": ("linux", "Linux", "posix"),
    "windows": ("win32", "Windows", "nt"),
    "macos": ("darwin", "Darwin", "posix"),
}


def closure(
    folders: Sequence[Path], platform: Platform, python: str, extra: Iterable[str] = ()
) -> list[Distribution]:
    """Returns all packages that a game needs, but for this project's own, ordered by name.

    Args:
        folders: the folders in which packages are installed.
        platform: the platform of the game, which decides on conditional requirements.
        python: the version of its Python, such as "3.11.9".
        extra: requirements of the game itself, such as "shapely" or "rich>=13".

    Raises:
        Failure: one is not installed, in another version than needed, or only as a link to a
            folder in which it is developed.
    """
    # Takes long to load, and only exports need it.
    from packaging.utils import canonicalize_name

    installed = {
        canonicalize_name(each.metadata["Name"]): each
        for each in distributions(path=[str(folder) for folder in folders])
        if each.metadata["Name"]
    }
    found: dict[str, Distribution] = {}
    waiting = [(OURS, text) for text in distribution(OURS).requires or ()]
    waiting += [("the game", text) for text in extra]
    environment = markers(platform, python)
    seen: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        asker, text = waiting.pop()
        requirement = _parsed(text, asker)
        name = canonicalize_name(requirement.name)
        wanted = (name, frozenset(requirement.extras))
        if wanted in seen or name in DEVELOPERS_REQUIREMENTS.get(asker, ()):
            continue
        if requirement.marker and not requirement.marker.evaluate({**environment, "extra": ""}):
            continue
        package = installed.get(name)
        if package is None:
            raise Failure(f"{asker} needs the package {text}, which is not installed: install it.")
        if not requirement.specifier.contains(package.version, prereleases=True):
            raise Failure(
                f"{asker} needs {requirement.name}{requirement.specifier}, and {package.version} is"
                " installed: install the other."
            )
        seen.add(wanted)
        if name != OURS:
            found[name] = package
            waiting += [
                (name, each) for each in _required(package, requirement.extras, environment)
            ]
    return [found[name] for name in sorted(found)]


def package_files(package: Distribution) -> Iterator[tuple[Path, PurePosixPath]]:
    """Yields the installed files of a package, each with its path in the folder of packages.

    Raises:
        Failure: the package does not list its files.
    """
    name = package.metadata["Name"]
    if package.files is None or "__editable__" in " ".join(map(str, package.files)):
        raise Failure(
            f"The package {name} is installed in a way that does not list its files: install it"
            " again with pip, and not as editable."
        )
    for file in package.files:
        yield Path(str(package.locate_file(file))), PurePosixPath(file.as_posix())


def our_files() -> Iterator[tuple[Path, PurePosixPath]]:
    """Yields the files of this project's own packages, which are the same on every platform."""
    root = Path(__file__).parents[2]
    for package in OUR_PACKAGES:
        for path in sorted((root / package).rglob("*")):
            if path.is_file():
                yield path, PurePosixPath(path.relative_to(root).as_posix())


def _parsed(text: str, asker: str) -> "Requirement":
    # Takes long to load, and only exports need it.
    from packaging.requirements import InvalidRequirement, Requirement

    try:
        return Requirement(text)
    except InvalidRequirement as error:
        raise Failure(
            f"{asker} asks for the package {text!r}, which is no name of one: write it as pip does."
        ) from error


def _required(
    package: Distribution, extras: Iterable[str], environment: dict[str, str]
) -> Iterator[str]:
    """Yields the requirements of a package with these extras, without their conditions."""
    for text in package.requires or ():
        requirement = _parsed(text, package.metadata["Name"])
        marker, requirement.marker = requirement.marker, None
        if marker is None or any(
            marker.evaluate({**environment, "extra": extra}) for extra in ("", *extras)
        ):
            yield str(requirement)


def markers(platform: Platform, python: str) -> dict[str, str]:
    """Returns the variables of conditional requirements (PEP 508) for another platform."""
    sys_platform, system, os_name = _NAMES[platform.system]
    machine = {"x86_64": "AMD64", "arm64": "ARM64"} if platform.system == "windows" else {}
    if platform.system == "linux":
        machine = {"arm64": "aarch64"}
    return {
        "implementation_name": "cpython",
        "implementation_version": python,
        "os_name": os_name,
        "platform_machine": machine.get(platform.machine, platform.machine),
        "platform_python_implementation": "CPython",
        "platform_release": "",
        "platform_system": system,
        "platform_version": "",
        "python_full_version": python,
        "python_version": ".".join(python.split(".")[:2]),
        "sys_platform": sys_platform,
    }
