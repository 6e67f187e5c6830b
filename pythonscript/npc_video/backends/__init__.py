"""Where clips come from. `base` is the contract; every other module is one kind of generator."""
