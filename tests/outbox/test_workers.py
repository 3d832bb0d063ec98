"""Several workers, slow companies, workers that die: nothing is lost, and nobody waits for others."""

import asyncio
from collections import Counter
from contextlib import AsyncExitStack

import asyncpg

from app.database.pool import Pool
from app.outbox.callbacks import set_callback
from app.outbox.delivery import AT_ONCE_MAX
from app.outbox.events import EventType, enqueue
from app.outbox.sending import Sender
from tests.outbox.conftest import Ats, until
from tests.outbox.receiver import OK, Call, receiving, status
from tests.sync.companies import PARTNER, live_company

PATIENT = Sender(allow_private=True, timeout_s=20)


async def test_several_workers_at_once_deliver_each_event_once(ats: Ats, database: str) -> None:
    events = await ats.queue(60)
    async with AsyncExitStack() as stack:
        pools = [await stack.enter_async_context(Pool(database, size=2)) for _ in range(3)]
        async with ats.delivering(*(ats.worker(pool) for pool in pools)):
            await until(ats.all_delivered)
    assert Counter(ats.receiver.ids) == Counter(events)


async def test_what_a_worker_took_and_did_not_finish_goes_out_when_its_lease_ends(ats: Ats) -> None:
    """Taken as a worker takes it that is killed right after."""
    events = await ats.queue(3)
    async with ats.pool.transaction(None) as connection:
        taken = await connection.fetch("select id from claim_outbox(30, 10, 10, '{}')")
    assert {str(row["id"]) for row in taken} == set(events)
    async with ats.delivering():
        (later,) = await ats.queue()
        await ats.tried(later)
        assert ats.receiver.ids == [later]
        await ats.let_time_pass()
        await until(ats.all_delivered)
    assert Counter(ats.receiver.ids) == Counter([*events, later])


async def test_a_worker_that_is_stopped_in_the_middle_leaves_the_event_to_others(ats: Ats) -> None:
    begun = asyncio.Event()

    async def hang(_: Call) -> bytes:
        begun.set()
        await asyncio.sleep(60)
        return OK

    ats.receiver.answer = hang
    (event,) = await ats.queue()
    async with ats.delivering(sender=PATIENT):
        await begun.wait()
    assert (await ats.row(event))["state"] == "PENDING"
    ats.receiver.always(OK)
    await ats.let_time_pass()
    async with ats.delivering():
        await until(ats.all_delivered)
    assert ats.receiver.ids == [event, event]


async def test_a_late_failure_does_not_undo_what_another_worker_delivered(ats: Ats) -> None:
    begun, may_fail = asyncio.Event(), asyncio.Event()

    async def first_fails_late(_: Call) -> bytes:
        if len(ats.receiver.calls) > 1:
            return OK
        begun.set()
        await may_fail.wait()
        return status(500)

    ats.receiver.answer = first_fails_late
    (event,) = await ats.queue()
    async with ats.delivering(ats.worker(sender=PATIENT), ats.worker(sender=PATIENT)):
        await begun.wait()
        await ats.let_time_pass()
        await until(ats.all_delivered)
        may_fail.set()
        (another,) = await ats.queue()
        await ats.tried(another)
    assert [one.state for one in ats.progress] == ["DELIVERED", "DELIVERED"]
    assert (await ats.row(event))["state"] == "DELIVERED"


async def test_a_late_failure_does_not_cut_short_what_another_worker_is_trying(ats: Ats) -> None:
    begun, fails = [asyncio.Event(), asyncio.Event()], [asyncio.Event(), asyncio.Event()]

    async def fail_when_told(call: Call) -> bytes:
        if call.id != event:
            return OK
        number = len(ats.receiver.calls) - 1
        begun[number].set()
        await fails[number].wait()
        return status(500 + number)

    ats.receiver.answer = fail_when_told
    (event,) = await ats.queue()
    async with ats.delivering(ats.worker(sender=PATIENT), ats.worker(sender=PATIENT)):
        await begun[0].wait()
        await ats.let_time_pass()
        await begun[1].wait()
        fails[0].set()
        (another,) = await ats.queue()
        await ats.tried(another)
        assert (await ats.row(event))["last_error"] is None
        fails[1].set()
        row = await ats.tried(event)
    assert row["last_error"] == "The callback answered 501."
    assert [str(one.event.id) for one in ats.progress] == [another, event]


async def test_a_company_whose_receiver_hangs_holds_up_no_other(ats: Ats) -> None:
    async def hang(_: Call) -> bytes:
        await asyncio.sleep(60)
        return OK

    ats.receiver.answer = hang
    await ats.queue(3 * AT_ONCE_MAX)
    other = await live_company(ats.owner)
    async with receiving() as well_behaved, ats.delivering(sender=PATIENT):

        async def is_stuck() -> bool:
            return len(ats.receiver.calls) >= 4

        await until(is_stuck)
        async with ats.pool.transaction(other) as connection:
            await set_callback(connection, other, PARTNER, well_behaved.url, allow_private=True)
            events = [
                str(await enqueue(connection, other, EventType.INTEGRATION_STATUS_CHANGE)) for _ in range(20)
            ]

        async def all_told() -> bool:
            return len(well_behaved.calls) == len(events)

        await until(all_told)
    assert len(ats.receiver.calls) < AT_ONCE_MAX


async def test_the_delivery_outlives_a_database_that_drops_its_connections(ats: Ats) -> None:
    async with ats.delivering() as (task,):
        await ats.owner.execute(
            """
            select pg_terminate_backend(pid) from pg_stat_activity
            where application_name = 'rsc-gateway' and datname = current_database()
            """
        )
        await asyncio.sleep(0)
        await ats.queue()
        await until(ats.all_delivered)
        assert not task.done()


async def test_one_company_sees_neither_events_nor_callback_of_another(
    ats: Ats, owner: asyncpg.Connection, pool: Pool
) -> None:
    await ats.queue(2)
    other = await live_company(owner)
    counts = "select (select count(*) from outbox) as events, (select count(*) from callback) as callbacks"
    assert tuple((await pool.fetch(other, counts))[0]) == (0, 0)
    assert tuple((await pool.fetch(None, counts))[0]) == (0, 0)
    assert tuple((await pool.fetch(ats.company, counts))[0]) == (2, 1)


async def test_taking_is_for_the_service_alone(owner: asyncpg.Connection) -> None:
    allowed = await owner.fetchval(
        "select has_function_privilege('public', $1, 'execute')",
        "claim_outbox(integer, integer, integer, uuid[])",
    )
    assert allowed is False


async def test_a_worker_goes_on_when_a_migration_takes_a_column_away(ats: Ats) -> None:
    await ats.owner.execute("alter table outbox add column short_lived text")
    async with ats.delivering():
        await ats.queue()
        await until(ats.all_delivered)
        await ats.owner.execute("alter table outbox drop column short_lived")
        await ats.queue()
        await until(ats.all_delivered)
