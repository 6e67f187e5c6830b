"""Properties of nodes and resources: who may set them, and who hears of it."""
