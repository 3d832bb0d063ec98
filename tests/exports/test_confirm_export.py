"""confirmExport: the export's member becomes the ATS's candidate, and nothing that a person said is lost."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from app.access.features import IntegrationState
from app.ids import CompanyId
from app.outbox.events import EventState
from app.sync.ingest import ingest
from app.sync.records import CandidateRecord, RecordOutcome
from tests.exports.conftest import CONFIRM_EXPORT, EXPORT_MEMBER, JOB, MEMBERS, WAITING, Company
from tests.resolvers.world import BELA, COMPANY, PARTNER, own
from tests.resolvers.world import EXPORT as EXPORT_KEY

X1 = MEMBERS[0]


async def exported(company: Company, member: str = X1) -> str:
    export: str = (await company.done("rosa", EXPORT_MEMBER, member=member, job=JOB))["id"]
    return export


async def test_an_unknown_candidate_is_made_of_the_members_profile_and_linked_by_hand(
    company: Company,
) -> None:
    export = await exported(company)
    confirmed = await company.done("partner", CONFIRM_EXPORT, export=export, candidate="new-1")
    assert (confirmed["state"], confirmed["candidate"]["externalId"]) == ("CREATED", "new-1")
    row = await company.candidate("new-1")
    assert (row["first_name"], row["last_name"]) == ("Canary", "Canary-1")
    assert (row["current_job_title"], row["current_company_name"]) == ("Canary breeder", "Canary Ltd")
    assert (row["match_state"], row["match_member_urn"], row["match_confidence"]) == ("MANUAL", X1, 1.0)
    rosa = await company.owner.fetchval("select id from seat where urn = 'urn:li:seat:rosa'")
    assert row["match_linked_by"] == rosa


async def test_the_atss_own_record_of_the_new_candidate_replaces_ours_whenever_it_was_written(
    company: Company,
) -> None:
    """The ATS made it after the export was asked for, and syncs it after it has confirmed."""
    export = await exported(company)
    await company.done("partner", CONFIRM_EXPORT, export=export, candidate="new-1")
    asked_at = await company.owner.fetchval("select max(requested_at) from export")
    written = CandidateRecord(
        external_id="new-1", first_name="Real", ats_last_modified_at=asked_at + timedelta(milliseconds=1)
    )
    (result,) = await ingest(company.pool, CompanyId(COMPANY), PARTNER, [written])
    assert result.outcome is RecordOutcome.UPDATED
    row = await company.candidate("new-1")
    assert (row["first_name"], row["match_state"], row["match_member_urn"]) == ("Real", "MANUAL", X1)


@pytest.mark.parametrize("candidate", ["x-1", "x-2", "x-3"])
async def test_a_known_candidate_is_named_and_its_record_stays(company: Company, candidate: str) -> None:
    """Matched to another member by evidence, to a closed one, or ambiguous: the ATS knows better."""
    before = await company.candidate(candidate)
    export = await exported(company)
    confirmed = await company.done("partner", CONFIRM_EXPORT, export=export, candidate=candidate)
    assert confirmed["candidate"]["id"] == own("candidate", before["id"])
    after = await company.candidate(candidate)
    assert (after["match_state"], after["match_member_urn"]) == ("MANUAL", X1)
    assert (after["first_name"], after["last_modified_at"]) == (
        before["first_name"],
        before["last_modified_at"],
    )


async def test_confirmed_again_nothing_changes_and_with_another_candidate_it_is_refused(
    company: Company,
) -> None:
    export = await exported(company)
    first = await company.done("partner", CONFIRM_EXPORT, export=export, candidate="new-1")
    before = await company.everything()
    assert await company.done("partner", CONFIRM_EXPORT, export=export, candidate="new-1") == first
    assert await company.everything() == before
    refused = await company.refusal("partner", CONFIRM_EXPORT, export=export, candidate="x-2")
    assert refused == ("ALREADY_CONFIRMED", ["input", "candidateExternalId"])


async def test_two_confirmations_at_once_make_one_candidate(company: Company) -> None:
    export = await exported(company)
    calls = [company.done("partner", CONFIRM_EXPORT, export=export, candidate="new-1") for _ in range(4)]
    answers = await asyncio.gather(*calls)
    assert all(answer == answers[0] for answer in answers)


async def test_of_two_different_confirmations_at_once_one_counts(company: Company) -> None:
    export = await exported(company)
    answers = await asyncio.gather(
        *(company.payload("partner", CONFIRM_EXPORT, export=export, candidate=f"new-{n}") for n in range(4))
    )
    codes = [error["code"] for answer in answers for error in answer["userErrors"]]
    assert codes == ["ALREADY_CONFIRMED"] * 3
    made = await company.owner.fetchval("select count(*) from candidate where external_id like 'new-%'")
    assert made == 1


async def test_whom_a_person_linked_to_somebody_else_is_left_alone(company: Company) -> None:
    await company.owner.execute(
        "update candidate set match_state = 'MANUAL', match_member_urn = 'urn:li:person:m3' where id = $1",
        BELA,
    )
    export = await exported(company)
    refused = await company.refusal("partner", CONFIRM_EXPORT, export=export, candidate="x-2")
    assert refused == ("LINKED_OTHERWISE", ["input", "candidateExternalId"])


async def test_a_member_who_closed_the_account_meanwhile_leaves_no_profile_behind(company: Company) -> None:
    export = await exported(company)
    await company.owner.execute("update member set is_closed = true where urn = $1", X1)
    refused = await company.refusal("partner", CONFIRM_EXPORT, export=export, candidate="new-1")
    assert refused == ("MEMBER_CLOSED", ["input", "exportId"])


@pytest.mark.parametrize("candidate", ["", " ", "x" * 301])
async def test_an_id_that_no_candidate_can_have_is_refused(unchanged: Company, candidate: str) -> None:
    refused = await unchanged.refusal("partner", CONFIRM_EXPORT, export=WAITING, candidate=candidate)
    assert refused == ("INVALID", ["input", "candidateExternalId"])


WRONG_IDS = [own("export", BELA), own("candidate", BELA), str(EXPORT_KEY), "urn:rsc:export:7", ""]


@pytest.mark.parametrize("export", WRONG_IDS)
async def test_what_is_no_export_is_not_found(unchanged: Company, export: str) -> None:
    refused = await unchanged.refusal("partner", CONFIRM_EXPORT, export=export, candidate="new-1")
    assert refused == ("NOT_FOUND", ["input", "exportId"])


async def test_another_companys_export_is_not_found(unchanged: Company) -> None:
    refused = await unchanged.refusal("other-partner", CONFIRM_EXPORT, export=WAITING, candidate="new-1")
    assert refused == ("NOT_FOUND", ["input", "exportId"])


async def test_an_export_to_another_partners_job_is_not_found(company: Company) -> None:
    export = await exported(company)
    await company.owner.execute("update job set partner_name = 'Old ATS'")
    refused = await company.refusal("partner", CONFIRM_EXPORT, export=export, candidate="new-1")
    assert refused == ("NOT_FOUND", ["input", "exportId"])


@pytest.mark.parametrize("who", ["rosa", "jonas", "ats-user", "ats-admin", "support", "staff", "eve"])
async def test_nobody_but_the_partner_confirms(unchanged: Company, who: str) -> None:
    denied = await unchanged.denial(who, CONFIRM_EXPORT, {"export": WAITING, "candidate": "new-1"})
    assert (denied["code"], denied["roles"]) == ("ROLE_REQUIRED", ["PARTNER"])


async def test_while_the_integration_is_disabled_the_partner_is_told_to_stop(unchanged: Company) -> None:
    facts = (await unchanged.company()).integration
    assert facts is not None
    denied = await unchanged.denial(
        "partner",
        CONFIRM_EXPORT,
        {"export": WAITING, "candidate": "new-1"},
        integration=replace(facts, state=IntegrationState.DISABLED),
    )
    assert denied["code"] == "INTEGRATION_DISABLED"
    assert denied["howToFix"]


async def test_who_has_confirmed_is_not_told_any_more(company: Company) -> None:
    export = await exported(company)
    await company.done("partner", CONFIRM_EXPORT, export=export, candidate="new-1")
    (event,) = await company.events()
    assert event["state"] == EventState.DELIVERED
