"""Endurance test: plays the demo fast while everything that it relies on fails in turn.

`inside` plays, in a copy of the demo's project; the other modules run outside the game. `account`,
`ledger`, `watch` and `verdict` decide without I/O what went wrong.
"""
