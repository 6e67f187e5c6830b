"""Registers a game's own classes: tells the engine about their methods, properties and signals, and
answers its calls.
"""
