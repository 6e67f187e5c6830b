"""The engine's classes and functions cross the border, made of the class table when first used."""
