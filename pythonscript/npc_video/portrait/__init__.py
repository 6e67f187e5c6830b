"""An NPC's own picture, moved: what the embedded generator makes of a portrait.

`sizes` says how large its clips are, `figure` reads the picture, `warp` moves it as a `FacePose`
says, `tints` colours it, `skin` is what its lids are of, `painter` puts the pictures together.
"""
