"""Several hosts as one backend.

`plan` decides which `host` makes which clip, `backend` has it done for all who `wanted` it.
"""
