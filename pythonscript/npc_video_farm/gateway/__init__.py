"""The farm's door: takes requests of games over HTTP, and hands out clips.

Several gateways may run side by side; each can be lost, because the store keeps all that matters.
"""
