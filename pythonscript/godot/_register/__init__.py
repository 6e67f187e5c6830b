"""A game's own class crosses the border: the engine is told of its methods, properties and signals,
and calls them.
"""
