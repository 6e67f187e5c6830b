"""What a game saves as a resource: NPCs, response graphs and backends."""
