"""The picture of one player: clips that arrive, fallbacks that cover the time until then."""
