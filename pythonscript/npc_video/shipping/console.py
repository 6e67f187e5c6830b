"""What the developer at the terminal reads: progress on stderr, and one sentence for each failure.

Standard output stays free for results, such as the demo's closing line of JSON.
"""

import sys


class Failure(Exception):
    """One sentence that says what is wrong and what to do; shown without a traceback."""


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
