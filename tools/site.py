"""Builds the documentation's site from `docs/`, as `mkdocs.yml` says, into `build/site`."""

import re
import subprocess
import sys
from pathlib import Path

from npc_video.shipping.console import Failure, say

from tools.environment import PYTHON
from tools.paths import ROOT

_COLOUR = re.compile(r"\x1b\[[\d;]*m")

_UNREADABLE = "griffe: "  # how a line about a docstring begins; strict mode lets it pass


def build(root: Path = ROOT) -> None:
    """Builds the site of the checkout in `root`.

    Raises:
        Failure: a link, an anchor or a documented name does not exist, or a docstring is not in the
            form of the others.
    """
    say("Building the documentation's site…")
    done = subprocess.run(
        # Without its cache, which hides the mistakes of pages that are as they were.
        [PYTHON, "-m", "zensical", "build", "--strict", "--clean"],
        cwd=root,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    told = _COLOUR.sub("", done.stdout).partition("Traceback (most recent call last)")[0]
    if done.returncode or _UNREADABLE in told:
        print(told, file=sys.stderr)
        raise Failure("The documentation has the mistakes above.")
    say(f"The site is in {root / 'build' / 'site'}.")
