"""What Python prints, in the engine's log."""

import logging
import subprocess
import sys
import warnings

from lives import Recording


def printed(log):
    return "".join(message for message, _ in log._messages)


def test_print(test):
    with Recording() as log:
        print("one", 2, "grüße 😀")
        print("three\nfour")
        print()
    assert printed(log) == "one 2 grüße 😀\nthree\nfour\n\n"
    assert not any(is_error for _, is_error in log._messages)


def test_half_a_line_waits_for_its_other_half(test):
    with Recording() as log:
        print("half", end="")
        sys.stdout.flush()
        assert printed(log) == ""
        print(" and half")
    assert printed(log) == "half and half\n"


def test_standard_error(test):
    with Recording() as log:
        print("oops", file=sys.stderr)
        warnings.warn("mind the step", stacklevel=1)
        logging.getLogger("test").warning("and the gap")
    assert "oops" in printed(log)
    assert "mind the step" in printed(log)
    assert "and the gap" in printed(log)
    assert all(is_error for _, is_error in log._messages)


def test_any_text_can_be_printed(test):
    with Recording() as log:
        print("a\0b", "c\ud800d", "x" * 100_000)
    assert printed(log) == "a\N{REPLACEMENT CHARACTER}b c?d " + "x" * 100_000 + "\n"


def test_child_processes_can_have_the_streams(test):
    command = [sys.executable, "-c", "print('from a child')"]
    assert subprocess.run(command, stdout=sys.stdout, stderr=sys.stderr, check=True).returncode == 0
    assert sys.stdout.encoding == "utf-8"
    assert not sys.stdout.isatty()
