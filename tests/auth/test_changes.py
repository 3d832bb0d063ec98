"""What changes in the database counts on every worker within a second, and never silently too late."""

import asyncio
from collections.abc import Callable
from urllib.parse import urlsplit

import asyncpg
import pytest

from app.access.features import Role
from app.access.guards import Grants
from app.auth.authenticate import Authenticator
from app.auth.issuers import DEVELOPMENT_ISSUER
from app.auth.personas import NORTHWIND
from app.auth.revocation import Revocations
from app.auth.watch import READ_EVERY_S, STALE_AFTER_S, Watch
from app.database.pool import Pool
from app.errors import CallerError, ErrorCode
from tests.auth.conftest import bearer, new_worker, recruiter, running
from tests.conftest import TestServer


async def _until(holds: Callable[[], bool]) -> None:
    """Wait for it; ten seconds without it are a failure, since this machine may be busy."""
    async with asyncio.timeout(10):
        while not holds():  # noqa: ASYNC110 - what is waited for happens in the database
            await asyncio.sleep(0.02)


async def _let_in(workers: list[Authenticator], header: bytes) -> list[Grants]:
    grants = [await worker.grants(header) for worker in workers]
    assert [worker.cached(header) for worker in workers] == grants
    return grants


async def _refusals(workers: list[Authenticator], header: bytes) -> set[str]:
    said = set()
    for worker in workers:
        with pytest.raises(CallerError) as refused:
            await worker.grants(header)
        said.add(refused.value.message)
    return said


def test_a_change_is_looked_for_at_least_twice_a_second() -> None:
    assert READ_EVERY_S <= 0.5


async def test_a_revoked_token_is_refused_on_every_worker(workers: list[Authenticator]) -> None:
    header, other = recruiter(), recruiter()
    await _let_in(workers, header)
    await _let_in(workers, other)
    async with running(*workers):
        claims = await workers[0].verifier.verify(header.decode().split()[1])
        await workers[0].revocations.revoke_token(claims.issuer, claims.token_id, claims.expires_at)
        assert workers[0].cached(header) is None
        await _until(lambda: workers[1].cached(header) is None)
        assert await _refusals(workers, header) == {"The token is refused: it was revoked."}
        await _let_in(workers, other)


async def test_a_revoked_subject_is_refused_with_every_token_it_had(workers: list[Authenticator]) -> None:
    had = [bearer(Role.STAFF), bearer(Role.SUPPORT)]
    of_another = bearer(Role.STAFF, subject="another")
    for header in [*had, of_another]:
        await _let_in(workers, header)
    async with running(*workers):
        await workers[1].revocations.revoke_subject(DEVELOPMENT_ISSUER, "somebody")
        await _until(lambda: all(workers[0].cached(header) is None for header in had))
        for header in had:
            assert await _refusals(workers, header) == {"The token is refused: it was revoked."}
        await _let_in(workers, of_another)


async def test_a_subject_may_come_back_with_a_token_issued_after_its_revocation(
    authenticator: Authenticator, owner: asyncpg.Connection
) -> None:
    await authenticator.revocations.revoke_subject(DEVELOPMENT_ISSUER, "somebody")
    await _refusals([authenticator], bearer(Role.STAFF))
    await owner.execute("update token_revocation set revoked_at = now() - interval '1 minute'")
    later = Revocations(authenticator.revocations._pool)
    await later.watch.read_now()
    claims = await authenticator.verifier.verify(bearer(Role.STAFF).decode().split()[1])
    assert authenticator.revocations.is_revoked(claims)
    assert not later.is_revoked(claims)


async def test_one_issuers_revocation_says_nothing_of_anothers_tokens(authenticator: Authenticator) -> None:
    header = bearer(Role.STAFF)
    claims = await authenticator.verifier.verify(header.decode().split()[1])
    await authenticator.revocations.revoke_subject("https://idp.example", claims.subject)
    await authenticator.revocations.revoke_token("https://idp.example", claims.token_id, claims.expires_at)
    assert (await authenticator.grants(header)).roles == {Role.STAFF}


