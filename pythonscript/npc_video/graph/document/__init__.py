"""A response graph as a text that is edited: the part of a graph editor without a window.

`spans` finds the place of every value, `document` shows the nodes and wires of any text, and
`operations` changes only the lines that an edit is about.
"""
