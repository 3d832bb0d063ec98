"""An export's way to the ATS: told, failed, sent again, confirmed; and that nobody's data goes with it."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from app.access.features import IntegrationState
from tests.exports.conftest import (
    CONFIRM_EXPORT,
    EXPORT_MEMBER,
    JOB,
    MEMBERS,
    RESEND_EXPORT,
    WAITING,
    Company,
)
from tests.exports.test_confirm_export import WRONG_IDS, exported
from tests.outbox.receiver import OK, Call, Receiver, status

FAILED_ONES = "{ exports(state: FAILED) { edges { node { id attempts lastError } } } }"


async def failed(company: Company, receiver: Receiver) -> str:
    """An export whose delivery the receiver has ended."""
    await company.call_at(receiver)
    receiver.always(status(410))
    export = await exported(company)
    await company.reaches(export, "FAILED")
    receiver.always(OK)
    return export


async def test_an_export_is_delivered_and_then_confirmed(company: Company, receiver: Receiver) -> None:
    callback = await company.call_at(receiver)
    export = await exported(company)
    await company.reaches(export, "DELIVERED")
    assert await company.state(export) == ("DELIVERED", 1, None)
    said = receiver.calls[0].verified(callback.secrets[0])
    assert said["type"] == "EXPORT_CANDIDATE_PROFILE"
    assert f"urn:rsc:export:{said['requestId']}" == export
    confirmed = await company.done("partner", CONFIRM_EXPORT, export=export, candidate="new-1")
    assert confirmed["state"] == "CREATED"


async def test_an_export_that_is_confirmed_while_it_is_delivered_stays_created(
    company: Company, receiver: Receiver
) -> None:
    async def confirm_first(_: Call) -> bytes:
        await company.done("partner", CONFIRM_EXPORT, export=export, candidate="new-1")
        return status(500)

    await company.call_at(receiver)
    receiver.answer = confirm_first
    export = await exported(company)
    await company.reaches(export, "CREATED")
    second = await exported(company, MEMBERS[1])
    receiver.always(OK)
    await company.reaches(second, "DELIVERED")
    assert (await company.state(export))[0] == "CREATED"
    assert receiver.ids.count(export.rsplit(":", 1)[1]) == 1


async def test_a_dead_letter_is_seen_by_those_who_can_mend_it_and_can_be_sent_again(
    company: Company, receiver: Receiver
) -> None:
    export = await failed(company, receiver)
    for who in ("rosa", "ats-admin", "partner", "support"):
        (edge,) = (await company.data(who, FAILED_ONES))["exports"]["edges"]
        assert edge["node"] == {"id": export, "attempts": 1, "lastError": "The callback answered 410."}
    again = await company.done("partner", RESEND_EXPORT, export=export)
    assert again == {"id": export, "state": "REQUESTED", "attempts": 1, "lastError": None}
    await company.reaches(export, "DELIVERED")
    assert await company.state(export) == ("DELIVERED", 2, None)
    assert receiver.ids == [export.rsplit(":", 1)[1]] * 2


async def test_resent_twice_or_by_two_at_once_it_is_queued_once(company: Company, receiver: Receiver) -> None:
    export = await failed(company, receiver)
    calls = [company.done(who, RESEND_EXPORT, export=export) for who in ("partner", "support") * 3]
    assert {answer["state"] for answer in await asyncio.gather(*calls)} == {"REQUESTED"}
    before = await company.everything()
    await company.done("partner", RESEND_EXPORT, export=export)
    assert await company.everything() == before
    await company.reaches(export, "DELIVERED")
    assert len(receiver.calls) == 2


async def test_what_the_ats_was_told_is_not_sent_again(company: Company, receiver: Receiver) -> None:
    await company.call_at(receiver)
    export = await exported(company)
    await company.reaches(export, "DELIVERED")
    refused = ("NOT_FAILED", ["input", "exportId"])
    assert await company.refusal("partner", RESEND_EXPORT, export=export) == refused
    await company.done("partner", CONFIRM_EXPORT, export=export, candidate="new-1")
    assert await company.refusal("support", RESEND_EXPORT, export=export) == refused


async def test_an_export_that_waits_without_an_event_gets_one(company: Company, receiver: Receiver) -> None:
    """As one has that is older than the outbox."""
    await company.call_at(receiver)
    await company.done("partner", RESEND_EXPORT, export=WAITING)
    await company.reaches(WAITING, "DELIVERED")


@pytest.mark.parametrize("who", ["partner", "support"])
@pytest.mark.parametrize("export", WRONG_IDS)
async def test_what_is_no_export_cannot_be_resent(unchanged: Company, who: str, export: str) -> None:
    assert await unchanged.refusal(who, RESEND_EXPORT, export=export) == ("NOT_FOUND", ["input", "exportId"])


async def test_another_companys_export_cannot_be_resent(unchanged: Company) -> None:
    refused = await unchanged.refusal("other-partner", RESEND_EXPORT, export=WAITING)
    assert refused == ("NOT_FOUND", ["input", "exportId"])


async def test_another_partners_export_can_be_resent_by_support_only(company: Company) -> None:
    await company.owner.execute("update job set partner_name = 'Old ATS'")
    refused = await company.refusal("partner", RESEND_EXPORT, export=WAITING)
    assert refused == ("NOT_FOUND", ["input", "exportId"])
    await company.done("support", RESEND_EXPORT, export=WAITING)


@pytest.mark.parametrize("who", ["rosa", "jonas", "ats-user", "ats-admin", "staff", "eve"])
async def test_nobody_but_partner_and_support_resends(unchanged: Company, who: str) -> None:
    denied = await unchanged.denial(who, RESEND_EXPORT, {"export": WAITING})
    assert (denied["code"], denied["roles"]) == ("ROLE_REQUIRED", ["PARTNER", "SUPPORT"])


async def test_while_the_integration_is_disabled_support_may_resend_and_the_partner_is_told_to_stop(
    company: Company,
) -> None:
    facts = (await company.company()).integration
    assert facts is not None
    disabled: dict[str, Any] = {"integration": replace(facts, state=IntegrationState.DISABLED)}
    denied = await company.denial("partner", RESEND_EXPORT, {"export": WAITING}, **disabled)
    assert denied["code"] == "INTEGRATION_DISABLED"
    answer = await company("support", RESEND_EXPORT, {"export": WAITING}, **disabled)
    assert answer["data"]["resendExport"]["export"]["state"] == "REQUESTED"


async def test_nothing_of_the_person_is_in_the_outbox_the_calls_or_the_logs(
    company: Company, receiver: Receiver, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every member here has a canary in each field, and is known by a URN that is one too."""
    export = await failed(company, receiver)
    await company.done("partner", RESEND_EXPORT, export=export)
    await company.reaches(export, "DELIVERED")
    stored = [str(dict(row)) for row in await company.events()]
    sent = [f"{call.line} {call.headers} {call.body!r}" for call in receiver.calls]
    logged = "".join(capsys.readouterr())
    assert len(stored) == 1
    assert len(sent) == 2
    for text in (*stored, *sent, logged):
        assert "canary" not in text.lower()
        assert MEMBERS[0] not in text
        assert JOB not in text


async def test_an_export_that_cannot_be_queued_is_not_made(company: Company) -> None:
    """The event is written in the export's transaction, so both are there or neither."""
    await company.owner.execute("revoke insert on outbox from rsc_service")
    before = await company.everything()
    with pytest.raises(Exception, match="outbox"):
        await company("rosa", EXPORT_MEMBER, {"member": MEMBERS[0], "job": JOB})
    assert await company.everything() == before
