"""A pool that works within a transaction of somebody else's."""

from uuid import UUID

import asyncpg
import pytest

from app.database.held import HeldPool
from app.database.pool import Pool
from app.ids import uuid7

INSERT = "insert into company values ($1, $2, 'A company')"
URN = "urn:li:organization:7"
AS_BYTES = "select convert_to(name, 'UTF8') from company where company_id = $1"
READ = "select name from company where company_id = $1"


async def test_what_is_written_is_seen_within_and_goes_with_the_transaction_around_it(pool: Pool) -> None:
    company = uuid7()

    async def write_and_fail() -> None:
        async with pool.transaction(company) as connection:
            held = HeldPool(pool, company, connection)
            async with held.transaction(company) as within:
                await within.execute(INSERT, company, URN)
            assert [row["name"] for row in await held.fetch(company, READ, [company])] == ["A company"]
            assert await held.fetch_bytes(company, AS_BYTES, [company]) == b"A company"
            assert await pool.fetch(company, READ, [company]) == []
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await write_and_fail()
    assert await pool.fetch(company, READ, [company]) == []


async def test_what_fails_within_takes_nothing_else_with_it(pool: Pool, owner: asyncpg.Connection) -> None:
    company = uuid7()
    async with pool.transaction(company) as connection:
        held = HeldPool(pool, company, connection)
        async with held.acquire(company) as same:
            await same.execute(INSERT, company, URN)
        with pytest.raises(asyncpg.UniqueViolationError):
            async with held.transaction(company) as within:
                await within.execute(INSERT, company, URN)
    assert await owner.fetchval(READ, company) == "A company"


async def test_another_company_is_asked_for_in_the_pool_beneath(pool: Pool) -> None:
    company, other = uuid7(), uuid7()
    bound = "select bound_company() as id"
    async with pool.transaction(company) as connection:
        held = HeldPool(pool, company, connection)
        async with held.transaction(other) as elsewhere:
            assert elsewhere is not connection
            assert await elsewhere.fetchval(bound) == UUID(int=other.int)
        assert (await held.fetch(other, bound))[0]["id"] == UUID(int=other.int)
        assert (await held.fetch(company, bound))[0]["id"] == UUID(int=company.int)
