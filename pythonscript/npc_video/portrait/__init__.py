"""Animates an NPC's own picture, for the embedded generator.

`sizes` chooses the size of its clips, `figure` reads the picture, `warp` moves it by a `FacePose`,
`tints` colours it, `skin` paints the skin for its lids, and `painter` combines them.
"""
