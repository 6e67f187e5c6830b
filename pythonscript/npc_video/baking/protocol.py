"""The protocol between `npc-video bake` and the engine that it starts."""

__all__ = ["BAKING", "EMBEDDED", "FARM_TOKEN", "NO_SESSION", "SAYS"]

BAKING = "npc-video-bake"
"""The argument that tells the engine its task; JSON follows as the next argument."""

EMBEDDED = "embedded"
"""The name of the embedded generator."""

FARM_TOKEN = "NPC_FARM_TOKEN"
"""The environment variable with the token for a farm."""

SAYS = "npc-video bake: "
"""The prefix of lines of the engine's log that are for the command; JSON follows."""

NO_SESSION = "{} does not exist: set a player's session_file, and play."
"""The message for a missing session file."""
