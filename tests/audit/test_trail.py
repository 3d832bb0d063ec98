"""The audit trail: only ever longer, each entry bound to the one before it, and nobody's personal data."""

import asyncio
import hashlib
import json

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.audit import BrokenEntry, record, verify
from app.database.pool import Pool
from app.ids import CompanyId, own_urn, uuid7
from tests.sync.companies import live_company, urn_of

ENTRIES = "select * from audit_entry where company_id = $1 order by sequence"


async def write(pool: Pool, company: CompanyId, *actions: str, **more: str) -> None:
    said: dict[str, str | None] = {"actor": "idp:1", "subject": "urn:li:seat:1", "detail": None, **more}
    for action in actions:
        async with pool.transaction(company) as connection:
            await record(
                connection,
                company,
                actor=str(said["actor"]),
                action=action,
                subject=str(said["subject"]),
                detail=said["detail"],
            )


async def test_an_untouched_trail_verifies(pool: Pool, company: CompanyId) -> None:
    assert await verify(pool, company) is None
    await write(pool, company, *(f"thing.done{n}" for n in range(5)))
    assert await verify(pool, company) is None


async def test_numbers_and_hashes_can_be_checked_by_anybody_who_has_the_entries(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection
) -> None:
    await write(pool, company, "a.first", "a.second", detail="oneClickExportCompanyWide = true, „so“\t\x1f")
    previous = b""
    for number, row in enumerate(await owner.fetch(ENTRIES, company), 1):
        assert row["sequence"] == number
        micros = await owner.fetchval("select (extract(epoch from $1::timestamptz) * 1e6)::bigint", row["at"])
        said = [str(company), number, str(row["id"]), micros]
        said += [row["actor"], row["action"], row["subject"], row["detail"]]
        previous = hashlib.sha256(previous + json.dumps(said, ensure_ascii=False).encode()).digest()
        assert row["hash"] == previous


@pytest.mark.parametrize(
    "change",
    [
        "actor = 'somebody else'",
        "action = 'a.nothing'",
        "subject = 'urn:li:seat:9'",
        "detail = 'harmless'",
        "at = at - interval '1 microsecond'",
    ],
)
async def test_a_changed_entry_shows(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection, change: str
) -> None:
    await write(pool, company, "a.first", "a.second", "a.third")
    await owner.execute(f"update audit_entry set {change} where company_id = $1 and sequence = 2", company)
    entry = (await owner.fetch(ENTRIES, company))[1]
    assert await verify(pool, company) == BrokenEntry(sequence=2, id=entry["id"])


async def test_an_entry_whose_hash_was_made_to_fit_shows_at_the_next(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection
) -> None:
    await write(pool, company, "a.first", "a.second", "a.third")
    await owner.execute(
        "update audit_entry set action = 'a.nothing' where company_id = $1 and sequence = 2", company
    )
    await owner.execute(
        """
        update audit_entry e
        set hash = audit_hash(before.hash, e)
        from audit_entry before
        where e.company_id = $1 and e.sequence = 2 and before.company_id = $1 and before.sequence = 1
        """,
        company,
    )
    broken = await verify(pool, company)
    assert broken is not None
    assert broken.sequence == 3


@pytest.mark.parametrize(("gone", "missing"), [(1, 1), (2, 2), (3, 3)])
async def test_an_entry_that_was_taken_out_shows_even_the_last_one(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection, gone: int, missing: int
) -> None:
    await write(pool, company, "a.first", "a.second", "a.third")
    await owner.execute("delete from audit_entry where company_id = $1 and sequence = $2", company, gone)
    assert await verify(pool, company) == BrokenEntry(sequence=missing, id=None)


async def test_an_entry_that_was_slipped_in_or_a_head_that_was_taken_away_shows(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection
) -> None:
    await write(pool, company, "a.first", "a.second")
    await owner.execute("alter table audit_entry disable trigger chained")
    key = uuid7()
    await owner.execute(
        "insert into audit_entry select company_id, $2, at, actor, action, subject, detail, 3, hash "
        "from audit_entry where company_id = $1 and sequence = 2",
        company,
        key,
    )
    assert await verify(pool, company) == BrokenEntry(sequence=3, id=key)
    await owner.execute("delete from audit_head where company_id = $1", company)
    assert await verify(pool, company) == BrokenEntry(sequence=1, id=None)


