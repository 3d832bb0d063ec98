"""exportMember: whom, to which job, by which seat, how often; and that the ATS will be told."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from app.exports.request import EXPORTS_OF_SEAT_A_MONTH, request_export
from app.ids import CompanyId, uuid7
from app.refused import WriteRefused
from tests.exports.conftest import (
    CLOSED_JOB,
    EXPORT_MEMBER,
    FOREIGN_JOB,
    JOB,
    MEMBERS,
    OLD_JOB,
    Company,
)
from tests.exports.worker import ROSA
from tests.resolvers.world import ANNA, COMPANY, PARTNER, own
from tests.resolvers.world import JOB as JOB_KEY

X1, X2 = MEMBERS[:2]
UNKNOWN = UUID(int=0xDEAD)


async def test_a_member_is_sent_and_the_ats_will_be_told_by_the_exports_own_id(company: Company) -> None:
    export = await company.done("rosa", EXPORT_MEMBER, member=X1, job=JOB)
    assert (export["state"], export["attempts"], export["lastError"]) == ("REQUESTED", 0, None)
    assert (export["member"], export["job"]) == ({"id": X1}, {"id": JOB})
    assert (export["seat"], export["candidate"]) == ({"id": "urn:li:seat:rosa"}, None)
    (event,) = await company.events()
    assert own("export", event["id"]) == export["id"]
    assert (event["type"], event["state"], event["partner_name"]) == (
        "EXPORT_CANDIDATE_PROFILE",
        "PENDING",
        PARTNER,
    )


async def test_whoever_asks_again_gets_the_export_that_there_is(company: Company) -> None:
    first = await company.done("rosa", EXPORT_MEMBER, member=X1, job=JOB)
    for who in ("rosa", "jonas", "nina"):
        assert await company.done(who, EXPORT_MEMBER, member=X1, job=JOB) == first
    await company.owner.execute("update job set state = 'CLOSED'")
    assert await company.done("rosa", EXPORT_MEMBER, member=X1, job=JOB) == first
    assert len(await company.events()) == 1


async def test_callers_at_once_get_one_export_and_the_ats_is_told_once(company: Company) -> None:
    calls = [company.done(who, EXPORT_MEMBER, member=X1, job=JOB) for who in ("rosa", "jonas") * 4]
    exports = await asyncio.gather(*calls)
    assert len({export["id"] for export in exports}) == 1
    assert len(await company.events()) == 1


async def test_another_job_is_another_export(company: Company) -> None:
    await company.owner.execute("update job set state = 'LISTED'")
    first = await company.done("rosa", EXPORT_MEMBER, member=X1, job=JOB)
    second = await company.done("rosa", EXPORT_MEMBER, member=X1, job=CLOSED_JOB)
    assert first["id"] != second["id"]


@pytest.mark.parametrize("way", ["by a tag", "by the candidate's own flag"])
async def test_who_is_not_to_be_contacted_is_not_exported(company: Company, way: str) -> None:
    """Anna, who is m1, has a tag that says so."""
    if way == "by the candidate's own flag":
        await company.owner.execute("delete from candidate_tag")
        await company.owner.execute("update candidate set own_do_not_contact = true where id = $1", ANNA)
    refused = await company.refusal("rosa", EXPORT_MEMBER, member="urn:li:person:m1", job=JOB)
    assert refused == ("DO_NOT_CONTACT", ["input", "memberId"])


async def test_who_may_be_contacted_again_can_be_exported(company: Company) -> None:
    await company.owner.execute("delete from candidate_tag")
    await company.done("rosa", EXPORT_MEMBER, member="urn:li:person:m1", job=JOB)


async def test_do_not_contact_is_each_companys_own(company: Company) -> None:
    export = await company.done("eve", EXPORT_MEMBER, member="urn:li:person:m1", job=FOREIGN_JOB)
    assert export["state"] == "REQUESTED"


async def test_a_closed_job_takes_nobody(unchanged: Company) -> None:
    refused = await unchanged.refusal("rosa", EXPORT_MEMBER, member=X1, job=CLOSED_JOB)
    assert refused == ("JOB_CLOSED", ["input", "jobId"])


@pytest.mark.parametrize(
    "member",
    [
        "urn:li:person:nobody",
        "urn:li:person:m2",  # closed the account
        "urn:li:seat:rosa",
        own("candidate", ANNA),
        "m1",
        "",
        "x" * 5000,
    ],
)
async def test_who_is_no_member_is_not_found(unchanged: Company, member: str) -> None:
    refused = await unchanged.refusal("rosa", EXPORT_MEMBER, member=member, job=JOB)
    assert refused == ("NOT_FOUND", ["input", "memberId"])


@pytest.mark.parametrize(
    "job",
    [own("job", UNKNOWN), FOREIGN_JOB, OLD_JOB, own("candidate", ANNA), JOB.upper(), str(JOB_KEY), "j-1", ""],
)
async def test_what_is_no_job_of_the_companys_ats_is_not_found(unchanged: Company, job: str) -> None:
    refused = await unchanged.refusal("rosa", EXPORT_MEMBER, member=X1, job=job)
    assert refused == ("NOT_FOUND", ["input", "jobId"])


async def test_a_foreign_job_is_refused_in_the_words_of_an_unknown_one(unchanged: Company) -> None:
    answers = [
        await unchanged.payload("rosa", EXPORT_MEMBER, member=X1, job=job)
        for job in (FOREIGN_JOB, own("job", UNKNOWN))
    ]
    assert answers[0] == answers[1]


async def _exported(company: Company, count: int, at: datetime) -> None:
    """So many exports by Rosa's seat at this time."""
    await company.owner.executemany(
        """
        insert into export (company_id, id, member_urn, job_id, seat_id, state, requested_at)
        values ($1, $2, $3, $4, $5, 'CREATED', $6)
        """,
        [(COMPANY, uuid7(), f"urn:li:person:old{n}-{at.month}", JOB_KEY, ROSA, at) for n in range(count)],
    )


