"""Names the systems and processors that games run on, in Godot's words."""

import platform
import sys
import sysconfig
from dataclasses import dataclass

from .console import Failure

LOADER, BRIDGE = "pythonscript", "pythonscript_bridge"  # the addon's libraries, without endings

_SUFFIXES = {"linux": ".so", "windows": ".dll", "macos": ".dylib"}
_MACHINES = {"amd64": "x86_64", "aarch64": "arm64"}  # the names in which Godot differs


@dataclass(frozen=True, slots=True)
class Platform:
    """The target of a compiled library.

    Attributes:
        system: "linux", "windows" or "macos".
        machine: "x86_64" or "arm64".
    """

    system: str
    machine: str

    def __str__(self) -> str:
        return f"{self.system}-{self.machine}"

    def library(self, stem: str) -> str:
        """Returns the file name of a shared library, unique among platforms."""
        return f"{stem}.{self.system}.{self.machine}{_SUFFIXES[self.system]}"


PLATFORMS = tuple(Platform(s, m) for s in _SUFFIXES for m in ("x86_64", "arm64"))


def this_platform() -> Platform:
    """Returns the platform that the running Python was compiled for, which may be emulated here.

    Raises:
        Failure: the addon cannot be compiled for it.
    """
    system = {"win32": "windows", "darwin": "macos"}.get(sys.platform, sys.platform)
    machine = sysconfig.get_platform().rpartition("-")[2].lower()
    if machine.startswith("universal"):  # on macOS, which names the processor of this process
        machine = platform.machine()  # noqa: TID251
    return platform_named(f"{system}-{_MACHINES.get(machine, machine)}")


def platform_named(name: str) -> Platform:
    """Returns the platform of a name such as "linux-x86_64".

    Raises:
        Failure: there is none.
    """
    found = next((each for each in PLATFORMS if str(each) == name), None)
    if found is None:
        known = ", ".join(map(str, PLATFORMS))
        raise Failure(f"There is no platform {name} for this addon: choose from {known}.")
    return found
