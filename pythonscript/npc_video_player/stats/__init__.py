"""Statistics: of one player, of the game, in the overlay and in the debugger."""
