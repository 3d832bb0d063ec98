"""Records that come too late: while the integration is off, and after what they belong to was erased."""

import pytest

from app.errors import CallerError, ErrorCode
from app.ids import CompanyId
from app.sync.ingest import ingest
from app.sync.records import RecordResult, SyncRunId
from app.sync.runs import SyncRunKind, start_run
from tests.integration.canaries import CANARY, records, release, sightings
from tests.integration.company import COMPANY, NAME, NEW_PARTNER, PARTNER, A, begin_in
from tests.integration.conftest import Office

OURS = CompanyId(COMPANY)


async def send(office: Office, *, run: SyncRunId | None = None, partner: str = PARTNER) -> list[RecordResult]:
    return await ingest(office.pool, OURS, partner, records(), run=run)


async def erased(office: Office) -> SyncRunId:
    """What was erased, and a run of the time before, whose records are still under way."""
    await begin_in(office.owner, "LIVE")
    await release(office.owner, office.pool)
    run = await start_run(office.pool, OURS, SyncRunKind.CALL, None)
    await office("ada", "eraseAtsData", confirmCompanyName=NAME)
    return run


async def nothing_came_in(office: Office) -> bool:
    return [one async for one in sightings(office.owner, CANARY)] == []


@pytest.mark.parametrize("state", ["REQUESTED", "PARTNER_READY", "DISABLED"])
async def test_nothing_is_taken_while_the_integration_is_not_enabled(office: Office, state: str) -> None:
    await begin_in(office.owner, state)
    with pytest.raises(CallerError) as refused:
        await send(office)
    assert refused.value.code is ErrorCode.INTEGRATION_DISABLED
    assert await nothing_came_in(office)


async def test_a_batch_that_is_under_way_when_it_is_disabled_is_refused_whole(office: Office) -> None:
    await begin_in(office.owner, "LIVE")
    run = await start_run(office.pool, OURS, SyncRunKind.IMPORT, None)
    await office("ada", "disableIntegration", openPostedJobs="REFUSE")
    with pytest.raises(CallerError):
        await send(office, run=run)
    assert await nothing_came_in(office)


@pytest.mark.parametrize("with_run", [True, False])
async def test_late_records_are_refused_and_leave_no_trace(office: Office, with_run: bool) -> None:
    run = await erased(office)
    results = await send(office, run=run if with_run else None)
    assert {result.outcome.value for result in results} == {"REFUSED"}
    assert {result.message for result in results} == {"was erased as the company asked."}
    assert await nothing_came_in(office)


async def test_tombstones_are_keyed_hashes_of_every_record_with_its_generation(office: Office) -> None:
    await erased(office)
    rows = await office.owner.fetch("select entity, key_hash, generation from tombstone order by entity")
    assert [(row["entity"], row["generation"]) for row in rows] == [
        ("application", 1),
        ("candidate", 1),
        ("job", 1),
    ]
    for row in rows:
        short = {"application": "app", "candidate": "cand", "job": "job"}[row["entity"]]
        said = f"{PARTNER}\x1f{CANARY}-{short}1"
        assert row["key_hash"] == await office.owner.fetchval("select keyed_hash($1, $2)", COMPANY, said)


async def test_the_first_consent_alone_lets_nothing_in(office: Office) -> None:
    await erased(office)
    await office("ats-admin", "requestIntegration", partner=PARTNER)
    with pytest.raises(CallerError):
        await send(office)
    assert await nothing_came_in(office)


async def test_a_new_generation_takes_its_own_records_and_none_of_the_old_runs(office: Office) -> None:
    late = await erased(office)
    await office("ats-admin", "requestIntegration", partner=PARTNER)
    await office("ada", "enableIntegration", contractIds=[A], companyWideAccess=False)
    refused = await send(office, run=late)
    assert {result.outcome.value for result in refused} == {"REFUSED"}
    assert await nothing_came_in(office)
    taken = await send(office)
    assert {result.outcome.value for result in taken} == {"CREATED"}


async def test_a_tombstone_is_for_its_own_record_partner_and_generation(office: Office) -> None:
    await begin_in(office.owner, "LIVE")
    mark = """
        insert into tombstone
        select $1, 'candidate', keyed_hash($1, $2 || chr(31) || $3), $4
    """
    await office.owner.execute(mark, COMPANY, PARTNER, f"{CANARY}-cand1", 1)
    job, candidate, application, *below = await send(office)
    assert candidate.outcome.value == "REFUSED"
    assert job.outcome.value == "CREATED"
    assert application.outcome.value == "WAITING"
    assert {result.outcome.value for result in below} == {"CREATED", "REFUSED"}
    other = await send(office, partner=NEW_PARTNER)
    assert other[1].outcome.value == "CREATED"
    await office.owner.execute("update integration set generation = 2")
    assert (await send(office))[1].outcome.value == "CREATED"
