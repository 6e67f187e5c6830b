"""Simulates players, graphs and generators under a virtual clock, with the shipped decisions."""
