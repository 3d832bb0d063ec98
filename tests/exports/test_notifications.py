"""Every call to the ATS can be seen by those who can mend it, and what was given up can be sent again."""

from typing import Any

import orjson
import pytest

from app.ids import CompanyId, own_urn
from app.integration.switches import OpenPostedJobs, disable_integration
from app.outbox.events import EventType, enqueue
from tests.exports.conftest import RESEND_EXPORT, Company
from tests.exports.test_confirm_export import exported
from tests.outbox.receiver import Receiver
from tests.resolvers.world import COMPANY, PARTNER

LIST = """
query($state: NotificationState) {
  notifications(state: $state) {
    totalCount
    edges { node { id type state requestId attempts lastError nextAttemptAt deliveredAt } }
  }
}
"""
RESEND = """
mutation($id: ID!) {
  resendNotification(input: {notificationId: $id}) {
    notification { id state attempts lastError } userErrors { code message path }
  }
}
"""
READERS = ("jonas", "ats-admin", "partner", "support", "staff")


async def listed(company: Company, who: str, state: str | None = None) -> list[dict[str, Any]]:
    page = (await company.data(who, LIST, state=state))["notifications"]
    assert page["totalCount"] == len(page["edges"])
    return [edge["node"] for edge in page["edges"]]


async def given_up(company: Company) -> str:
    """The id of a change of the integration that the ATS did not take within 24 hours."""
    await disable_integration(
        company.pool,
        CompanyId(COMPANY),
        "test:jonas",
        open_posted_jobs=OpenPostedJobs.LEAVE_OPEN,
        names_jobs=False,
    )
    await company.owner.execute(
        "update outbox set state = 'DEAD', attempts = 14, last_error = 'It did not answer.'"
    )
    return own_urn("event", await company.owner.fetchval("select id from outbox"))


async def test_a_change_of_the_integration_that_was_given_up_is_seen_and_arrives_when_it_is_sent_again(
    company: Company, receiver: Receiver
) -> None:
    callback = await company.call_at(receiver)
    event = await given_up(company)
    for who in READERS:
        (seen,) = await listed(company, who, "DEAD")
        assert (seen["id"], seen["type"], seen["state"]) == (event, "INTEGRATION_STATUS_CHANGE", "DEAD")
        assert (seen["attempts"], seen["lastError"]) == (14, "It did not answer.")
        assert seen["nextAttemptAt"] is None
    # Although the integration is disabled: that is what the partner has to learn of.
    payload = await company.payload("partner", RESEND, id=event)
    assert payload["userErrors"] == []
    assert payload["notification"] == {"id": event, "state": "PENDING", "attempts": 14, "lastError": None}
    await company.delivered(event)
    (call,) = receiver.calls
    call.verified(callback.secrets[0])
    said = orjson.loads(call.body)
    assert (said["type"], said["state"]) == ("INTEGRATION_STATUS_CHANGE", "DISABLED")
    (seen,) = await listed(company, "support")
    assert said["requestId"] == seen["requestId"] == event.rsplit(":", 1)[1]
    assert seen["state"] == "DELIVERED"
    assert seen["deliveredAt"]
    again = await company.payload("support", RESEND, id=event)
    assert [error["code"] for error in again["userErrors"]] == ["NOT_FAILED"]


async def test_an_exports_notification_and_the_export_are_sent_again_as_one(
    company: Company, receiver: Receiver
) -> None:
    await company.call_at(receiver)
    export = await exported(company)
    await company.owner.execute("update outbox set state = 'DEAD', attempts = 3")
    await company.owner.execute("update export set state = 'FAILED' where member_urn like '%:x%'")
    event = own_urn("event", (await company.events())[0]["id"])
    assert event.rsplit(":", 1)[1] == export.rsplit(":", 1)[1]
    payload = await company.payload("support", RESEND, id=event)
    assert payload["notification"]["state"] == "PENDING"
    assert await company.state(export) == ("REQUESTED", 0, None)
    # Said of the export, it is the same thing, and it waits already.
    before = await company.everything()
    assert (await company.payload("support", RESEND_EXPORT, export=export))["userErrors"] == []
    assert await company.everything() == before
    await company.reaches(export, "DELIVERED")
    assert set(receiver.ids) == {export.rsplit(":", 1)[1]}


async def test_recruiters_and_ats_users_have_no_notifications_by_list_or_by_id(company: Company) -> None:
    event = await given_up_in_the_outbox(company, PARTNER)
    node = "query($id: ID!) { node(id: $id) { id } }"
    for who in READERS:
        assert (await company.data(who, node, id=event))["node"] == {"id": event}, who
    for who in ("rosa", "mila", "ats-user", "eve"):
        assert (await company.data(who, node, id=event))["node"] is None, who
        answer = await company(who, LIST)
        assert answer["data"] == {"notifications": None}
        assert answer["errors"][0]["extensions"]["code"] == "ROLE_REQUIRED"


@pytest.mark.parametrize("who", ["partner", "ats-admin"])
async def test_what_was_meant_for_an_earlier_partner_is_not_this_ones(company: Company, who: str) -> None:
    event = await given_up_in_the_outbox(company, "Old ATS")
    assert await listed(company, who) == []
    assert [one["id"] for one in await listed(company, "support")] == [event]
    if who == "partner":
        payload = await company.payload(who, RESEND, id=event)
        assert [error["code"] for error in payload["userErrors"]] == ["NOT_FOUND"]


@pytest.mark.parametrize(
    "payload",
    [
        '{"state": "Ada Lovelace, ada@northwind.example"}',
        '{"state": null}',
        '{"state": ["LIVE"]}',
        '{"state": {"is": "LIVE"}}',
        '{"state": 1.5}',
    ],
)
async def test_an_event_that_was_edited_to_say_more_than_ids_and_states_is_not_sent_again(
    company: Company, payload: str
) -> None:
    event = await given_up_in_the_outbox(company, PARTNER)
    await company.owner.execute("update outbox set payload = $1", payload)
    before = await company.everything()
    answer = await company.payload("support", RESEND, id=event)
    (error,) = answer["userErrors"]
    assert (error["code"], error["path"]) == ("NOT_SENDABLE", ["input", "notificationId"])
    assert "Ada" not in error["message"]
    assert answer["notification"] is None
    assert await company.everything() == before


async def given_up_in_the_outbox(company: Company, partner: str) -> str:
    async with company.pool.transaction(COMPANY) as connection:
        key = await enqueue(
            connection, COMPANY, EventType.INTEGRATION_STATUS_CHANGE, {"state": "LIVE"}, partner_name=partner
        )
    await company.owner.execute("update outbox set state = 'DEAD'")
    return own_urn("event", key)
