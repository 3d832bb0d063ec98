"""Matching candidates to members, a set at a time, after each sync and whenever asked.

What a person decided stays: MANUAL and UNLINKED candidates are never touched here, not even if a person
decides while this runs, and a pair that a person refused is never proposed again. The same data give the
same answer; what has not changed is not written.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import orjson
from asyncpg import Connection, Record

from app.database.pool import Pool
from app.ids import CandidateId, CompanyId, MemberUrn
from app.matching.evidence import KnownMember, MatchDecision, MatchState, Person, as_json, decide
from app.matching.keys import email_key, phone_key, stored_slugs

CHUNK: Final = 500
"""Candidates of one transaction."""
NAMESAKES_MAX: Final = 100
"""Members of one name that are looked at for a candidate; more than that say nothing by their name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchCounts:
    """How many of the candidates are now in which state; `kept` are those that a person decided."""

    matched: int = 0
    ambiguous: int = 0
    unmatched: int = 0
    kept: int = 0

    def __add__(self, other: "MatchCounts") -> "MatchCounts":
        return MatchCounts(
            matched=self.matched + other.matched,
            ambiguous=self.ambiguous + other.ambiguous,
            unmatched=self.unmatched + other.unmatched,
            kept=self.kept + other.kept,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Clues:
    """What is looked up for one candidate, as keys of the database."""

    candidate: CandidateId
    person: Person
    slugs: tuple[str, ...]
    emails: frozenset[str]
    phones: frozenset[str]
    known: Record


async def match_candidates(
    pool: Pool,
    company: CompanyId,
    candidates: Sequence[CandidateId] | None = None,
    *,
    now: datetime | None = None,
) -> MatchCounts:
    """Decide who these candidates are (None: all of the company), `CHUNK` in a transaction."""
    if candidates is None:
        rows = await pool.fetch(
            company, "select id from candidate where company_id = $1 order by id", [company]
        )
        candidates = [CandidateId(row["id"]) for row in rows]
    total = MatchCounts()
    for start in range(0, len(candidates), CHUNK):
        async with pool.transaction(company) as connection:
            total += await match_within(connection, company, candidates[start : start + CHUNK], now=now)
    return total


async def match_within(
    connection: Connection,
    company: CompanyId,
    candidates: Sequence[CandidateId],
    *,
    now: datetime | None = None,
) -> MatchCounts:
    """The same for one chunk, in a transaction of the caller's that is bound to the company."""
    clues = await _clues(connection, company, candidates)
    open_clues = [one for one in clues if one.known["match_state"] not in ("MANUAL", "UNLINKED")]
    proposed = await _proposed(connection, company, open_clues)
    decisions = {one.candidate: decide(one.person, proposed[one.candidate]) for one in open_clues}
    await _store(connection, company, open_clues, decisions, now or datetime.now(UTC))
    states = Counter(decision.state for decision in decisions.values())
    return MatchCounts(
        matched=states[MatchState.MATCHED],
        ambiguous=states[MatchState.AMBIGUOUS],
        unmatched=states[MatchState.UNMATCHED],
        kept=len(clues) - len(open_clues),
    )


async def _clues(
    connection: Connection, company: CompanyId, candidates: Sequence[CandidateId]
) -> list[_Clues]:
    rows = await connection.fetch(
        """
        select
          c.id, c.first_name, c.last_name, c.email_addresses, c.phone_numbers, c.addresses,
          c.current_company_name, c.current_job_title, c.linkedin_profile_url,
          c.match_state, c.match_member_urn, c.match_confidence, c.match_evidence,
          array(
            select a.member_urn || ' ' || a.confidence
            from candidate_alternative a
            where a.company_id = c.company_id and a.candidate_id = c.id
            order by a.rank) as alternatives
        from candidate c
        where c.company_id = $1 and c.id = any($2::uuid[])
        order by c.id
        """,
        company,
        candidates,
    )
    return [_clues_of(row) for row in rows]


def _clues_of(row: Record) -> _Clues:
    addresses = orjson.loads(row["addresses"])
    person = Person(
        first_name=row["first_name"],
        last_name=row["last_name"],
        profile_url=row["linkedin_profile_url"],
        emails=row["email_addresses"],
        phones=[phone["number"] for phone in orjson.loads(row["phone_numbers"])],
        country=next((address["country"] for address in addresses if address.get("country")), None),
        title=row["current_job_title"],
        company=row["current_company_name"],
    )
    phones = (phone_key(phone, person.country) for phone in person.phones)
    return _Clues(
        candidate=CandidateId(row["id"]),
        person=person,
        slugs=stored_slugs(person.profile_url),
        emails=frozenset(key for email in person.emails if (key := email_key(email))),
        phones=frozenset(key for key in phones if key),
        known=row,
    )


async def _proposed(
    connection: Connection, company: CompanyId, clues: Sequence[_Clues]
) -> dict[CandidateId, list[KnownMember]]:
    """For each candidate the members that share a key with it: whoever else it could be is not found."""
    urns: dict[CandidateId, set[str]] = {one.candidate: set() for one in clues}
    by_slug = await _by_slug(connection, {slug for one in clues for slug in one.slugs})
    by_contact = await _by_contact(connection, clues)
    for one in clues:
        for slug in one.slugs:
            urns[one.candidate] |= by_slug[slug]
        for key in one.emails | one.phones:
            urns[one.candidate] |= by_contact[key]
    for candidate, urn in await _namesakes(connection, company, clues):
        urns[candidate].add(urn)
    for candidate, urn in await _refused(connection, company, clues):
        urns[candidate].discard(urn)
    members = await _members(connection, {urn for found in urns.values() for urn in found})
    return {candidate: [members[urn] for urn in sorted(found)] for candidate, found in urns.items()}


async def _by_slug(connection: Connection, slugs: Iterable[str]) -> defaultdict[str, set[str]]:
    rows = await connection.fetch(
        """
        select urn, member_profile_slug(public_profile_url) as slug
        from member
        where member_profile_slug(public_profile_url) = any($1::text[])
        """,
        sorted(slugs),
    )
    found: defaultdict[str, set[str]] = defaultdict(set)
    for row in rows:
        found[row["slug"]].add(row["urn"])
    return found


async def _by_contact(connection: Connection, clues: Sequence[_Clues]) -> defaultdict[str, set[str]]:
    """Members by e-mail or phone key; the two look too different to be taken for each other."""
    rows = await connection.fetch(
        """
        select member_urn, value_key from member_contact
        where kind = 'EMAIL' and value_key = any($1::text[])
        union all
        select member_urn, value_key from member_contact
        where kind = 'PHONE' and value_key = any($2::text[])
        """,
        sorted({key for one in clues for key in one.emails}),
        sorted({key for one in clues for key in one.phones}),
    )
    found: defaultdict[str, set[str]] = defaultdict(set)
    for row in rows:
        found[row["value_key"]].add(row["member_urn"])
    return found


async def _namesakes(
    connection: Connection, company: CompanyId, clues: Sequence[_Clues]
) -> list[tuple[CandidateId, str]]:
    """Members with the name of a candidate whose title and company are known."""
    wanted = [one.candidate for one in clues if one.person.title and one.person.company]
    rows = await connection.fetch(
        """
        select c.id, m.urn
        from candidate c
        cross join lateral (
          select urn
          from member m
          where member_name_key(m.first_name, m.last_name) = member_name_key(c.first_name, c.last_name)
            and not m.is_closed
          order by urn
          limit $3
        ) as m
        where c.company_id = $1 and c.id = any($2::uuid[])
        """,
        company,
        wanted,
        NAMESAKES_MAX,
    )
    return [(CandidateId(row["id"]), row["urn"]) for row in rows]


async def _refused(
    connection: Connection, company: CompanyId, clues: Sequence[_Clues]
) -> list[tuple[CandidateId, str]]:
    """The pairs of which a person said that they are not the same, whatever the evidence says."""
    rows = await connection.fetch(
        """
        select candidate_id, member_urn
        from refused_match
        where company_id = $1 and candidate_id = any($2::uuid[])
        """,
        company,
        [one.candidate for one in clues],
    )
    return [(CandidateId(row["candidate_id"]), row["member_urn"]) for row in rows]


async def _members(connection: Connection, urns: Iterable[str]) -> dict[str, KnownMember]:
    """These members with their contact keys. One that the mirror lacks is known by its contact data only."""
    sought = sorted(urns)
    contacts: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for row in await connection.fetch(
        "select member_urn, kind, value_key from member_contact where member_urn = any($1::text[])", sought
    ):
        contacts[row["member_urn"], row["kind"]].add(row["value_key"])
    rows = await connection.fetch(
        """
        select urn, first_name, last_name, public_profile_url, positions, is_closed
        from member
        where urn = any($1::text[])
        """,
        sought,
    )
    mirrored = {row["urn"]: row for row in rows}
    return {urn: _member(urn, mirrored.get(urn), contacts) for urn in sought}


def _member(urn: str, row: Record | None, contacts: Mapping[tuple[str, str], set[str]]) -> KnownMember:
    emails, phones = (frozenset(contacts.get((urn, kind), ())) for kind in ("EMAIL", "PHONE"))
    if row is None:
        return KnownMember(urn=MemberUrn(urn), email_keys=emails, phone_keys=phones)
    return KnownMember(
        urn=MemberUrn(urn),
        first_name=row["first_name"],
        last_name=row["last_name"],
        profile_url=row["public_profile_url"],
        email_keys=emails,
        phone_keys=phones,
        positions=[(one["title"], one["companyName"]) for one in orjson.loads(row["positions"])],
        is_closed=row["is_closed"],
    )


def _is_known(known: Record, decision: MatchDecision) -> bool:
    return bool(
        known["match_state"] == decision.state
        and known["match_member_urn"] == decision.member
        and known["match_confidence"] == decision.confidence
        and orjson.loads(known["match_evidence"]) == as_json(decision.evidence)
        and known["alternatives"] == [f"{one.member} {one.confidence:g}" for one in decision.alternatives]
    )


async def _store(
    connection: Connection,
    company: CompanyId,
    clues: Sequence[_Clues],
    decisions: Mapping[CandidateId, MatchDecision],
    now: datetime,
) -> None:
    changed = {
        one.candidate: decisions[one.candidate]
        for one in clues
        if not _is_known(one.known, decisions[one.candidate])
    }
    if not changed:
        return
    rows = [
        {
            "id": str(candidate),
            "state": decision.state.value,
            "member": decision.member,
            "confidence": decision.confidence,
            "evidence": as_json(decision.evidence),
        }
        for candidate, decision in changed.items()
    ]
    written = await connection.fetch(
        """
        update candidate c
        set
          match_state = d.state,
          match_linked_at = case
            when d.member is null then null
            when d.member = c.match_member_urn then c.match_linked_at
            else $3 end,
          match_linked_by = null,
          match_member_urn = d.member,
          match_confidence = d.confidence,
          match_evidence = d.evidence
        from jsonb_to_recordset($2::jsonb)
          as d(id uuid, state text, member text, confidence double precision, evidence jsonb)
        where c.company_id = $1 and c.id = d.id and c.match_state not in ('MANUAL', 'UNLINKED')
        returning c.id
        """,
        company,
        orjson.dumps(rows).decode(),
        now,
    )
    ids = [row["id"] for row in written]
    await connection.execute(
        "delete from candidate_alternative where company_id = $1 and candidate_id = any($2::uuid[])",
        company,
        ids,
    )
    await _store_alternatives(connection, company, {key: changed[CandidateId(key)] for key in ids})


async def _store_alternatives(
    connection: Connection, company: CompanyId, decisions: Mapping[UUID, MatchDecision]
) -> None:
    rows = [
        {
            "candidate_id": str(candidate),
            "member_urn": one.member,
            "rank": rank,
            "confidence": one.confidence,
            "evidence": as_json(one.evidence),
        }
        for candidate, decision in decisions.items()
        for rank, one in enumerate(decision.alternatives)
    ]
    if rows:
        await connection.execute(
            """
            insert into candidate_alternative
              (company_id, candidate_id, member_urn, rank, confidence, evidence)
            select $1, candidate_id, member_urn, rank, confidence, evidence
            from jsonb_to_recordset($2::jsonb)
              as r(
                candidate_id uuid, member_urn text, rank integer, confidence double precision, evidence jsonb)
            """,
            company,
            orjson.dumps(rows).decode(),
        )
