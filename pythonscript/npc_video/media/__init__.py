"""Frames to clips and back, in memory: the only place that talks to FFmpeg (through PyAV)."""
