"""What is in the game itself."""
