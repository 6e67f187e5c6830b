"""From pointers on a picture to interactions: taps, strokes, circles.

`touches` follows every pointer and says when it has become an interaction, `gestures` says which;
`wandering` plays a player.
"""
