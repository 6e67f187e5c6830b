"""A value crosses the border: numbers, texts, vectors, lists, dictionaries and packed arrays become
Variants and come back.
"""
