"""Encodes and decodes clips in memory: the only package that uses FFmpeg (through PyAV)."""
