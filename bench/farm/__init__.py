"""The players, the simulation, the drive and the chart of `run.py bench farm`."""
