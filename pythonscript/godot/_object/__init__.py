"""An object crosses the border: what stands for it in Python, and how long each of the two lives.

With it come signals, callables, singletons, and containers whose elements have a type.
"""
