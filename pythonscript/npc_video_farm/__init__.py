"""The farm: many games share one pool of workers that generate clips.

Valkey keeps the jobs, object storage keeps the clips, `npc_video` generates and decides. Nothing in
`npc_video` imports this package, so that a game's runtime carries none of it.
"""