async def test_a_seat_exports_300_members_a_month_and_others_are_not_held_up_by_it(company: Company) -> None:
    now = datetime.now(UTC)
    await _exported(company, EXPORTS_OF_SEAT_A_MONTH - 1, now)
    await _exported(company, 50, now.replace(day=1) - timedelta(days=1))
    last = await company.done("rosa", EXPORT_MEMBER, member=X1, job=JOB)
    assert await company.refusal("rosa", EXPORT_MEMBER, member=X2, job=JOB) == ("LIMIT_REACHED", None)
    assert await company.done("rosa", EXPORT_MEMBER, member=X1, job=JOB) == last
    await company.done("jonas", EXPORT_MEMBER, member=X2, job=JOB)


async def test_the_limit_holds_for_callers_at_once(company: Company) -> None:
    await _exported(company, EXPORTS_OF_SEAT_A_MONTH - 3, datetime.now(UTC))
    payloads = await asyncio.gather(
        *(company.payload("rosa", EXPORT_MEMBER, member=member, job=JOB) for member in MEMBERS[:8])
    )
    assert sum(payload["export"] is not None for payload in payloads) == 3
    assert len(await company.events()) == 3


async def test_a_month_begins_at_midnight_utc(company: Company) -> None:
    end = datetime(2026, 3, 31, 23, 59, 59, tzinfo=UTC)
    await _exported(company, EXPORTS_OF_SEAT_A_MONTH, datetime(2026, 3, 1, tzinfo=UTC))
    asked: dict[str, Any] = {"member": X1, "job": JOB_KEY}
    with pytest.raises(WriteRefused, match="300"):
        await request_export(company.pool, CompanyId(COMPANY), PARTNER, ROSA, **asked, now=end)
    later = end + timedelta(seconds=1)
    await request_export(company.pool, CompanyId(COMPANY), PARTNER, ROSA, **asked, now=later)


@pytest.mark.parametrize(
    ("who", "reason"),
    [
        ("mila", "CONTRACT_ACCESS_REQUIRED"),
        ("ats-user", "NO_SEAT"),
        ("ats-admin", "NO_SEAT"),
        ("partner", "NO_SEAT"),
        ("support", "NO_SEAT"),
        ("staff", "NO_SEAT"),
    ],
)
async def test_without_the_feature_nothing_is_exported(unchanged: Company, who: str, reason: str) -> None:
    denied = await unchanged.denial(who, EXPORT_MEMBER, {"member": X1, "job": JOB})
    assert (denied["code"], denied["feature"], denied["reason"]) == (
        "FEATURE_NOT_GRANTED",
        "ONE_CLICK_EXPORT",
        reason,
    )
    assert denied["howToFix"]


async def test_company_wide_access_exports_where_the_setting_says_so(company: Company) -> None:
    facts = (await company.company()).integration
    assert facts is not None
    answer = await company(
        "mila",
        EXPORT_MEMBER,
        {"member": X1, "job": JOB},
        integration=replace(facts, one_click_export_company_wide=True),
    )
    assert answer["data"]["exportMember"]["export"]["seat"] == {"id": "urn:li:seat:mila"}
