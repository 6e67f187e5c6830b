"""Saves a picture of each example project, which a script in the engine plays in a copy."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from npc_video.shipping import addon
from npc_video.shipping.console import say
from npc_video.shipping.engine import Engine
from npc_video.shipping.godot import EngineRun, import_project, run_project

from tools.demo_copies import example_copy, saving_in
from tools.paths import ADDON

_SECONDS = 120.0
_SCRIPT = Path(__file__).with_suffix(".gd")


@dataclass(frozen=True)
class Shot:
    """The moment of an example that its picture shows.

    Attributes:
        steps: names of buttons and input actions, for `example_shots.gd`.
        size: of the window.
    """

    steps: tuple[str, ...]
    size: str = "1280x720"


SHOTS: Mapping[str, Shot] = {
    "guard": Shot(("Favour", "Favour", "Bribe", "Ask")),
    "phone_pet": Shot(("Treat",), size="480x1040"),
    "tavern_3d": Shot(("forward=0.82", "treat", "touch")),
    "visual_novel": Shot(("ui_accept",)),
}
"""The moments, by the folder of the example."""


def take(engine: Engine, folder: Path, env: Mapping[str, str]) -> Iterator[EngineRun]:
    """Saves the pictures as `example_….png` in `folder`, and yields the runs that do so.

    Args:
        engine: The Godot to use.
        folder: An existing folder.
        env: Variables that lead to a screen.
    """
    for name, shot in SHOTS.items():
        with example_copy(name) as project:
            addon.link(project, ADDON)
            import_project(engine, project)
            file = folder.resolve() / f"example_{name}.png"
            yield run_project(
                engine,
                project,
                "--resolution",
                shot.size,
                "--script",
                str(_SCRIPT),
                "--",
                f"--shot={file}",
                *shot.steps,
                seconds=_SECONDS,
                env={**env, **saving_in(project.parent)},
                on_line=say,
            )
