"""Players, graphs and generators under a virtual clock, around the decisions that ship."""
