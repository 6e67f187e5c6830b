"""The environment variables of a farm's processes."""

__all__ = ["CLIPS", "STORE"]

STORE = "NPC_VIDEO_FARM_STORE"
"""The address of the Valkey; here a password is off the list of processes."""
CLIPS = "NPC_VIDEO_FARM_CLIPS"
"""The place of the clips."""
