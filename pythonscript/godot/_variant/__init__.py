"""Converts values: numbers, strings, vectors, lists, dictionaries and packed arrays become Variants
and back.
"""
