"""Matching in the database: found by every key, stored once, and never against a person's decision."""

import json
from typing import Any

import asyncpg
import pytest

from app.database.pool import Pool
from app.ids import CandidateId, CompanyId, MemberUrn
from app.matching.candidates import MatchCounts
from app.matching.contacts import MemberContact, store_contacts
from app.matching.match import match_candidates
from app.sync.ingest import ingest
from app.sync.records import CandidateRecord, PhoneNumber
from tests.sync.companies import PARTNER, live_company

LOCKE = {"first_name": "José", "last_name": "Løcke"}


async def add_member(
    owner: asyncpg.Connection, slug: str, *, closed: bool = False, position: Any = None, **contact: Any
) -> MemberUrn:
    urn = MemberUrn(f"urn:li:person:{slug}")
    await owner.execute(
        """
        insert into member (urn, first_name, last_name, public_profile_url, is_closed, positions)
        values ($1, 'Jose', 'Locke', $2, $3, $4)
        """,
        urn,
        f"https://www.linkedin.com/in/{slug}",
        closed,
        json.dumps([position] if position else []),
    )
    await store_contacts(owner, {urn: MemberContact(**contact)})
    return urn


async def add_candidate(pool: Pool, company: CompanyId, name: str = "c1", **said: Any) -> CandidateId:
    record = CandidateRecord(external_id=name, **{**LOCKE, **said})
    [result] = await ingest(pool, company, PARTNER, [record])
    assert result.id is not None
    return CandidateId(result.id)


async def match_of(owner: asyncpg.Connection, candidate: CandidateId) -> asyncpg.Record:
    row = await owner.fetchrow("select * from candidate where id = $1", candidate)
    assert row is not None
    return row


@pytest.mark.parametrize(
    ("said", "member", "method"),
    [
        ({"linkedin_profile_url": "http://fr.linkedin.com/in/JL/?x=1"}, {}, "PROFILE_URL"),
        ({"email_addresses": ("JL@example.com",)}, {"emails": ["jl@Example.com"]}, "EMAIL"),
        (
            {"phone_numbers": (PhoneNumber(number="(555) 555-5555"),)},
            {"phones": ["+1 555 555 5555"]},
            "PHONE_AND_NAME",
        ),
        (
            {"current_job_title": "engineer", "current_company_name": "Box, Inc."},
            {"position": {"title": "Engineer", "companyName": "BOX"}},
            "NAME_TITLE_COMPANY",
        ),
    ],
)
async def test_each_kind_of_evidence_finds_the_member(
    pool: Pool,
    company: CompanyId,
    owner: asyncpg.Connection,
    said: dict[str, Any],
    member: dict[str, Any],
    method: str,
) -> None:
    urn = await add_member(owner, "jl", **member)
    candidate = await add_candidate(pool, company, **said)
    assert await match_candidates(pool, company, [candidate]) == MatchCounts(matched=1)
    row = await match_of(owner, candidate)
    assert (row["match_state"], row["match_member_urn"]) == ("MATCHED", urn)
    assert [one["method"] for one in json.loads(row["match_evidence"])] == [method]
    assert row["match_linked_at"] is not None
    assert row["match_linked_by"] is None


@pytest.mark.parametrize("stored", ["jos%C3%A9-locke", "josé-locke", "Jos%c3%a9-Locke"])
async def test_a_profile_url_is_found_however_its_letters_are_encoded(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection, stored: str
) -> None:
    await owner.execute(
        "insert into member (urn, first_name, last_name, public_profile_url) values ($1, 'J', 'L', $2)",
        "urn:li:person:1",
        f"https://www.linkedin.com/in/{stored}/",
    )
    candidate = await add_candidate(pool, company, linkedin_profile_url="linkedin.com/in/José-Locke")
    assert (await match_candidates(pool, company, [candidate])).matched == 1


async def test_ambiguous_lists_whom_it_may_be_and_is_solved_by_better_evidence(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection
) -> None:
    first = await add_member(owner, "a", emails=["jl@example.com"])
    second = await add_member(owner, "b", emails=["jl@example.com"])
    candidate = await add_candidate(pool, company, email_addresses=("jl@example.com",))
    assert await match_candidates(pool, company, [candidate]) == MatchCounts(ambiguous=1)
    row = await match_of(owner, candidate)
    assert (row["match_state"], row["match_member_urn"]) == ("AMBIGUOUS", None)
    listed = await owner.fetch("select member_urn, rank from candidate_alternative order by rank")
    assert [tuple(one) for one in listed] == [(first, 0), (second, 1)]

    await add_candidate(
        pool, company, email_addresses=("jl@example.com",), linkedin_profile_url="linkedin.com/in/b"
    )
    await match_candidates(pool, company, [candidate])
    row = await match_of(owner, candidate)
    assert (row["match_state"], row["match_member_urn"]) == ("MATCHED", second)
    assert await owner.fetchval("select count(*) from candidate_alternative") == 0


