"""Opens the addon's libraries as the engine does, and prints the Python that they were made for.

This runs as a program of its own, with nothing but the standard library: a library that does not go
with this Python can end the process that opens it.
"""

import ctypes
import sys


def main(libpython: str, loader: str, bridge: str) -> int:
    opened = libpython
    try:
        ctypes.CDLL(libpython, mode=ctypes.RTLD_GLOBAL)
        opened = loader
        _ = ctypes.CDLL(loader).pythonscript_entry
        opened = bridge
        made_for = ctypes.CDLL(bridge).pythonscript_made_for
    except (OSError, AttributeError) as error:
        # Windows does not name the library in its message.
        print(error if opened in str(error) else f"{opened}: {error}")
        return 1
    made_for.restype = ctypes.c_char_p
    print(made_for().decode())
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
