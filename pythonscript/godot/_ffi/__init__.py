"""The engine's C interface: errors, strings, types and names, for every layer above."""
