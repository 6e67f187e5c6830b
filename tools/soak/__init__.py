"""Endurance: the demo played fast for a long time while all that it relies on fails in turn.

`inside` plays it, in a copy of the demo's project; everything else stands around it. What went
wrong is decided in `account`, `ledger`, `trend` and `verdict`, which touch nothing.
"""
