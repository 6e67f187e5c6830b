"""Keeps the processes of a farm alive; `local` does so on one machine."""
