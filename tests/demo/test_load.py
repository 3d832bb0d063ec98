"""Loading: the same everywhere, once, whole, and without touching what is not the demo's."""

import asyncpg
import pytest

from app.auth.keys import new_signing_key
from app.database.pool import Pool
from app.demo import load_demo
from app.demo.applications import ORIGINS_MAX, ensure_demo_applications, register_ats_origins
from app.errors import CallerError, ErrorCode
from tests.conftest import TestServer
from tests.demo.conftest import content_hash, load


class InterruptedLoadError(Exception):
    pass


async def test_two_machines_get_the_same_demo_and_see_how_far_it_is(
    demo_dsn: str, database: str, pool: Pool
) -> None:
    seen: dict[str, list[tuple[int, int]]] = {}

    def progress(label: str, done: int, total: int) -> None:
        seen.setdefault(label, []).append((done, total))

    summary = await load_demo(database, pool, progress=progress)
    assert summary.loaded
    assert await content_hash(database) == await content_hash(demo_dsn)
    assert list(seen) == ["Drawing people", "Adding members", "Syncing records", "Matching and recommending"]
    for steps in seen.values():
        done = [step for step, _ in steps]
        assert done[0] == 0
        assert done == sorted(done)
        assert done[-1] == steps[-1][1] == steps[0][1]


async def test_a_second_load_does_nothing(server: TestServer, demo_template: str) -> None:
    async with server.copy_of(demo_template) as dsn:
        before = await content_hash(dsn)
        connection = await asyncpg.connect(dsn)
        await connection.execute(
            "update candidate set source = 'by a visitor' where external_id = 'cand-0002'"
        )
        summary = await load(dsn)
        assert not summary.loaded
        kept = await connection.fetchval("select source from candidate where external_id = 'cand-0002'")
        assert kept == "by a visitor"
        await connection.close()
        after = await content_hash(dsn)
        assert {table for table in after if after[table] != before[table]} == {"candidate"}


@pytest.mark.parametrize("phase", ["Syncing records", "Matching and recommending"])
async def test_an_interrupted_load_is_made_whole_by_the_next(
    database: str, demo_dsn: str, pool: Pool, phase: str
) -> None:
    def stop_half_way(label: str, done: int, total: int) -> None:
        if label == phase and done * 2 >= total:
            raise InterruptedLoadError

    with pytest.raises(InterruptedLoadError):
        await load_demo(database, pool, progress=stop_half_way)
    interrupted = await content_hash(database)
    assert interrupted["member"].startswith("3000 ")
    summary = await load_demo(database, pool)
    assert summary.loaded
    assert await content_hash(database) == await content_hash(demo_dsn)


async def test_fresh_takes_away_what_visitors_added_and_nothing_of_others(
    server: TestServer, demo_template: str, demo_dsn: str
) -> None:
    async with server.copy_of(demo_template) as dsn:
        owner = await asyncpg.connect(dsn)
        await owner.execute(
            """
            insert into company (company_id, urn, name)
            values (gen_random_uuid(), 'urn:li:organization:3', 'Adatum');
            insert into tag (company_id, id, name, is_do_not_contact)
            select company_id, gen_random_uuid(), 'by a visitor', false from company;
            insert into member (urn, first_name, last_name)
            values ('urn:li:person:real-1', 'Ada', 'Lovelace');
            """
        )
        summary = await load(dsn, fresh=True)
        assert summary.loaded
        tags = await owner.fetch(
            "select c.name from tag t join company c using (company_id) where t.name = 'by a visitor'"
        )
        assert [row["name"] for row in tags] == ["Adatum"]
        assert await owner.fetchval("select count(*) from member where urn = 'urn:li:person:real-1'") == 1
        await owner.close()
        ours, theirs = await content_hash(demo_dsn), await content_hash(dsn)
        differing = {table for table in ours if ours[table] != theirs[table]}
        # A member's words are kept for the search beside the member.
        assert differing == {"company", "tag", "member", "member_search", "member_word"}


async def test_applications_are_made_anew_with_the_data_and_keep_their_latest_origins(
    server: TestServer, demo_template: str
) -> None:
    key = new_signing_key()
    async with server.copy_of(demo_template) as dsn:
        async with Pool(dsn, size=1) as pool:
            first, *_ = await ensure_demo_applications(pool, key)
        assert (await load(dsn, fresh=True)).loaded
        async with Pool(dsn, size=1) as pool:
            client_id, *_ = await ensure_demo_applications(pool, key)
            assert client_id != first
            for number in range(ORIGINS_MAX + 5):
                await register_ats_origins(pool, client_id, [f"http://localhost:{9000 + number}"])
            await register_ats_origins(pool, client_id, ["http://localhost:9010"])
            (row,) = await pool.fetch(
                None, "select js_sdk_domains from provisioned_application where client_id = $1", [client_id]
            )
        assert len(row["js_sdk_domains"]) == ORIGINS_MAX
        assert row["js_sdk_domains"][0] == f"http://localhost:{9000 + ORIGINS_MAX + 4}"
        assert "http://localhost:9010" in row["js_sdk_domains"]


async def test_a_database_with_a_real_northwind_is_refused(
    owner: asyncpg.Connection, database: str, pool: Pool
) -> None:
    await owner.execute(
        "insert into company (company_id, urn, name)"
        " values (gen_random_uuid(), 'urn:li:organization:1001', 'The real one')"
    )
    with pytest.raises(CallerError) as refusal:
        await load_demo(database, pool)
    assert refusal.value.code is ErrorCode.BAD_USER_INPUT
    assert "urn:li:organization:1001" in refusal.value.message
    assert await owner.fetchval("select count(*) from member") == 0
    assert await owner.fetchval("select name from company") == "The real one"
