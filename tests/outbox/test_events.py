"""Queueing: in the caller's transaction, without anything of a person, and again where asked."""

from datetime import UTC, datetime, timedelta

import pytest

from app.errors import Fault
from app.outbox.events import EventState, EventType, acknowledge, enqueue, hold
from tests.outbox.conftest import Ats, until
from tests.outbox.receiver import status

CHANGE = EventType.INTEGRATION_STATUS_CHANGE


async def test_what_is_rolled_back_was_never_queued(ats: Ats) -> None:
    async def export_and_fail() -> None:
        async with ats.pool.transaction(ats.company) as connection:
            await enqueue(connection, ats.company, CHANGE)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await export_and_fail()
    assert await ats.states() == []


@pytest.mark.parametrize("value", ["Ada Lovelace", "ada@example.com", "", "x" * 201, "+49 30 1", "naïve"])
async def test_what_could_be_somebodys_data_is_not_queued(ats: Ats, value: str) -> None:
    with pytest.raises(Fault):
        async with ats.pool.transaction(ats.company) as connection:
            await enqueue(connection, ats.company, CHANGE, {"state": value})


async def test_ids_states_and_numbers_may_be_added_but_not_what_every_event_says(ats: Ats) -> None:
    more: dict[str, str | int] = {
        "integration": "urn:rsc:integration:1",
        "state": "LIVE",
        "count": 3,
        "id": "mine",
    }
    async with ats.pool.transaction(ats.company) as connection:
        event = await enqueue(connection, ats.company, CHANGE, more)
    async with ats.delivering():
        await until(ats.all_delivered)
    said = ats.receiver.calls[0].verified(ats.callback.secrets[0])
    assert {name: said[name] for name in more} == {**more, "id": str(event)}


async def test_an_event_of_a_gateway_whose_clock_is_ahead_waits_for_nothing(ats: Ats) -> None:
    ahead = datetime.now(UTC) + timedelta(hours=2)
    async with ats.pool.transaction(ats.company) as connection:
        await enqueue(connection, ats.company, CHANGE, now=ahead)
    async with ats.delivering():
        await until(ats.all_delivered)


async def test_a_company_without_an_integration_has_nobody_to_tell(ats: Ats) -> None:
    await ats.owner.execute("delete from integration where company_id = $1", ats.company)
    with pytest.raises(Fault):
        async with ats.pool.transaction(ats.company) as connection:
            await enqueue(connection, ats.company, CHANGE)


async def test_an_erased_integrations_partner_is_still_told(ats: Ats) -> None:
    await ats.owner.execute("update integration set state = 'ERASED' where company_id = $1", ats.company)
    await ats.queue()
    async with ats.delivering():
        await until(ats.all_delivered)


async def test_a_dead_event_can_be_queued_again_with_its_id_and_waits_from_the_start(ats: Ats) -> None:
    ats.receiver.always(status(410))
    (event,) = await ats.queue()
    async with ats.delivering():
        dead = await ats.tried(event)
        ats.receiver.always(status(500))
        async with ats.pool.transaction(ats.company) as connection:
            assert await hold(connection, ats.company, dead["id"]) is EventState.DEAD
            await enqueue(connection, ats.company, CHANGE, event_id=dead["id"])
        row = await ats.tried(event, 2)
    assert (row["state"], row["attempts"], row["earlier_attempts"]) == ("PENDING", 2, 1)
    assert row["waits"].total_seconds() < 10
    assert ats.receiver.ids == [event, event]


async def test_an_event_that_the_receiver_acted_on_is_not_sent_any_more(ats: Ats) -> None:
    first, second = await ats.queue(2)
    async with ats.pool.transaction(ats.company) as connection:
        for _ in range(2):
            await acknowledge(connection, ats.company, (await ats.row(first))["id"])
    async with ats.delivering():
        await until(ats.all_delivered)
    assert ats.receiver.ids == [second]


async def test_what_was_delivered_long_ago_is_removed(ats: Ats) -> None:
    old, recent = await ats.queue(2)
    async with ats.delivering():
        await until(ats.all_delivered)
        await ats.owner.execute(
            "update outbox set delivered_at = now() - interval '31 days' where id = $1",
            (await ats.row(old))["id"],
        )
        (third,) = await ats.queue()
        await ats.tried(third)
    left = await ats.owner.fetch("select id::text from outbox")
    assert {row["id"] for row in left} == {recent, third}
