"""A package of the game."""

from .wheel import SPOKES as SPOKES
