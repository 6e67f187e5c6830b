"""Has the name of a module of Python's own, which comes first."""

IS_THE_GAME_S = True
