"""Converts objects: the Python objects that stand for the engine's, and the lifetimes of both.

Signals, callables, singletons and typed containers belong here too.
"""
