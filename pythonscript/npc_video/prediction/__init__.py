"""Predicts the player's next interactions, and the clips that they will need."""
