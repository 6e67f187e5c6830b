"""A module of a package of the game."""

from . import hub

SPOKES = 6
AXLE = hub.AXLE


def turn(times):
    return 1 / times
