"""What the developer at the terminal reads: progress on stderr, and one sentence for each failure.

Standard output stays free for results, such as the demo's closing line of JSON.
"""

import io
import sys

# How a developer with a checkout starts it. On Windows `python3` opens the Store's page of Python.
RUN_PY = "py run.py" if sys.platform == "win32" else "python3 run.py"


class Failure(Exception):
    """One sentence that says what is wrong and what to do; shown without a traceback."""


def print_anything() -> None:
    """Have `print` show what the console or the pipe has no character for as a question mark.

    Windows' pipes know a few hundred characters, and the first other one would be an error.
    Standard error shows them as escapes by itself.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
