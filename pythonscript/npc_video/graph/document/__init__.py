"""A response graph as a text that is edited: the part of a graph editor without a window.

`spans` finds the place of every value, and `document` the nodes and wires of any text.
`operations` and `field_operations` are the edits; `splicing` changes only the lines that must.
"""
