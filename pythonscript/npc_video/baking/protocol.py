"""The words that `npc-video bake` and the engine that it starts have for each other."""

__all__ = ["BAKING", "EMBEDDED", "NO_SESSION", "SAYS"]

BAKING = "npc-video-bake"
"""The argument by which the engine knows what it was started for; JSON follows as the next."""

EMBEDDED = "embedded"
"""The name of the embedded generator."""

SAYS = "npc-video bake: "
"""What lines of the engine's log begin with that are for the command; JSON follows."""

NO_SESSION = "{} does not exist: set a player's session_file, and play."
"""Why nothing is baked where the file of a playthrough is not there."""
