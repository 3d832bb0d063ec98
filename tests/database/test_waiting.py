"""Whoever waits for a connection is served in turn: the companies evenly, and each within its time."""

import asyncio
from uuid import UUID

import pytest

from app.database.pool import Pool
from app.database.slot import NO_COMPANY, Slot
from app.database.waiting import CUT_S, SHARE_MIN, STANDING_S, WaitingLine
from app.errors import ErrorCode
from tests.database.test_pool import BACKEND, CONTOSO, NORTHWIND, THIRD, refused


async def test_one_who_waits_gets_a_connection_of_his_company_before_it_is_bound_anew(database: str) -> None:
    async with Pool(database, size=1) as pool:
        order: list[UUID] = []

        async def wait(company: UUID) -> None:
            async with pool.acquire(company):
                order.append(company)

        async with pool.acquire(NORTHWIND):
            waiting = [asyncio.create_task(wait(company)) for company in 4 * (CONTOSO, NORTHWIND)]
            await asyncio.sleep(0)
        await asyncio.gather(*waiting)

        assert order == 4 * [NORTHWIND] + 4 * [CONTOSO]


async def test_nobody_is_passed_over_for_ever(database: str) -> None:
    async with Pool(database, size=1) as pool:
        order: list[UUID] = []

        async def wait(company: UUID) -> None:
            async with pool.acquire(company):
                order.append(company)

        async with pool.acquire(NORTHWIND):
            waiting = [asyncio.create_task(wait(company)) for company in (CONTOSO, *20 * (NORTHWIND,))]
            await asyncio.sleep(0)
        await asyncio.gather(*waiting)

        assert order.index(CONTOSO) < 5


async def test_companies_that_wait_are_served_evenly_whoever_floods(database: str) -> None:
    async with Pool(database, size=2) as pool:
        order: list[UUID] = []

        async def wait(company: UUID) -> None:
            async with pool.acquire(company):
                order.append(company)
                await asyncio.sleep(0)

        async with pool.acquire(NORTHWIND), pool.acquire(NORTHWIND):
            crowd = [*200 * (NORTHWIND,), *20 * (CONTOSO,), *20 * (THIRD,)]
            waiting = [asyncio.create_task(wait(company)) for company in crowd]
            await asyncio.sleep(0)
        await asyncio.gather(*waiting)

        assert len(order) == 240
        for served in (20, 40, 60):
            shares = [order[:served].count(company) for company in (NORTHWIND, CONTOSO, THIRD)]
            assert max(shares) - min(shares) <= 4, shares
        assert set(order[72:]) == {NORTHWIND}


async def test_who_left_the_line_or_waited_too_long_is_counted_no_more(database: str) -> None:
    async with Pool(database, size=1, acquire_timeout_ms=150, waiting_max=5) as pool:
        async with pool.acquire(NORTHWIND):
            waiting = [asyncio.create_task(pool.fetch(CONTOSO, BACKEND)) for _ in range(3)]
            waiting += [asyncio.create_task(pool.fetch(NORTHWIND, BACKEND)) for _ in range(2)]
            await asyncio.sleep(0)
            assert pool.state().waiting == 5
            waiting[0].cancel()
            waiting[3].cancel()
            await asyncio.wait(waiting[:1])
            assert pool.state().waiting == 3
            late = [await refused(one) for one in (waiting[1], waiting[2], waiting[4])]
            assert {error.code for error in late} == {ErrorCode.OVERLOADED}
            assert pool.state().waiting == 0
        assert await pool.fetch_bytes(CONTOSO, BACKEND) is not None


class Clock:
    """The time, which goes on when told."""

    def __init__(self) -> None:
        self.now_s = 1_000.0

    def __call__(self) -> float:
        return self.now_s


FIRST, SECOND, THIRD_KEY = 1, 2, 3


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def line(clock: Clock) -> WaitingLine:
    """A line of which six may stand."""
    return WaitingLine(timeout_ms=60_000, waiting_max=1_000, standing_max=6, clock=clock)


def join(line: WaitingLine, key: int, number: int) -> None:
    for _ in range(number):
        line.join(key)


def serve(line: WaitingLine, number: int, bound_to: int = FIRST) -> None:
    for _ in range(number):
        waiter = line.next_for(bound_to)
        assert waiter is not None
        waiter.future.set_result(Slot())


async def test_a_burst_waits_however_long_it_is(line: WaitingLine, clock: Clock) -> None:
    for _ in range(200):
        assert not line.turns_away(FIRST)
        line.join(FIRST)
    clock.now_s += STANDING_S * 0.9
    assert not line.turns_away(FIRST)


async def test_a_queue_that_stands_is_cut_to_a_few(line: WaitingLine, clock: Clock) -> None:
    join(line, FIRST, 200)
    clock.now_s += STANDING_S
    assert line.turns_away(FIRST)
    serve(line, 194)
    assert line.turns_away(FIRST)
    serve(line, 1)
    assert not line.turns_away(FIRST)
    line.join(FIRST)
    assert line.turns_away(FIRST)


async def test_a_queue_that_was_empty_in_between_does_not_stand(line: WaitingLine, clock: Clock) -> None:
    for _ in range(10):
        join(line, FIRST, 20)
        clock.now_s += STANDING_S * 0.9
        serve(line, 20)
    assert not line.turns_away(FIRST)


async def test_companies_share_what_may_stand_and_each_is_cut_for_itself(
    line: WaitingLine, clock: Clock
) -> None:
    join(line, FIRST, 100)
    clock.now_s += STANDING_S
    join(line, SECOND, 20)
    assert line.turns_away(FIRST)
    assert not line.turns_away(SECOND)  # A burst, whatever others do.
    assert not line.turns_away(THIRD_KEY)
    serve(line, 115)
    join(line, SECOND, 2)
    assert (line.length, line.companies) == (7, 2)
    assert line.turns_away(FIRST)
    clock.now_s += STANDING_S
    assert not line.turns_away(SECOND)
    line.join(SECOND)
    assert line.turns_away(SECOND)
    assert not line.turns_away(THIRD_KEY)


async def test_however_many_companies_wait_each_may(line: WaitingLine, clock: Clock) -> None:
    for key in range(50):
        join(line, key, SHARE_MIN)
    clock.now_s += STANDING_S
    assert all(line.turns_away(key) for key in range(50))
    serve(line, 50, NO_COMPANY)
    assert not any(line.turns_away(key) for key in range(50))


async def test_who_comes_again_all_at_once_is_no_new_burst(line: WaitingLine, clock: Clock) -> None:
    join(line, FIRST, 20)
    clock.now_s += STANDING_S
    assert line.turns_away(FIRST)
    serve(line, 20)
    clock.now_s += CUT_S * 0.9
    join(line, FIRST, 6)
    assert line.turns_away(FIRST)
    serve(line, 6)
    clock.now_s += CUT_S * 1.1  # Nobody was refused for as long.
    join(line, FIRST, 20)
    assert not line.turns_away(FIRST)
