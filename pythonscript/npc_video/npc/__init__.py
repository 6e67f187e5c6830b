"""A single NPC: its identity, and its answers to interactions.

`profile` has the game's settings of an NPC, `evaluator` runs its graph and keeps its memory,
`doubts` warns of unknown words, and `rehearsal` lets an author try an NPC. `recording` writes and
reads files of played sessions, and `replay` plays these again.
"""