async def test_a_worker_that_starts_later_knows_what_was_revoked(
    workers: list[Authenticator], pool: Pool
) -> None:
    header = bearer(Role.STAFF)
    await workers[0].revocations.revoke_subject(DEVELOPMENT_ISSUER, "somebody")
    late = new_worker(pool)
    await late.start()
    await _refusals([late], header)


async def test_a_revocation_committed_after_a_later_one_is_not_missed(
    authenticator: Authenticator, database: str
) -> None:
    header = bearer(Role.STAFF)
    claims = await authenticator.verifier.verify(header.decode().split()[1])
    slow = await asyncpg.connect(database)
    try:
        async with slow.transaction():
            await slow.execute(
                "insert into token_revocation (kind, value, expires_at) values ('jti', $1, now() + '1 h')",
                f"{claims.issuer} {claims.token_id}",
            )
            await authenticator.revocations.revoke_token("https://idp.example", "later", claims.expires_at)
            await authenticator.revocations.watch.read_now()
            assert (await authenticator.grants(header)).roles == {Role.STAFF}
        await authenticator.revocations.watch.read_now()
        await _refusals([authenticator], header)
    finally:
        await slow.close()


async def test_revocations_that_have_settled_are_not_read_again(
    authenticator: Authenticator, owner: asyncpg.Connection
) -> None:
    await owner.execute(
        """insert into token_revocation (kind, value, revoked_at, expires_at)
           select 'jti', 'i ' || n, now() - interval '1 minute' + n * interval '2 ms', now() + interval '1 h'
           from generate_series(1, 12000) as n"""
    )
    revocations = authenticator.revocations
    await revocations.watch.read_now()
    assert len(revocations._tokens) == 12_000
    revocations._tokens.clear()
    await authenticator.revocations.revoke_token("i", "new", 4_000_000_000)
    revocations._tokens.clear()
    await revocations.watch.read_now()
    assert list(revocations._tokens) == [("i", "new")]


async def test_expired_revocations_are_removed_and_living_ones_stay(
    authenticator: Authenticator, owner: asyncpg.Connection
) -> None:
    revocations = authenticator.revocations
    await revocations.revoke_token("i", "old", 1_600_000_000)
    await revocations.revoke_subject("i", "somebody")
    await revocations.purge()
    assert await owner.fetchval("select array_agg(value) from token_revocation") == ["i somebody"]
    assert (revocations._tokens, list(revocations._subjects)) == ({}, [("i", "somebody")])


@pytest.mark.parametrize(
    "change",
    [
        "update seat set is_admin = true where urn = 'urn:li:seat:7001'",
        "update seat set state = 'PARKED' where urn = 'urn:li:seat:7001'",
        "update contract set activated = false",
        "update integration set state = 'DISABLED'",
        "update integration set company_wide_access = true",
        "update integration set job_posting_viewers = 'ALL_PRODUCT_USERS'",
        "update integration set application_viewers = 'ALL_PRODUCT_USERS'",
        "update seat set member_urn = 'urn:li:person:somebody'",
        "insert into entity_acl select company_id, partner_name, 'APPLICATION', 'a', 'team' from integration",
        "update company set name = 'Northwind Traders' where name = 'Northwind'",
        "update partner set supported_features = '{}'",
    ],
)
async def test_a_changed_fact_counts_on_every_worker(
    workers: list[Authenticator], owner: asyncpg.Connection, change: str
) -> None:
    header = recruiter()
    before = await _let_in(workers, header)
    async with running(*workers):
        await owner.execute(change)
        await _until(lambda: all(worker.cached(header) is None for worker in workers))
        after = await _let_in(workers, header)
    assert after[0].viewer == after[1].viewer
    assert after[0].viewer != before[0].viewer


