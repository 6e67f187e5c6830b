"""Defines the resources that a game saves: NPCs, response graphs and backends."""
