"""Compiles the bridge into the wheel, which then needs no compiler and no checkout.

The addon's folder goes in as `npc_video_player/addon`, from where `npc-video install` copies it.
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_ADDON = "npc_video_player/addon"
_STUBS = "npc_video/shipping/stubs"


class CustomBuildHook(BuildHookInterface[Any]):
    """Adds files to a wheel that pyproject.toml cannot list."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return  # the checkout has its own, made by run.py
        root = Path(self.root)
        sys.path[:0] = [str(root), str(root / "pythonscript")]
        from npc_video.shipping.encoders import stub_for
        from npc_video.shipping.platforms import this_platform

        from tools import native

        platform = this_platform()
        self._made = TemporaryDirectory()
        compiled = Path(self._made.name)
        libraries = native.compile_libraries(compiled, platform)
        included = {path: f"{_ADDON}/bin/{path.name}" for path in libraries}
        stub = stub_for(platform, compiled)
        native.compile_encoder_stub(stub, platform)
        included[stub] = f"{_STUBS}/{stub.name}"
        addon = root / "addons" / "npc_video_player"
        for path in sorted(addon.rglob("*")):
            inside = path.relative_to(addon)
            if path.is_file() and inside.parts[0] != "bin":  # the files there lead to one machine
                included[path] = f"{_ADDON}/{inside.as_posix()}"
        build_data["force_include"].update({str(path): name for path, name in included.items()})
        minor = f"cp{sys.version_info.major}{sys.version_info.minor}"
        build_data["tag"] = f"{minor}-{minor}-{native.wheel_platform(platform)}"
        build_data["pure_python"] = False

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        if version != "editable":
            self._made.cleanup()
