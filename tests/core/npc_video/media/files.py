"""Clips that other tools wrote; `README.md` beside them says how each was made."""

from pathlib import Path

FILES = Path(__file__).parents[3] / "data" / "media"
MEDIA_TYPES = {".mp4": "video/mp4", ".webm": "video/webm", ".mkv": "video/x-matroska"}
