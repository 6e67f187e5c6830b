"""The commands of `npc-video farm`: each module's `run` gets its parsed options.

Only the one that is run is imported, so that the processes of a farm stay small.
"""
