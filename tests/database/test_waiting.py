"""Whoever waits for a connection is served in turn: the companies evenly, and each within its time."""

import asyncio
from uuid import UUID

from app.database.pool import Pool
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
        assert set(order[66:]) == {NORTHWIND}


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
