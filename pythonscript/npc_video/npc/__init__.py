"""One NPC: who it is, and which clip answers an interaction.

`profile` holds what a game sets, `evaluator` runs the NPC's graph and keeps what the NPC remembers,
`doubts` warns of words that nothing knows, `rehearsal` lets an author try an NPC.
"""
