"""What an ATS gets, and what becomes of an event whose receiver behaves badly."""

import asyncio
import json
from datetime import UTC, datetime, timedelta

import pytest

from app.outbox.callbacks import remove_callback, set_callback
from app.outbox.events import EventType
from app.outbox.sending import Sender
from tests.outbox.conftest import Ats, until
from tests.outbox.receiver import OK, Call, status
from tests.sync.companies import PARTNER


async def test_an_event_arrives_signed_and_says_ids_only(ats: Ats) -> None:
    (event,) = await ats.queue()
    async with ats.delivering():
        await until(ats.all_delivered)
    (call,) = ats.receiver.calls
    said = call.verified(ats.callback.secrets[0])
    assert said.keys() == {"id", "requestId", "type", "expiresAt"}
    assert (said["id"], said["requestId"], said["type"]) == (event, event, "INTEGRATION_STATUS_CHANGE")
    assert datetime.fromtimestamp(said["expiresAt"] / 1000, UTC) > datetime.now(UTC) + timedelta(days=6)
    assert call.line == "POST /callback HTTP/1.1"
    assert call.id == event
    assert call.headers["content-type"] == "application/json"
    assert call.headers["host"] == f"127.0.0.1:{ats.receiver.port}"
    assert [(one.state, one.error) for one in ats.progress] == [("DELIVERED", None)]


async def test_a_repetition_has_the_same_id_and_body_and_a_signature_of_its_own(ats: Ats) -> None:
    ats.receiver.always(status(500))
    (event,) = await ats.queue()
    async with ats.delivering():
        await ats.tried(event)
        ats.receiver.always(OK)
        await ats.let_time_pass()
        await until(ats.all_delivered)
    first, second = ats.receiver.calls
    assert first.id == second.id == event
    assert first.body == second.body
    for call in (first, second):
        call.verified(ats.callback.secrets[0])


HALF = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nonly this"

BROKE_OFF = "The callback broke off before its answer was complete."
BAD_ANSWERS = {
    "fails": (status(500), "The callback answered 500."),
    "is overloaded": (status(503, "Retry-After: 120"), "The callback answered 503."),
    "refuses": (status(401), "The callback answered 401."),
    "does not understand": (b"SMTP ready\r\n\r\n", BROKE_OFF),
    "hangs up": (b"", BROKE_OFF),
    "breaks off in the head": (b"HTTP/1.1 200 OK\r\nConte", BROKE_OFF),
    "breaks off in the body": (HALF, BROKE_OFF),
}


@pytest.mark.parametrize("how", BAD_ANSWERS)
async def test_what_a_receiver_did_not_take_is_tried_again_later(ats: Ats, how: str) -> None:
    answer, error = BAD_ANSWERS[how]
    ats.receiver.always(answer)
    (event,) = await ats.queue()
    async with ats.delivering():
        row = await ats.tried(event)
        assert (row["state"], row["last_error"], row["attempts"]) == ("PENDING", error, 1)
        asked = timedelta(seconds=120 if how == "is overloaded" else 4)
        assert asked - timedelta(seconds=5) < row["waits"] < asked + timedelta(seconds=5)
        assert row["patience"] == timedelta(hours=24)
        ats.receiver.always(OK)
        await ats.let_time_pass()
        await until(ats.all_delivered)
    assert (await ats.row(event))["last_error"] is None
    assert [one.state for one in ats.progress] == ["PENDING", "DELIVERED"]


async def test_a_redirect_is_not_followed(ats: Ats) -> None:
    ats.receiver.always(status(307, f"Location: http://127.0.0.1:{ats.receiver.port}/elsewhere"))
    (event,) = await ats.queue()
    async with ats.delivering():
        row = await ats.tried(event)
    assert row["last_error"] == "The callback answered 307, and redirects are not followed."
    assert [call.line for call in ats.receiver.calls] == ["POST /callback HTTP/1.1"]


async def test_a_slow_receiver_is_given_up_on_for_now(ats: Ats) -> None:
    async def never(_: Call) -> bytes:
        await asyncio.sleep(60)
        return OK

    ats.receiver.answer = never
    (event,) = await ats.queue()
    async with ats.delivering(sender=Sender(allow_private=True, timeout_s=0.3)):
        row = await ats.tried(event)
    assert row["state"] == "PENDING"
    assert row["last_error"] == "The callback did not answer within 0.3 s."


async def test_an_answer_of_any_length_is_an_answer(ats: Ats) -> None:
    ats.receiver.always(b"HTTP/1.1 200 OK\r\nContent-Length: 9999999\r\n\r\n" + b"x" * 200_000)
    await ats.queue()
    async with ats.delivering():
        await until(ats.all_delivered)


