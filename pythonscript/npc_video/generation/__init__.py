"""What is generated when: the queue, the plan for idle time, retries, and the core that joins them.

Everything here decides and does nothing: methods take the time and return what is to be started,
stopped and told. The manager does that in the game, the simulator under a virtual clock.
"""
