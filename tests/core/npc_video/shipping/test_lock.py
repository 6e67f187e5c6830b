import subprocess
import sys
from pathlib import Path

import pytest
from npc_video.shipping.console import Failure
from npc_video.shipping.lock import exclusive

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
    return subprocess.Popen(
        command, cwd=folder, stdin=pipe, stdout=pipe, stderr=pipe, text=True, errors="replace"
    )


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


def test_a_lock_file_is_removed_and_who_waited_locks_the_next_one(tmp_path: Path) -> None:
    lock = tmp_path / "folder" / "lock"
    with exclusive(lock, busy="", remove=True):
        second = holder(tmp_path)
        assert second.stderr is not None
        assert second.stderr.readline() == "waiting\n"
    with second:
        assert second.stdout is not None
        assert second.stdout.readline() == "held\n"
        with holder(tmp_path) as third:
            assert third.stderr is not None
            assert third.stderr.readline() == "waiting\n"
            second.communicate()
            third.communicate()
    with exclusive(lock, busy="", remove=True):
        assert lock.exists()
    assert not lock.exists()


def test_a_lock_file_is_removed_after_an_error_too(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no"), exclusive(tmp_path / "lock", busy="", remove=True):
        raise ValueError("no")
    assert not (tmp_path / "lock").exists()


def test_who_does_not_wait_fails_with_the_message(tmp_path: Path) -> None:
    with holder(tmp_path) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == "held\n"
        lock = tmp_path / "folder" / "lock"
        with pytest.raises(Failure, match="taken"), exclusive(lock, busy="taken", waits=False):
            pass
        first.communicate()
