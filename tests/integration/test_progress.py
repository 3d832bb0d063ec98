"""From SYNCING to LIVE: by the partner's word, or with the run that the first sync was."""

from datetime import UTC, datetime

import orjson
import pytest

from app.ids import CompanyId, own_urn
from app.integration.progress import open_run
from app.sync.records import SyncRunId
from app.sync.runs import SyncRunKind, finish_run, start_run
from tests.integration.company import COMPANY, NAME, PARTNER, URN, A, begin_in
from tests.integration.conftest import Office

OURS = CompanyId(COMPANY)


async def enabled(office: Office) -> SyncRunId:
    """The run of the first sync."""
    await office("ats-admin", "requestIntegration", partner=PARTNER)
    await office("ada", "enableIntegration", contractIds=[A], companyWideAccess=False)
    return SyncRunId(await office.owner.fetchval("select id from sync_run where kind = 'FIRST'"))


async def test_the_partner_says_that_everything_was_sent(office: Office) -> None:
    run = await enabled(office)
    finished = await office("partner", "finishSync")
    assert finished["integration"]["state"] == "LIVE"
    assert await office.owner.fetchval("select finished_at from sync_run where id = $1", run)
    assert (await office.trail())[-1] == ("idp:partner", "integration.live", URN, "everything was synced")
    assert await office.codes("partner", "finishSync") == ["NOTHING_TO_FINISH"]


@pytest.mark.parametrize(
    ("state", "code"),
    [("REQUESTED", "NOT_ENABLED"), ("PARTNER_READY", "NOT_ENABLED"), ("DISABLED", "INTEGRATION_DISABLED")],
)
async def test_there_must_be_a_sync_to_finish(office: Office, state: str, code: str) -> None:
    await begin_in(office.owner, state)
    assert await office.codes("partner", "finishSync") == [code]


async def test_the_end_of_the_first_run_makes_it_live(office: Office) -> None:
    run = await enabled(office)
    at = datetime(2099, 5, 1, tzinfo=UTC)
    await finish_run(office.pool, OURS, run, now=at)
    assert await office.state() == "LIVE"
    assert (await office.trail())[-1][:2] == ("rsc-gateway", "integration.live")
    await finish_run(office.pool, OURS, run)
    assert (await office.actions()).count("integration.live") == 1


async def test_the_partner_is_told_of_every_change_of_state_where_it_asked_to_be(office: Office) -> None:
    await office.owner.execute(
        "insert into callback values ($1, $2, 'https://ats.example/rsc', $3, null, null, now())",
        COMPANY,
        PARTNER,
        "whsec_" + "A" * 43 + "=",
    )
    await enabled(office)
    await office("partner", "finishSync")
    await office("ada", "disableIntegration", openPostedJobs="REFUSE")
    await office("ada", "eraseAtsData", confirmCompanyName=NAME)
    events = await office.owner.fetch("select type, payload from outbox order by created_at")
    assert {event["type"] for event in events} == {"INTEGRATION_STATUS_CHANGE"}
    states = [orjson.loads(event["payload"])["state"] for event in events]
    assert states == ["PARTNER_READY", "SYNCING", "LIVE", "DISABLED", "ERASED"]


async def test_other_runs_change_nothing_and_the_last_first_run_decides(office: Office) -> None:
    first = await enabled(office)
    call = await start_run(office.pool, OURS, SyncRunKind.CALL, 1)
    another = await start_run(office.pool, OURS, SyncRunKind.FIRST, 1)
    await finish_run(office.pool, OURS, call)
    await finish_run(office.pool, OURS, another)
    assert await office.state() == "SYNCING"
    await finish_run(office.pool, OURS, first)
    assert await office.state() == "LIVE"


async def test_the_sync_that_goes_on_is_told_until_it_is_over(office: Office) -> None:
    ask = "{ integration { state currentSync { id finishedAt } } }"
    first = await enabled(office)
    # A run of calls is newer, and not what the integration waits for.
    await start_run(office.pool, OURS, SyncRunKind.CALL, 1)
    assert (await office.query("ada", ask))["data"]["integration"] == {
        "state": "SYNCING",
        "currentSync": {"id": own_urn("sync-run", first), "finishedAt": None},
    }
    await finish_run(office.pool, OURS, first)
    assert (await office.query("ada", ask))["data"]["integration"] == {"state": "LIVE", "currentSync": None}


async def test_a_run_that_ends_after_disabling_enables_nothing(office: Office) -> None:
    run = await enabled(office)
    await office("ada", "disableIntegration", openPostedJobs="REFUSE")
    await finish_run(office.pool, OURS, run)
    assert await office.state() == "DISABLED"


async def test_calls_during_the_first_sync_move_its_progress(office: Office) -> None:
    run = await enabled(office)
    sync = (
        'mutation { syncJobs(input: {records: [{externalJobPostingId: "j-1", title: "Cook"}]}) '
        "{ run { id done } } }"
    )
    answer = await office.query("partner", sync)
    assert answer["data"]["syncJobs"]["run"] == {"id": f"urn:rsc:sync-run:{run}", "done": 1}
    await office("partner", "finishSync")
    answer = await office.query("partner", sync)
    assert answer["data"]["syncJobs"]["run"]["id"] != f"urn:rsc:sync-run:{run}"


async def test_records_without_a_run_belong_to_the_first_sync_while_it_goes_on(office: Office) -> None:
    run = await enabled(office)
    async with office.pool.acquire(COMPANY) as connection:
        assert await open_run(connection, OURS) == run
    await office("partner", "finishSync")
    async with office.pool.acquire(COMPANY) as connection:
        assert await open_run(connection, OURS) is None
