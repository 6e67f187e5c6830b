"""The parts that run inside the game."""
