"""Examines everything that the addon needs: the first thing that a developer runs.

Each part has a module. It imports what it examines only then, so a broken part becomes a finding.
"""
