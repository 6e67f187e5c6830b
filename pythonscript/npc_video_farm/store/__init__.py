"""Keeps jobs in Valkey and clips in object storage; the other rooms know neither."""
