"""Commands for developers of this project; nothing here ships with a game.

Modules that `run.py` imports before the virtual environment exists use the standard library only.
"""
