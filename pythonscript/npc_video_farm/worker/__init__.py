"""Drives a generator for the farm: takes orders, makes clips, and hands them in.

`body` reads a request, `run` works on it, `news` tells how far it is, and `heartbeat` that the
worker lives. The brain decides who works on what.
"""
