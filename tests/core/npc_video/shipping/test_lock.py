import subprocess
import sys
from pathlib import Path

import pytest

from tools.paths import ROOT

HOLDER = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
from pathlib import Path
from npc_video.shipping.lock import exclusive
with exclusive(Path("folder/lock"), busy="waiting"):
    print("held", flush=True)
    sys.stdin.read()
"""


def holder(folder: Path) -> subprocess.Popen[str]:
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", HOLDER]
    return subprocess.Popen(command, cwd=folder, stdin=pipe, stdout=pipe, stderr=pipe, text=True)


@pytest.mark.parametrize("killed", [False, True])
def test_the_second_waits_for_the_first_and_says_so(tmp_path: Path, killed: bool) -> None:
    with holder(tmp_path) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == "held\n"
        with holder(tmp_path) as second:
            assert second.stderr is not None
            assert second.stdout is not None
            assert second.stderr.readline() == "waiting\n"
            first.kill() if killed else first.communicate()
            assert second.stdout.readline() == "held\n"
            second.communicate()
