"""What the player is likely to do next, and which clips that would need."""
