"""Drawing with the engine: canvas items, how they fill an area, themes, shaders and textures."""
