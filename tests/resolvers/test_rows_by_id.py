"""What has no directive of its own is still its readers' alone: tags, and what a run did with each record."""

import pytest

from app.database.pool import Pool
from app.ids import CompanyId, own_urn
from app.sync.ingest import ingest
from app.sync.records import CandidateRecord
from app.sync.runs import SyncRunKind, start_run
from tests.resolvers.conftest import Asking
from tests.resolvers.world import COMPANY, PARTNER, own

NODE = "query($id: ID!) { node(id: $id) { __typename } }"
OUTCOMES = """
query($id: ID!) {
  node(id: $id) { ... on SyncRun { done outcomes { totalCount edges { node { externalId } } } } }
}
"""


async def a_tag(pool: Pool) -> str:
    async with pool.acquire(COMPANY) as connection:
        return own("tag", await connection.fetchval("select id from tag where name = 'alumni'"))


@pytest.mark.parametrize("who", ["rosa", "mila", "ats-user", "ats-admin", "partner"])
async def test_whoever_reads_candidates_reads_a_tag_by_its_id(ask: Asking, who: str) -> None:
    assert (await ask.data(who, NODE, id=await a_tag(ask.pool)))["node"] == {"__typename": "Tag"}


@pytest.mark.parametrize("who", ["support", "staff", "eve"])
async def test_nobody_else_does(ask: Asking, who: str) -> None:
    assert (await ask.data(who, NODE, id=await a_tag(ask.pool)))["node"] is None


async def test_which_records_a_run_brought_is_not_for_recruiters_without_the_feature(ask: Asking) -> None:
    company = CompanyId(COMPANY)
    run = await start_run(ask.pool, company, SyncRunKind.IMPORT, 1)
    record = CandidateRecord(external_id="x-77", first_name="Sven")
    await ingest(ask.pool, company, PARTNER, [record], run=run)
    urn = own_urn("sync-run", run)
    seen = {"totalCount": 1, "edges": [{"node": {"externalId": "x-77"}}]}
    for who in ("rosa", "jonas", "ats-user", "partner", "support", "staff"):
        assert (await ask.data(who, OUTCOMES, id=urn))["node"] == {"done": 1, "outcomes": seen}, who
    off = await ask("rosa", OUTCOMES, {"id": urn}, contracts=())
    assert off["data"]["node"] == {"done": 1, "outcomes": {"totalCount": 0, "edges": []}}


async def test_the_trail_is_numbered_and_says_itself_where_it_was_tampered_with(ask: Asking) -> None:
    for seat in ("mila", "nina"):
        await ask.data("jonas", f'{{ accessOf(seat: "urn:li:seat:{seat}") {{ granted }} }}')
    trail = "{ auditTrailBrokenAt auditTrail { edges { node { sequence } } } }"
    for who in ("jonas", "support", "staff"):
        answer = await ask.data(who, trail)
        assert answer["auditTrailBrokenAt"] is None
        assert [edge["node"]["sequence"] for edge in answer["auditTrail"]["edges"]] == [2, 1]
    # By the tables' owner, whom nothing hinders: the pool's user may not.
    async with ask.pool.acquire(None) as connection:
        await connection.execute("set role none")
        await connection.execute("update audit_entry set subject = 'urn:li:seat:rosa' where sequence = 1")
        await connection.execute("set role rsc_service")
    assert (await ask.data("support", trail))["auditTrailBrokenAt"] == 1
    refused = await ask("rosa", "{ auditTrailBrokenAt }")
    assert refused["data"] == {"auditTrailBrokenAt": None}
    assert refused["errors"][0]["extensions"]["code"] == "ROLE_REQUIRED"
