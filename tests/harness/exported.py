"""Projects run as finished games are: by an export template, from the folder it lies in.

Templates take no `--path`; one looks for its game where it is itself.
"""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from npc_video.shipping.engine import Engine
from npc_video.shipping.godot import EngineRun, find_faults
from npc_video.shipping.process import stream

_NAME = "game"
_SECONDS = 120.0


def release_template(engine: Engine) -> Path | None:
    """Return the release template of this engine for this machine, None if it has none.

    Godot's own are for all versions in one folder of the user's.
    """
    version = engine.version.split(".official")[0]
    data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    machine = "arm64" if os.uname().machine == "aarch64" else "x86_64"
    own = Path(data, "godot", "export_templates", version, f"linux_release.{machine}")
    return next((path for path in (engine.template, own) if path and path.is_file()), None)


def play_finished(
    engine: Engine, template: Path, project: Path, env: Mapping[str, str]
) -> EngineRun:
    """Plays the project in this folder, which gets a copy of the template.

    Args:
        env: Variables beside ours and the engine's own, such as a screen's.
    """
    game = project / _NAME
    shutil.copy2(template, game)
    finished = stream(
        [game, *engine.args],
        cwd=project,
        env={**os.environ, **engine.env, **env},
        seconds=_SECONDS,
        on_line=lambda line: None,
    )
    faults = tuple(find_faults(finished.output.splitlines()))
    return EngineRun(finished.exit_code, finished.output, faults)
