"""The conversation of a running game with the graph editor, without the engine that carries it.

`messages` has the words of both, `watch` decides for the game when to speak, `games` knows for the
editor who is there. A game that nobody watches sends nothing when its NPCs react.
"""
