"""Turns pointers on a picture into interactions: taps, strokes, circles.

`touches` follows every pointer until it is an interaction, `gestures` recognises the gesture, and
`wandering` simulates a player.
"""
