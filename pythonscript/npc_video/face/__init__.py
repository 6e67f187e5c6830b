"""The procedural face: an NPC that reacts before, between and without generated clips.

`pose` gives the state of the face in numbers that do not depend on pixels. `ember` draws a pose
with NumPy on a `canvas`. A shader can draw the same pose.
"""
