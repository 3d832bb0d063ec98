"""When LinkedIn is left alone, and when it is asked again."""

import pytest

from app.linkedin.breaker import FAILURES_TO_OPEN, OPEN_MAX_S, OPEN_S, Breaker, BreakerState
from app.linkedin.faults import NotAsked, SourceFault, Throttled
from tests.linkedin.conftest import Times


def fail(breaker: Breaker) -> None:
    with pytest.raises(SourceFault, match="it failed"), breaker.call():
        raise SourceFault("it failed")


def succeed(breaker: Breaker) -> None:
    with breaker.call():
        pass


def opened(times: Times) -> Breaker:
    breaker = Breaker(clock=lambda: times.seconds)
    for _ in range(FAILURES_TO_OPEN):
        fail(breaker)
    return breaker


def is_refused(breaker: Breaker) -> bool:
    try:
        succeed(breaker)
    except NotAsked:
        return True
    return False


def test_failures_in_a_row_open_it_and_others_do_not() -> None:
    breaker = Breaker()
    for _ in range(10):
        for _ in range(FAILURES_TO_OPEN - 1):
            fail(breaker)
        succeed(breaker)
    assert breaker.state is BreakerState.CLOSED
    assert is_refused(opened(Times()))


def test_a_probe_that_goes_well_closes_it() -> None:
    times = Times()
    breaker = opened(times)
    times.pass_by(seconds=OPEN_S)
    succeed(breaker)
    assert breaker.state is BreakerState.CLOSED


def test_there_is_one_probe_at_a_time() -> None:
    times = Times()
    breaker = opened(times)
    times.pass_by(seconds=OPEN_S)
    with breaker.call():
        assert is_refused(breaker)
    assert not is_refused(breaker)


def test_each_probe_that_fails_doubles_the_wait_to_a_limit() -> None:
    times = Times()
    breaker = opened(times)
    wait_s = OPEN_S
    for _ in range(8):
        times.pass_by(seconds=wait_s - 0.1)
        assert is_refused(breaker)
        times.pass_by(seconds=0.1)
        fail(breaker)
        wait_s = min(2 * wait_s, OPEN_MAX_S)
    times.pass_by(seconds=wait_s)
    succeed(breaker)
    for _ in range(FAILURES_TO_OPEN):
        fail(breaker)
    times.pass_by(seconds=OPEN_S)
    assert not is_refused(breaker)


def test_a_probe_that_is_broken_off_decides_nothing() -> None:
    times = Times()
    breaker = opened(times)
    times.pass_by(seconds=OPEN_S)
    with pytest.raises(KeyboardInterrupt), breaker.call():
        raise KeyboardInterrupt
    assert breaker.state is BreakerState.OPEN
    assert not is_refused(breaker)


def test_being_throttled_is_no_failure() -> None:
    breaker = Breaker()
    for _ in range(2 * FAILURES_TO_OPEN):
        with pytest.raises(Throttled), breaker.call():
            raise Throttled(1)
    assert breaker.state is BreakerState.CLOSED


def test_what_was_under_way_when_it_opened_prolongs_nothing() -> None:
    times = Times()
    breaker = Breaker(clock=lambda: times.seconds)
    late = breaker.call()
    late.__enter__()
    for _ in range(FAILURES_TO_OPEN):
        fail(breaker)
    times.pass_by(seconds=OPEN_S - 1)
    assert not late.__exit__(SourceFault, SourceFault("late"), None)
    times.pass_by(seconds=1)
    assert not is_refused(breaker)