async def test_entries_written_at_once_stand_one_behind_the_other(
    database: str, company: CompanyId, owner: asyncpg.Connection
) -> None:
    async with Pool(database, size=4) as pool:
        await asyncio.gather(*(write(pool, company, f"a.number{n}") for n in range(20)))
        assert await verify(pool, company) is None
    assert [row["sequence"] for row in await owner.fetch(ENTRIES, company)] == list(range(1, 21))


async def test_an_entry_that_was_rolled_back_leaves_no_gap(pool: Pool, company: CompanyId) -> None:
    await write(pool, company, "a.first")
    transaction = pool.transaction(company)
    connection = await transaction.__aenter__()
    await record(connection, company, actor="a", action="a.second", subject="urn:li:seat:1")
    await transaction.__aexit__(RuntimeError, RuntimeError(), None)
    await write(pool, company, "a.third")
    assert await verify(pool, company) is None


async def test_each_company_has_a_trail_of_its_own(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection
) -> None:
    other = await live_company(owner)
    await write(pool, company, "a.first", "a.second")
    await write(pool, other, "a.first")
    assert [row["sequence"] for row in await owner.fetch(ENTRIES, other)] == [1]
    await owner.execute("update audit_entry set actor = 'x' where company_id = $1", other)
    assert await verify(pool, company) is None
    assert await verify(pool, other) is not None


async def test_the_service_can_neither_change_the_trail_nor_choose_an_entrys_place(
    pool: Pool, company: CompanyId
) -> None:
    await write(pool, company, "a.first")
    for statement in (
        "update audit_entry set actor = 'x'",
        "delete from audit_entry",
        "truncate audit_entry",
        "update audit_head set sequence = 0",
        "delete from audit_head",
        "select inner_key from company_key",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with pool.transaction(company) as connection:
                await connection.execute(statement)
    async with pool.transaction(company) as connection:
        await connection.execute(
            "insert into audit_entry values ($1, $2, now(), 'a', 'a.second', 's', null, 77, 'x')",
            company,
            uuid7(),
        )
    assert await verify(pool, company) is None


async def test_people_and_what_the_ats_sent_are_kept_as_keyed_hashes(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection
) -> None:
    candidate, integration = own_urn("candidate", uuid7()), own_urn("integration", uuid7())
    clear = ["urn:li:contract:1", "urn:li:seat:1", await urn_of(owner, company), integration, "settings"]
    hashed = [candidate, "urn:li:person:m1", own_urn("job", uuid7()), "someone@example.com"]
    for subject in clear + hashed:
        await write(pool, company, "a.done", subject=subject, actor="mia@example.com", detail="to mia@x.org")
    rows = await owner.fetch(ENTRIES, company)
    assert [row["subject"] for row in rows[: len(clear)]] == clear
    for row, subject in zip(rows[len(clear) :], hashed, strict=True):
        assert row["subject"] != subject
        assert subject.rsplit(":", 1)[-1] not in row["subject"]
    assert rows[len(clear)]["subject"].startswith("urn:rsc:candidate:hashed:")
    assert {row["actor"].split(":")[0] for row in rows} == {"hashed"}
    assert all("mia" not in str(dict(row)) for row in rows)
    assert await verify(pool, company) is None


async def test_a_keyed_hash_is_the_companys_own_and_always_the_same(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection
) -> None:
    other = await live_company(owner)
    ask = "select keyed_hash($1, 'cand-1')"
    async with pool.acquire(company) as connection:
        ours = await connection.fetchval(ask, company)
        assert await connection.fetchval(ask, company) == ours
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.fetchval(ask, other)
    assert await owner.fetchval(ask, other) != ours
    assert await owner.fetchval(ask, company) == ours
    assert ours != hashlib.sha256(b"cand-1").hexdigest()[:32]


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(detail=st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=60))
async def test_any_text_verifies_as_it_was_written(pool: Pool, company: CompanyId, detail: str) -> None:
    await write(pool, company, "a.done", detail=detail)
    assert await verify(pool, company) is None
