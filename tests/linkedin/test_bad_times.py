"""Members from a LinkedIn that is slow, down, throttled or beside itself: no pile-up, nothing wrong kept."""

import asyncio
import time

import psutil
import pytest
from structlog.testing import capture_logs

from app.linkedin.breaker import FAILURES_TO_OPEN, BreakerState
from tests.linkedin.conftest import CONNECTIONS, TIMEOUT_S, Linked


def state_of(linked: Linked) -> BreakerState:
    return linked.source.people.breaker.state


def sockets_to(linked: Linked) -> int:
    port = int(linked.simulator.url.rpartition(":")[2])
    return sum(
        1
        for connection in psutil.Process().net_connections("tcp")
        if connection.raddr and connection.raddr.port == port and connection.status != "CLOSE_WAIT"
    )


async def test_a_call_that_may_be_retried_is(linked: Linked) -> None:
    await linked.bring(1)
    linked.linkedin.calls.forget()
    linked.turn(flap_every=1)
    await linked.bring(2)
    assert await linked.bring(3) == []
    assert linked.calls == 3
    assert set(await linked.cached()) == {"1", "2", "3"}


@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_passing_errors_are_retried_once(linked: Linked, status: int) -> None:
    linked.turn(error_rate=1, error_status=status)
    await linked.bring(1)
    assert linked.linkedin.calls.by_status[status] == 2


@pytest.mark.parametrize("status", [400, 403, 404, 410])
async def test_other_errors_are_not_retried_and_close_no_account(linked: Linked, status: int) -> None:
    await linked.bring(1)
    linked.turn(error_rate=1, error_status=status)
    assert await linked.bring(1, 2) == [f"LinkedIn answered {status}."] * 2
    assert linked.calls == 2
    assert set(await linked.cached()) == {"1"}
    assert not (await linked.cached())["1"]["is_closed"]


async def test_wrong_credentials_are_tried_once_more_and_no_oftener(linked: Linked) -> None:
    linked.turn(error_rate=1, error_status=401)
    assert await linked.bring(1) == ["LinkedIn does not take our credentials."]
    assert linked.linkedin.calls.by_path.total() <= 2


async def test_while_it_is_left_alone_no_request_writes_a_line_into_the_log(linked: Linked) -> None:
    linked.turn(down=True)
    with capture_logs() as logged:
        for number in range(30):
            await linked.bring(number + 1)
    assert state_of(linked) is BreakerState.OPEN
    assert {line["event"] for line in logged} == {"members_not_fetched"}
    assert len(logged) <= FAILURES_TO_OPEN


async def test_it_is_down_the_breaker_opens_and_closes_when_it_is_back(linked: Linked) -> None:
    linked.turn(down=True)
    for number in range(10):
        assert len(await linked.bring(number + 1)) == 1
    assert state_of(linked) is BreakerState.OPEN
    assert linked.linkedin.calls.by_path.total() == FAILURES_TO_OPEN
    assert await linked.bring(1) == ["LinkedIn has failed several times and is left alone for the moment."]
    linked.turn(down=False)
    linked.source.people.breaker._open_until = float("-inf")
    assert await linked.bring(1) == []
    assert state_of(linked) is BreakerState.CLOSED


async def test_it_is_slow_and_nobody_waits_longer_than_they_want(linked: Linked) -> None:
    linked.turn(latency_ms=10_000)
    begun = time.monotonic()
    assert await linked.bring(1, within_s=0.1) == ["LinkedIn did not answer in time."]
    assert time.monotonic() - begun < TIMEOUT_S
    # What was asked for is under way still, and nobody asks for it again.
    assert await linked.bring(1, within_s=0.1) == ["LinkedIn did not answer in time."]
    assert linked.linkedin.calls.by_path.total() == 1


async def test_a_crowd_before_a_slow_linkedin_does_not_pile_up(linked: Linked) -> None:
    linked.turn(latency_ms=10_000)
    process = psutil.Process()
    before, seen = process.memory_info().rss, 0

    async def ask(number: int) -> None:
        nonlocal seen
        await linked.bring(*range(number * 50, number * 50 + 50), within_s=0.2)
        seen = max(seen, sockets_to(linked))

    for _ in range(3):
        await asyncio.gather(*(ask(number) for number in range(1, 61)))
    assert seen <= CONNECTIONS + 1
    assert linked.linkedin.calls.at_once_max <= CONNECTIONS + 1
    async with asyncio.timeout(10):
        while linked.source._under_way:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    assert state_of(linked) is BreakerState.OPEN
    assert linked.linkedin.calls.by_path.total() < 20
    assert process.memory_info().rss - before < 50_000_000


async def test_flapping_brings_what_can_be_had(linked: Linked) -> None:
    linked.turn(flap_every=2)
    for number in range(1, 21):
        await linked.bring(number)
    assert len(await linked.cached()) >= 12
    assert state_of(linked) is BreakerState.CLOSED


async def test_being_throttled_is_waited_for_if_there_is_time(linked: Linked) -> None:
    await linked.bring(1)
    linked.turn(calls_a_second=1, retry_after_s=1)
    answers = [await linked.bring(number) for number in (2, 3)]
    assert answers == [[], []]
    assert linked.linkedin.calls.by_status[429] <= 1


async def test_while_it_asks_for_patience_nobody_asks_it(linked: Linked) -> None:
    await linked.bring(1)
    linked.turn(calls_a_second=1, retry_after_s=60)
    linked.linkedin.calls.forget()
    answers = [await linked.bring(number) for number in range(2, 12)]
    assert answers[-1] == ["LinkedIn takes no more calls for the moment."]
    assert linked.linkedin.calls.by_status[429] == 1
    assert state_of(linked) is BreakerState.CLOSED


@pytest.mark.parametrize("answers", ["malformed", "half", "empty", "endless", "wrong-ids"])
async def test_what_cannot_be_read_is_not_kept(linked: Linked, answers: str) -> None:
    await linked.bring(1)
    kept = await linked.cached()
    linked.turn(answers=answers)
    linked.times.pass_by(hours=2)
    assert len(await linked.bring(1, 2)) == 2
    assert await linked.cached() == kept
    linked.turn(answers="right")
    assert await linked.bring(1, 2) == []


async def test_an_endless_answer_is_read_to_its_limit_only(linked: Linked) -> None:
    before = psutil.Process().memory_info().rss
    linked.turn(answers="endless")
    for _ in range(3):
        await linked.bring(1)
    assert psutil.Process().memory_info().rss - before < 100_000_000


async def test_the_same_twice_is_kept_once(linked: Linked) -> None:
    linked.turn(answers="duplicates")
    assert await linked.bring(1, 2) == []
    assert (await linked.cached())["1"]["first_name"] == "Zoë"


async def test_connections_are_used_again_after_all_that(linked: Linked) -> None:
    for knobs in ({"latency_ms": 10_000}, {"answers": "half"}, {"down": True}):
        linked.turn(**{"latency_ms": 0, "answers": "right", "down": False, **knobs})
        await linked.bring(1)
    linked.turn(latency_ms=0, answers="right", down=False)
    linked.source.people.breaker._open_until = float("-inf")
    for number in range(2, 12):
        assert await linked.bring(number) == []
    assert sockets_to(linked) <= CONNECTIONS + 1