async def test_a_removed_seat_is_refused_on_every_worker(
    workers: list[Authenticator], owner: asyncpg.Connection
) -> None:
    header = recruiter()
    await _let_in(workers, header)
    async with running(*workers):
        await owner.execute("delete from seat where urn = 'urn:li:seat:7001'")
        await _until(lambda: all(worker.cached(header) is None for worker in workers))
        assert await _refusals(workers, header) == {
            "The token is refused: its company has no such seat (claim seat)."
        }


async def test_a_company_that_changed_its_urn_answers_to_the_new_one_only(
    workers: list[Authenticator], owner: asyncpg.Connection
) -> None:
    old, new = bearer(Role.STAFF), bearer(Role.STAFF, company="urn:li:organization:1002")
    await _let_in(workers, old)
    async with running(*workers):
        await owner.execute("update company set urn = 'urn:li:organization:1002' where name = 'Northwind'")
        await _until(lambda: all(worker.cached(old) is None for worker in workers))
        assert len(await _refusals(workers, old)) == 1
        await _let_in(workers, new)


async def test_what_began_to_be_read_before_a_change_is_given_to_nobody_who_asks_after_it(
    authenticator: Authenticator, owner: asyncpg.Connection, database: str
) -> None:
    facts = authenticator.facts
    locker = await asyncpg.connect(database)
    try:
        async with locker.transaction():
            await locker.execute("lock table company in access exclusive mode")
            asked_before = asyncio.create_task(facts.company(NORTHWIND))
            await asyncio.sleep(0.05)
            await owner.execute("update facts_version set version = version + 1")
            await facts.watch.read_now()
            assert not asked_before.done()
            asked_after = asyncio.create_task(facts.company(NORTHWIND))
            await asyncio.sleep(0)
    finally:
        await locker.close()
    before, after = await asked_before, await asked_after
    assert before is not None
    assert before is not after
    assert await facts.company(NORTHWIND) is after


async def test_many_who_ask_at_once_make_one_reading(authenticator: Authenticator) -> None:
    answers = await asyncio.gather(*(authenticator.facts.company(NORTHWIND) for _ in range(50)))
    assert len({id(answer) for answer in answers}) == 1


async def test_without_the_database_what_is_remembered_counts_for_seconds_only(
    authenticator: Authenticator, server: TestServer, database: str
) -> None:
    header = recruiter()
    known = await authenticator.grants(header)
    watches = (authenticator.facts.watch, authenticator.revocations.watch)
    name = urlsplit(database).path[1:]
    await server.run(
        f'alter database "{name}" allow_connections false',
        f"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'",
    )
    for watch in watches:
        with pytest.raises(CallerError):
            await watch.read_now()
    assert authenticator.cached(header) is known

    for watch in watches:
        read_at = watch._good_at
        watch._good_at -= STALE_AFTER_S
        assert authenticator.cached(header) is None
        with pytest.raises(CallerError) as refused:
            await authenticator.grants(header)
        assert (refused.value.code, refused.value.status) == (ErrorCode.DATABASE_UNAVAILABLE, 503)
        watch._good_at = read_at
        assert authenticator.cached(header) is known
    for watch in watches:
        watch._good_at -= STALE_AFTER_S

    async with running(authenticator):
        await server.run(f'alter database "{name}" allow_connections true')
        await _until(lambda: all(watch.is_fresh for watch in watches))
        assert authenticator.cached(header) is known


async def test_a_watch_that_is_stale_reads_once_for_all_who_wait() -> None:
    seconds, readings = [0.0], []

    async def read() -> None:
        readings.append(seconds[0])
        await asyncio.sleep(0)

    watch = Watch("something", read, clock=lambda: seconds[0])
    assert not watch.is_fresh
    await asyncio.gather(*(watch.ensure_fresh() for _ in range(10)))
    seconds[0] = 4.9
    await watch.ensure_fresh()
    assert readings == [0.0]
    seconds[0] = 5.0
    await asyncio.gather(*(watch.ensure_fresh() for _ in range(10)))
    assert readings == [0.0, 5.0]
