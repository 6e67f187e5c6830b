"""Runs the addon as a Windows program on a Linux machine, under Wine, and reports the results."""
