"""Sources of clips. `base` is the contract; the others are kinds of generators, or shared parts."""
