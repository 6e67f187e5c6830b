"""What several test files need."""

from godot import ResourceLoader


def mirror():
    """An object of GDScript that shows what arrives there; see mirror.gd."""
    return ResourceLoader.load("res://mirror.gd").new()
