"""Shows the picture of one player: clips that arrive, and fallbacks until then."""
