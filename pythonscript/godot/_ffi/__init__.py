"""The engine's C interface: what every room above needs for errors, texts, types and names."""
