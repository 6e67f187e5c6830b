"""The reason for not doing what a request asks."""

__all__ = ["Refusal"]


class Refusal(Exception):
    """A request is not granted.

    Attributes:
        status: of the response.
        retry_after: seconds after which to ask again; None if that is of no use.
        outcome: a word for metrics.
    """

    def __init__(
        self, status: int, message: str, *, outcome: str, retry_after: float | None = None
    ):
        super().__init__(message)
        self.status = status
        self.outcome = outcome
        self.retry_after = retry_after
