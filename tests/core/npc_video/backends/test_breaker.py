from npc_video.backends.breaker import Breaker


def test_jobs_that_fail_together_are_one_failure_of_the_host():
    breaker = Breaker(3, 5.0)
    for _ in range(10):
        breaker.failed(0.0)
    assert breaker.opens_at == 5.0


def test_a_trial_that_fails_doubles_the_pause():
    breaker = Breaker(3, 5.0)
    for _ in range(3):
        breaker.failed(0.0)
    assert breaker.lets_through(5.0)
    breaker.started()
    breaker.failed(6.0)
    assert breaker.opens_at == 16.0
