"""Plays clips: pictures in textures, their sound, and the canvas item that shows them."""
