"""Limits how much generating time is spent on clips that are never shown."""

__all__ = ["SpeculationBudget"]

# Counted as if so many seconds had been spent well before, so that the first mistake is no verdict.
_CREDIT_SECONDS = 20.0
# What lies long back counts less: half after about 70 jobs.
_MEMORY = 0.99


class SpeculationBudget:
    """Keeps what is generated and never shown below a part of the generators' time.

    The closer the waste comes to the budget, the likelier a clip has to be to be made at all.

    Args:
        share: of all generating time, above 0.
        least: how likely a clip must be in any case, 0 to 1.
    """

    def __init__(self, share: float = 0.3, least: float = 0.1):
        self._share = share
        self._least = least
        self._all = _CREDIT_SECONDS
        self._unused = 0.0

    def spent(self, seconds: float, *, speculative: bool) -> None:
        """A backend has worked on a job."""
        self._all = self._all * _MEMORY + seconds
        self._unused = self._unused * _MEMORY + (seconds if speculative else 0.0)

    def used(self, seconds: float) -> None:
        """A speculation that took so long is shown: it was not wasted."""
        self._unused = max(0.0, self._unused - seconds)

    @property
    def least_probability(self) -> float:
        """How likely it must be that a clip is needed for it to be worth making, 0 to 1."""
        part = self._unused / self._all / self._share
        return min(1.0, self._least + (1.0 - self._least) * part**3)
