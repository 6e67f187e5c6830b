"""Python's life inside the engine: start, frames, threads, output, a game's modules, end."""
