"""Sources of clips. `base` is the contract; every other module belongs to one kind of generator."""
