"""A farm, whose generators many games share."""
