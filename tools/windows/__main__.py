"""Runs the addon as a Windows program, and prints a table of the results.

    python -m tools.windows

Without an engine this runs a small host, and the tests in tests/core. If the variable
`GODOT_WINDOWS` names a Godot for Windows, it also runs the tests inside the engine, and the demo.
"""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

from npc_video.shipping.console import Failure, say
from npc_video.shipping.engine import Engine, parse_version

from tools.engine import find
from tools.windows import finished_game, parts, place, python, wine
from tools.windows.results import Result, table

_ENGINE_S = 120.0  # seconds for it to print its version


def main() -> int:
    try:
        found = wine.find_or_fetch()
        if found is None:
            say(
                "There is no Wine here, so nothing of Windows can run: install wine64 (Debian,"
                " Ubuntu), or run `py run.py check` on Windows itself."
            )
            return 0
        say(f"Wine: {found.why}")
        where = place.make(python.assemble())
        with wine.windows(found, place.FOLDER / "wine") as windows:
            done = list(_run(windows, where))
    except Failure as failure:
        print(failure, file=sys.stderr)
        return 1
    print(table(done))
    return int(any(each.failed for each in done))


def _run(windows: wine.Windows, where: place.Place) -> Iterator[Result]:
    folder = where.loader.parent
    yield parts.host(windows, where, folder, "the environment in the host")
    yield from parts.bundled(windows, where)
    yield parts.core_tests(windows, where)
    if named := os.environ.get("GODOT_WINDOWS"):
        engine = _engine(windows, Path(named).resolve())
        yield from parts.engine_tests(engine, where)
        yield parts.demo(engine, where)
        if here := find():
            program = Path(named).resolve()
            runtime = parts.game_folder(where)
            yield finished_game.finished_game(here, engine, program, runtime, where)


def _engine(windows: wine.Windows, program: Path) -> Engine:
    """Returns the Godot for Windows at this path, as one that runs here.

    Raises:
        Failure: it is none.
    """
    answer = windows.run(program, "--version", cwd=windows.prefix, seconds=_ENGINE_S).output
    if parse_version(answer) is None:
        raise Failure(f"GODOT_WINDOWS names {program}, which is no Godot for Windows: {answer}")
    return Engine(
        windows.wine.program,
        answer.strip().splitlines()[-1],
        "named by the variable GODOT_WINDOWS",
        windows.env,
        (str(program), "--rendering-driver", "opengl3", "--audio-driver", "Dummy"),
    )


if __name__ == "__main__":
    sys.exit(main())