async def test_a_match_whose_evidence_is_gone_is_gone(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection
) -> None:
    await add_member(owner, "a", emails=["jl@example.com"])
    candidate = await add_candidate(pool, company, email_addresses=("jl@example.com",))
    await match_candidates(pool, company, [candidate])
    await add_candidate(pool, company, email_addresses=("other@example.com",))
    assert await match_candidates(pool, company, [candidate]) == MatchCounts(unmatched=1)
    row = await match_of(owner, candidate)
    assert (row["match_state"], row["match_member_urn"], row["match_linked_at"]) == ("UNMATCHED", None, None)
    assert (row["match_confidence"], row["match_evidence"]) == (None, "[]")


@pytest.mark.parametrize(("state", "urn"), [("MANUAL", "urn:li:person:chosen"), ("UNLINKED", None)])
async def test_what_a_person_decided_is_never_touched(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection, state: str, urn: str | None
) -> None:
    await add_member(owner, "a", emails=["jl@example.com"])
    candidate = await add_candidate(pool, company, email_addresses=("jl@example.com",))
    await owner.execute(
        "update candidate set match_state = $2, match_member_urn = $3 where id = $1", candidate, state, urn
    )
    before = await match_of(owner, candidate)
    await add_candidate(pool, company, email_addresses=("jl@example.com",), last_name="Locke")
    assert await match_candidates(pool, company) == MatchCounts(kept=1)
    after = await match_of(owner, candidate)
    matching = [name for name in after.keys() if name.startswith("match_")]  # noqa: SIM118 (a Record)
    assert [after[name] for name in matching] == [before[name] for name in matching]


async def test_matching_again_writes_nothing(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection
) -> None:
    for slug in ("a", "b"):
        await add_member(owner, slug, emails=["two@example.com", f"{slug}@example.com"])
    await add_candidate(pool, company, "matched", email_addresses=("a@example.com",))
    await add_candidate(pool, company, "ambiguous", email_addresses=("two@example.com",))
    await add_candidate(pool, company, "unmatched", email_addresses=("c@example.com",))
    assert await match_candidates(pool, company) == MatchCounts(matched=1, ambiguous=1, unmatched=1)
    tables = ("candidate", "candidate_alternative")
    before = [await owner.fetch(f"select xmin, * from {table}") for table in tables]
    assert await match_candidates(pool, company) == MatchCounts(matched=1, ambiguous=1, unmatched=1)
    assert [await owner.fetch(f"select xmin, * from {table}") for table in tables] == before


async def test_a_closed_member_is_not_matched(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection
) -> None:
    await add_member(owner, "a", closed=True, emails=["jl@example.com"])
    candidate = await add_candidate(pool, company, email_addresses=("jl@example.com",))
    assert await match_candidates(pool, company, [candidate]) == MatchCounts(unmatched=1)


async def test_a_member_that_only_contact_data_tell_of_is_matched_too(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection
) -> None:
    urn = MemberUrn("urn:li:person:remote")
    await store_contacts(owner, {urn: MemberContact(emails=["jl@example.com"])})
    candidate = await add_candidate(pool, company, email_addresses=("jl@example.com",))
    await match_candidates(pool, company, [candidate])
    assert (await match_of(owner, candidate))["match_member_urn"] == urn


async def test_another_companys_candidates_are_out_of_reach(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection
) -> None:
    await add_member(owner, "a", emails=["jl@example.com"])
    other = await live_company(owner)
    candidate = await add_candidate(pool, other, email_addresses=("jl@example.com",))
    assert await match_candidates(pool, company, [candidate]) == MatchCounts()
    assert (await match_of(owner, candidate))["match_state"] == "UNMATCHED"


async def test_contacts_are_replaced_in_normal_form(owner: asyncpg.Connection) -> None:
    urn = MemberUrn("urn:li:person:a")
    await store_contacts(owner, {urn: MemberContact(emails=["old@example.com"])})
    await store_contacts(
        owner,
        {
            urn: MemberContact(
                emails=["A@B.example", "a@b.example", "none"], phones=["030 901820"], country="DE"
            )
        },
    )
    rows = await owner.fetch("select member_urn, kind, value_key from member_contact order by kind")
    assert [tuple(row) for row in rows] == [(urn, "EMAIL", "a@b.example"), (urn, "PHONE", "+4930901820")]
