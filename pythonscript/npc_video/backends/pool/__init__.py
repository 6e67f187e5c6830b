"""Combines several hosts into one backend.

`plan` assigns jobs to hosts, `backend` carries the plan out, `host` records the pace of one host,
and `wanted` has the listeners of a clip.
"""
