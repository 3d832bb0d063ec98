"""Candidates on their way from their rows to a decision and back.

What a person decided stays: MANUAL and UNLINKED candidates are never touched here, not even if a person
decides while this runs, and a pair that a person refused is never proposed again. What has not changed is not
written.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import orjson
from asyncpg import Connection, Record

from app.ids import CandidateId, CompanyId
from app.matching.evidence import MatchDecision, MatchState, as_json, decide
from app.matching.members import members_by_urn
from app.matching.people import Person, clues_of_person

MEMBERS_OF_CLUE_MAX: Final = 200
"""Members that are looked at for one clue; what more of them have in common says nothing of anybody."""
AT_A_STRETCH: Final = 8
"""Candidates that are decided before others on the same event loop get their turn: about a millisecond."""
BY_HAND: Final = (MatchState.MANUAL.value, MatchState.UNLINKED.value)


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

    @property
    def total(self) -> int:
        return self.matched + self.ambiguous + self.unmatched + self.kept


@dataclass(frozen=True, slots=True)
class Looked:
    """A candidate that is looked at, with its clues."""

    id: CandidateId
    person: Person
    clues: frozenset[str]


async def read_candidates(
    connection: Connection, company: CompanyId, candidates: Sequence[CandidateId]
) -> list[Looked]:
    """Those of the candidates that are still there, in the order of their ids."""
    rows = await connection.fetch(
        """
        select
          id, first_name, last_name, middle_initial, suffix, email_addresses, phone_numbers, addresses,
          current_company_name, current_job_title, linkedin_profile_url
        from candidate
        where company_id = $1 and id = any($2::uuid[])
        order by id
        """,
        company,
        candidates,
    )
    looked = []
    for number, row in enumerate(rows):
        person = _person(row)
        looked.append(Looked(CandidateId(row["id"]), person, clues_of_person(person)))
        if number % AT_A_STRETCH == 0:
            await asyncio.sleep(0)
    return looked


def _person(row: Record) -> Person:
    phones, addresses = orjson.loads(row["phone_numbers"]), orjson.loads(row["addresses"])
    return Person(
        first_name=row["first_name"],
        last_name=row["last_name"],
        middle=row["middle_initial"],
        suffix=row["suffix"],
        profile_url=row["linkedin_profile_url"],
        emails=row["email_addresses"],
        phones=[phone["number"] for phone in phones],
        country=next((address["country"] for address in addresses if address.get("country")), None),
        title=row["current_job_title"],
        company=row["current_company_name"],
    )


async def save_clues(connection: Connection, company: CompanyId, looked: Sequence[Looked]) -> list[Looked]:
    """Keep the clues, so that members that come later find these candidates; answers whose were kept.

    A candidate that is being deleted meanwhile is left out: waiting for it could be waiting for each other.
    """
    rows = await connection.fetch(
        """
        with held as materialized (
          select id from candidate
          where company_id = $1 and id = any(array(
            select id from jsonb_to_recordset($2::jsonb) as r(id uuid)))
          order by id
          for key share skip locked
        ),
        kept as (
          insert into candidate_clue as known (company_id, candidate_id, clues)
          select $1, r.id, r.clues
          from jsonb_to_recordset($2::jsonb) as r(id uuid, clues text[])
          join held on held.id = r.id
          order by r.id
          on conflict (company_id, candidate_id) do update
          set clues = excluded.clues
          where known.clues is distinct from excluded.clues
        )
        select id from held
        """,
        company,
        orjson.dumps([{"id": str(one.id), "clues": sorted(one.clues)} for one in looked]).decode(),
    )
    kept = {row["id"] for row in rows}
    return [one for one in looked if one.id in kept]


async def decide_all(
    connection: Connection, company: CompanyId, looked: Sequence[Looked]
) -> dict[CandidateId, MatchDecision]:
    """Who each of them is, among the members that share a clue with it and were not refused."""
    by_clue = await _by_clue(connection, {clue for one in looked for clue in one.clues})
    urns = {one.id: {urn for clue in one.clues for urn in by_clue.get(clue, ())} for one in looked}
    for row in await connection.fetch(
        """
        select candidate_id, member_urn from refused_match
        where company_id = $1 and candidate_id = any($2::uuid[])
        """,
        company,
        list(urns),
    ):
        urns[CandidateId(row["candidate_id"])].discard(row["member_urn"])
    members = await members_by_urn(connection, {urn for found in urns.values() for urn in found})
    decisions = {}
    for number, one in enumerate(looked):
        decisions[one.id] = decide(one.person, [members[urn] for urn in urns[one.id]])
        if number % AT_A_STRETCH == 0:
            await asyncio.sleep(0)
    return decisions


async def _by_clue(connection: Connection, clues: Iterable[str]) -> dict[str, list[str]]:
    rows = await connection.fetch(
        """
        select asked.clue, array(
          select m.member_urn from member_clue m where m.clue = asked.clue limit $2
        ) as urns
        from unnest($1::text[]) as asked (clue)
        """,
        sorted(clues),
        MEMBERS_OF_CLUE_MAX + 1,
    )
    return {row["clue"]: row["urns"] for row in rows if len(row["urns"]) <= MEMBERS_OF_CLUE_MAX}


async def hold_matches(
    connection: Connection, company: CompanyId, candidates: Sequence[CandidateId]
) -> dict[CandidateId, Record]:
    """The matches of the candidates as they are, held until the transaction ends.

    Those that somebody else holds are left out, so that nobody waits for each other.
    """
    rows = await connection.fetch(
        """
        select
          id, match_state, match_member_urn, match_confidence, match_evidence,
          case when match_state = 'AMBIGUOUS' then array(
            select a.member_urn || ' ' || a.confidence
            from candidate_alternative a
            where a.company_id = c.company_id and a.candidate_id = c.id
            order by a.rank) else '{}' end as alternatives
        from candidate c
        where company_id = $1 and id = any($2::uuid[])
        order by id
        for no key update skip locked
        """,
        company,
        candidates,
    )
    return {CandidateId(row["id"]): row for row in rows}


async def store_decisions(
    connection: Connection,
    company: CompanyId,
    held: Mapping[CandidateId, Record],
    decisions: Mapping[CandidateId, MatchDecision],
    now: datetime,
) -> MatchCounts:
    """Write what is another decision than before, of those that are held and that no person decided."""
    open_ones = {
        candidate: decision
        for candidate, decision in decisions.items()
        if candidate in held and held[candidate]["match_state"] not in BY_HAND
    }
    changed = {
        candidate: decision
        for candidate, decision in open_ones.items()
        if not _is_known(held[candidate], decision)
    }
    if changed:
        await _write(connection, company, changed, now)
        await _write_alternatives(connection, company, held, changed)
    states = Counter(decision.state for decision in open_ones.values())
    return MatchCounts(
        matched=states[MatchState.MATCHED],
        ambiguous=states[MatchState.AMBIGUOUS],
        unmatched=states[MatchState.UNMATCHED],
        kept=sum(row["match_state"] in BY_HAND for row in held.values()),
    )


def _is_known(known: Record, decision: MatchDecision) -> bool:
    return bool(
        known["match_state"] == decision.state
        and known["match_member_urn"] == decision.member
        and known["match_confidence"] == decision.confidence
        and orjson.loads(known["match_evidence"]) == as_json(decision.evidence)
        and known["alternatives"] == [f"{one.member} {one.confidence:g}" for one in decision.alternatives]
    )


async def _write(
    connection: Connection, company: CompanyId, changed: Mapping[CandidateId, MatchDecision], now: datetime
) -> None:
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
    await connection.execute(
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
        where c.company_id = $1 and c.id = d.id
        """,
        company,
        orjson.dumps(rows).decode(),
        now,
    )


async def _write_alternatives(
    connection: Connection,
    company: CompanyId,
    held: Mapping[CandidateId, Record],
    changed: Mapping[CandidateId, MatchDecision],
) -> None:
    concerned = [
        one
        for one, decision in changed.items()
        if decision.alternatives or held[one]["match_state"] == MatchState.AMBIGUOUS
    ]
    if concerned:
        await connection.execute(
            "delete from candidate_alternative where company_id = $1 and candidate_id = any($2::uuid[])",
            company,
            concerned,
        )
    rows = [
        {
            "candidate_id": str(candidate),
            "member_urn": one.member,
            "rank": rank,
            "confidence": one.confidence,
            "evidence": as_json(one.evidence),
        }
        for candidate, decision in changed.items()
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