async def test_where_nobody_listens_it_is_tried_again(ats: Ats) -> None:
    async with ats.pool.transaction(ats.company) as connection:
        await set_callback(connection, ats.company, PARTNER, "http://127.0.0.1:1/", allow_private=True)
    (event,) = await ats.queue()
    async with ats.delivering():
        row = await ats.tried(event)
    assert (row["state"], row["last_error"]) == ("PENDING", "The callback cannot be connected to.")


async def test_after_24_hours_an_event_is_dead_and_has_its_last_try_at_their_end(ats: Ats) -> None:
    ats.receiver.always(status(500))
    (event,) = await ats.queue()
    async with ats.delivering():
        await ats.tried(event)
        await ats.let_time_pass(hours=23.9999)
        row = await ats.tried(event, 2)
        assert row["state"] == "PENDING"
        assert row["next_attempt_at"] <= row["give_up_at"]
        await ats.let_time_pass(hours=24)
        row = await ats.tried(event, 3)

        async def is_dead() -> bool:
            return await ats.states() == ["DEAD"]

        await until(is_dead)
    assert row["last_error"] == "The callback answered 500."
    assert [one.state for one in ats.progress] == ["PENDING", "PENDING", "DEAD"]


async def test_a_receiver_that_wants_no_more_of_it_gets_no_more(ats: Ats) -> None:
    ats.receiver.always(status(410))
    (event,) = await ats.queue()
    async with ats.delivering():
        row = await ats.tried(event)
    assert (row["state"], row["last_error"]) == ("DEAD", "The callback answered 410.")


async def test_without_a_callback_an_event_waits_and_goes_out_once_there_is_one(ats: Ats) -> None:
    async with ats.pool.transaction(ats.company) as connection:
        await remove_callback(connection, ats.company, PARTNER)
    (event,) = await ats.queue()
    async with ats.delivering():
        row = await ats.tried(event)
        assert row["state"] == "PENDING"
        assert row["last_error"] == "The ATS has not said at which callback URL it is to be called."
        async with ats.pool.transaction(ats.company) as connection:
            callback = await set_callback(
                connection, ats.company, PARTNER, ats.receiver.url, allow_private=True
            )
        await until(ats.all_delivered)
    ats.receiver.calls[0].verified(callback.secrets[0])


async def test_after_a_change_of_the_secret_receivers_with_either_one_can_verify(ats: Ats) -> None:
    async with ats.pool.transaction(ats.company) as connection:
        changed = await set_callback(
            connection, ats.company, PARTNER, ats.receiver.url, new_secret=True, allow_private=True
        )
    old, new = ats.callback.secrets[0], changed.secrets[0]
    assert old != new
    await ats.queue()
    async with ats.delivering():
        await until(ats.all_delivered)
    for secret in (old, new):
        ats.receiver.calls[0].verified(secret)


async def test_while_the_integration_is_disabled_exports_wait_and_its_state_is_still_told(ats: Ats) -> None:
    await ats.owner.execute("update integration set state = 'DISABLED' where company_id = $1", ats.company)
    (export,) = await ats.queue(of=EventType.EXPORT_CANDIDATE_PROFILE)
    (change,) = await ats.queue()
    async with ats.delivering():
        held, told = await ats.tried(export), await ats.tried(change)
        assert (held["state"], held["last_error"]) == ("PENDING", "The integration is not enabled.")
        assert told["state"] == "DELIVERED"
        assert ats.receiver.ids == [change]
        await ats.owner.execute("update integration set state = 'LIVE' where company_id = $1", ats.company)
        await ats.let_time_pass()
        await until(ats.all_delivered)
    assert ats.receiver.ids == [change, export]


async def test_nothing_of_a_call_is_logged_but_ids_and_counts(
    ats: Ats, capsys: pytest.CaptureFixture[str]
) -> None:
    ats.receiver.always(b"HTTP/1.1 410 canary-reason\r\nX: canary-header\r\nContent-Length: 6\r\n\r\ncanary")
    async with ats.pool.transaction(ats.company) as connection:
        url = f"{ats.receiver.url}?token=canary"
        await set_callback(connection, ats.company, PARTNER, url, allow_private=True)
    (event,) = await ats.queue()
    async with ats.delivering():
        row = await ats.tried(event)
    logged = "".join(capsys.readouterr())
    assert event in logged
    assert "canary" not in logged + json.dumps([row["last_error"], row["payload"]])
