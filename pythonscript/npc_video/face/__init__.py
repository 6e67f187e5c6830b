"""The procedural face: an NPC that reacts before, between and without generated clips.

`pose` says what the face does, in numbers free of pixels; `ember` draws such a pose with NumPy on a
`canvas`. A shader can draw the same pose: only `pose` is shared.
"""
