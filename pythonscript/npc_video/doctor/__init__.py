"""Looks whether all that the addon needs is there and works: what a developer runs first.

Each part has a module, which loads what it examines only then: what is broken becomes a finding.
"""
