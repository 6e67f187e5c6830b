"""Draws with the engine: canvas items, stretching, themes, shaders and textures."""
