"""Decides which clip is made next, and where: rules without I/O, for games, pools and farms.

A `Policy` applies all of them to many tenants and workers. A game's queue and a pool of hosts have
their own data, and use single rules.
"""
