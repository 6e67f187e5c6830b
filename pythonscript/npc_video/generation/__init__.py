"""Decides what to generate and when: queue, plan for idle time, retries, and the core joining them.

Nothing here does I/O. Methods take the time, and return what to start, to stop and to report. The
manager carries that out in the game, and the simulator does so with a virtual clock.
"""
