import pytest
from npc_video.errors import (
    ClipTooLargeError,
    GenerationCancelledError,
    GenerationFailedError,
    GenerationInvalidError,
    GenerationRefusedError,
    GeneratorOverloadedError,
    GeneratorUnreachableError,
)
from npc_video_farm.worker.failures import failure_of


def begun(error):
    error.has_begun = True
    return error


@pytest.mark.parametrize(
    ("error", "kind", "may_retry", "is_untouched"),
    [
        (GenerationRefusedError("no"), "refused", False, False),
        (GenerationInvalidError("no"), "invalid", False, False),
        (ClipTooLargeError("no"), "too_large", False, False),
        (GenerationFailedError("no"), "failed", True, False),
        (GenerationCancelledError("no"), "failed", True, False),
        (GeneratorUnreachableError("no"), "unavailable", True, True),
        (GeneratorOverloadedError("no"), "unavailable", True, True),
        (begun(GeneratorUnreachableError("no")), "unavailable", False, False),
        (ValueError("no"), "failed", True, False),
    ],
)
def test_errors_have_a_kind(error, kind, may_retry, is_untouched):
    failure = failure_of(error, finishes_started=False)
    assert (failure.kind, failure.may_retry, failure.is_untouched) == (
        *(kind, may_retry),
        is_untouched,
    )
    assert "no" in failure.text


def test_what_costs_money_is_begun_once():
    assert not failure_of(GenerationFailedError("no"), finishes_started=True).may_retry
    assert not failure_of(ValueError("no"), finishes_started=True).may_retry
    assert failure_of(GeneratorUnreachableError("no"), finishes_started=True).is_untouched
