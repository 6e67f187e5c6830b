"""The engine's classes and functions, made from the class table on first use."""
