"""Shares threads, decoders, managers, caches and memories of NPCs among all players of a game."""
