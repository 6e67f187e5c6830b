"""Decides which worker makes which clip: one brain at a time, by the policy that games run too.

`ledger` tells the policy what happened and turns its decisions into actions, without I/O; `brain`
leads, reads and acts.
"""
