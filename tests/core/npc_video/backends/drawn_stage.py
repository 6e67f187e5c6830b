"""What generators that draw clips here are tried with."""

from .contract import Stage


class Counted:
    """Counts how many clips its generator is making."""

    busy = 0

    async def generate(self, *arguments):
        self.busy += 1
        try:
            return await super().generate(*arguments)
        finally:
            self.busy -= 1


class DrawnStage(Stage):
    """Slow is what a real generator would take."""

    def __init__(self, backend):
        self.backend = backend

    def play(self, what):
        self.backend._simulate_latency = what == "slow"

    def working(self):
        return self.backend.busy
