"""What all players of a game share: threads, decoders, managers, caches and memories of NPCs."""
