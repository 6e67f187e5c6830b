"""Python's life inside the engine: start, frames, threads, printing, a game's modules, end."""
