"""The disk tier when processes are killed, meet each other, or find the disk full."""

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from npc_video.cache import ClipCache
from npc_video.cache.disk import DiskTier
from npc_video.errors import CacheError

from .checks import assert_consistent
from .clips import PRESETS, key_of, make_clip

if sys.platform != "win32":
    import resource

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="the writer forks its children")
needs_limits = pytest.mark.skipif(sys.platform == "win32", reason="no limit to a file's size there")

_ROOT = Path(__file__).parents[4]
_BUDGET = 30_000  # about half of the clips that a writer chooses from
_KILLS = 200
_SECONDS = 600.0  # after which something hangs, however busy the disk is


@contextlib.contextmanager
def writer(folder: Path, count: int) -> Iterator[subprocess.Popen[str]]:
    module = "tests.core.npc_video.cache.writer"
    process = subprocess.Popen(
        [sys.executable, "-m", module, str(folder), str(_BUDGET), str(count)],
        cwd=_ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        errors="replace",
        start_new_session=True,  # so that its children end with it
    )
    try:
        yield process
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def start(process: "subprocess.Popen[str]", seed: int) -> None:
    assert process.stdin is not None
    process.stdin.write(f"{seed}\n")
    process.stdin.flush()


def lines(process: "subprocess.Popen[str]") -> Iterator[list[str]]:
    assert process.stdout is not None
    for line in process.stdout:
        yield line.split()


@needs_fork
def test_a_cache_is_sound_after_each_of_200_kills(tmp_path: Path) -> None:
    chance = random.Random(1)
    deadline = time.perf_counter() + _SECONDS
    told = 0
    with writer(tmp_path, 0) as process:
        for seed in range(_KILLS):
            start(process, seed)
            said = lines(process)
            pid = int(next(said)[1])
            # Anywhere from its first step to the middle of its third clip.
            written = [next(said) for _ in range(chance.randrange(3))]
            time.sleep(chance.uniform(0.0, 0.01))
            os.kill(pid, signal.SIGKILL)
            written += iter(said.__next__, ["end", "-9"])
            kept = assert_consistent(tmp_path, _BUDGET)
            if written:
                number, preset = written[-1]
                assert PRESETS.index(kept[int(number)].preset) >= PRESETS.index(preset)
            told += len(written)
            assert time.perf_counter() < deadline
    assert told >= _KILLS / 2  # they were killed at work
    assert not (tmp_path / "damaged").exists()


def test_the_check_after_a_kill_notices_a_half_written_clip(tmp_path: Path) -> None:
    tier = DiskTier(tmp_path)
    for number in range(3):
        tier.write(key_of(make_clip(number)), make_clip(number))
    tier.close()
    file = next((tmp_path / "clips").iterdir())
    file.write_bytes(file.read_bytes()[:-10])
    with pytest.raises(AssertionError):
        assert_consistent(tmp_path, _BUDGET)


@needs_fork
def test_two_processes_share_a_folder(tmp_path: Path) -> None:
    with writer(tmp_path, 80) as one, writer(tmp_path, 80) as other:
        for seed, process in enumerate((one, other)):
            start(process, seed)
        for process in (one, other):
            said = lines(process)
            assert next(said)[0] == "pid"
            written = list(iter(said.__next__, ["end", "0"]))
            assert len(written) > 20
    assert len(assert_consistent(tmp_path, _BUDGET)) > 5
    assert not (tmp_path / "damaged").exists()


@contextlib.contextmanager
def full_after(size: int) -> Iterator[None]:
    """No file can grow beyond `size` bytes, for all of this process."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@needs_limits
@pytest.mark.parametrize(
    ("limit", "reason"),
    [(60_000, "full"), (0, "full"), (2_000, "disk")],
    ids=["clip", "anything", "index"],
)
def test_a_full_disk_is_told_and_costs_nothing_that_was_there(
    tmp_path: Path, limit: int, reason: str
) -> None:
    cache = ClipCache(disk=DiskTier(tmp_path))
    cache.open()
    old = make_clip(0)
    new = make_clip(1, size=100_000 if limit > 2_000 else 1_000)
    first = cache.put(key_of(old), old)
    assert first is not None
    assert cache.write(first)

    second = cache.put(key_of(new), new)
    assert second is not None
    with full_after(limit), pytest.raises(CacheError, match=reason):
        cache.write(second)
    assert cache.get(key_of(new)) == new
    assert cache.load(key_of(old)) == old
    assert cache.write(second) or cache.is_stored(key_of(new))
    cache.close()
    assert assert_consistent(tmp_path, 1_000_000) == {0: old, 1: new}


@needs_limits
def test_a_disk_that_is_full_from_the_start_leaves_the_memory(tmp_path: Path) -> None:
    cache = ClipCache(disk=DiskTier(tmp_path))
    clip = make_clip()
    with full_after(0):
        with pytest.raises(CacheError):
            cache.open()
        pending = cache.put(key_of(clip), clip)
        assert pending is not None
        with pytest.raises(CacheError):
            cache.write(pending)
        assert cache.get(key_of(clip)) == clip
    assert cache.write(pending)
    cache.close()
    assert_consistent(tmp_path, 1_000_000)
