"""Exports the demo as a finished game, the way users export theirs.

python -m tools.exported_demo DIR
"""

import sys
from pathlib import Path

from npc_video.shipping import addon
from npc_video.shipping.console import Failure, say
from npc_video.shipping.engine import Engine
from npc_video.shipping.export import Exported, export, exported
from npc_video.shipping.platforms import this_platform

from tools.demo_copies import demo_copy
from tools.engine import find

_PRESETS = {"linux": "Linux", "windows": "Windows", "macos": "macOS"}
_NAMES = {"linux": "Ember.x86_64", "windows": "Ember.exe", "macos": "Ember.zip"}


def export_demo(engine: Engine, folder: Path) -> Exported:
    """Exports the demo for this system into `folder`.

    Raises:
        Failure: the export failed, or the game does not run.
    """
    with demo_copy("exported_demo") as project:
        addon.install(project, addon.our_addon())
        use_template(project, engine)
        system = this_platform().system
        return export(engine, project, _PRESETS[system], folder / _NAMES[system], on_line=say)


def use_template(project: Path, engine: Engine) -> None:
    """Names the template of an engine that finds none itself in all presets of a project."""
    if engine.template is not None:
        presets = project / "export_presets.cfg"
        line = f'custom_template/release="{engine.template}"\n'
        named = presets.read_text("utf-8").replace("options]\n", f"options]\n{line}")
        presets.write_text(named, "utf-8")


def main(folder: str) -> int:
    try:
        engine = find()
        if engine is None:
            raise Failure("Godot was not found: `python3 run.py engine` gets one.")
        say(exported(export_demo(engine, Path(folder))))
    except (Failure, OSError) as failure:
        say(str(failure))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
