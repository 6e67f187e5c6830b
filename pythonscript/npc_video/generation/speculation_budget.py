"""Limits the generating time spent on clips that are never shown."""

__all__ = ["SpeculationBudget"]

# Counted as well-spent seconds before the start, so that the first mistake weighs little.
_CREDIT_SECONDS = 20.0
# The weight of the past after each job: half after about 70 jobs.
_MEMORY = 0.99


class SpeculationBudget:
    """Keeps wasted clips below a part of the generators' time.

    The closer the waste is to the budget, the likelier a clip must be needed to be generated.

    Args:
        share: of all generating time, above 0.
        least: the lowest accepted probability, 0 to 1.
    """

    def __init__(self, share: float = 0.3, least: float = 0.1):
        self._share = share
        self._least = least
        self._all = _CREDIT_SECONDS
        self._unused = 0.0

    def spent(self, seconds: float, *, speculative: bool) -> None:
        """Records a backend's work on a job."""
        self._all = self._all * _MEMORY + seconds
        self._unused = self._unused * _MEMORY + (seconds if speculative else 0.0)

    def used(self, seconds: float) -> None:
        """Notes that a speculation which took this long is shown, so it was not wasted."""
        self._unused = max(0.0, self._unused - seconds)

    @property
    def least_probability(self) -> float:
        """The lowest probability, 0 to 1, at which a clip is worth making ahead."""
        part = self._unused / self._all / self._share
        return min(1.0, self._least + (1.0 - self._least) * part**3)
