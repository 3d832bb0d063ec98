"""Labelled pairs: reading `labelled_pairs.txt`, matching all of it in one database, and how right that was.

*Precision* is the share of automatic matches that are the same person; a match of a pair that nobody could
tell counts as wrong. *Recall* is the share of the pairs of one person that were matched. The scenes
at the end of the file are held back: matching was written without looking at what it makes of them.
"""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final

import asyncpg

from app.database.pool import Pool
from app.ids import CompanyId, MemberUrn
from app.matching.contacts import MemberContact, store_contacts
from app.matching.match import match_due
from app.sync.ingest import ingest
from app.sync.records import Address, CandidateRecord, PhoneNumber

FILE: Final = Path(__file__).parent / "labelled_pairs.txt"
_URL: Final = re.compile(r"^\(?(https?:|in/|([a-z]+\.)?linkedin\.)", re.IGNORECASE)


class Truth(StrEnum):
    SAME = "="
    OTHER = "!"
    UNCLEAR = "?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A candidate or a member, as a line of the file has it. `positions` are pairs of title and company."""

    first: str
    last: str
    emails: Sequence[str] = ()
    phones: Sequence[str] = ()
    url: str | None = None
    positions: Sequence[tuple[str, str]] = ()
    place: tuple[str, str] | None = None


@dataclass(slots=True, kw_only=True)
class Scene:
    """A candidate, and members who may be the same person, each with the truth."""

    number: int
    is_held_back: bool
    kind: str
    what: str
    candidate: Said
    members: list[tuple[Truth, Said]] = field(default_factory=list)

    @property
    def external_id(self) -> str:
        return f"scene-{self.number:03}"

    def urn(self, place: int) -> MemberUrn:
        """The member of that place in the scene, from 0."""
        return MemberUrn(f"urn:li:person:s{self.number:03}-{place}")

    @property
    def same(self) -> set[MemberUrn]:
        return {self.urn(place) for place, (truth, _) in enumerate(self.members) if truth is Truth.SAME}

    @property
    def is_unclear(self) -> bool:
        """Whether it cannot be told of somebody."""
        return any(truth is Truth.UNCLEAR for truth, _ in self.members)


@dataclass(frozen=True, slots=True)
class Outcome:
    """A scene with what matching made of it: the state, and whom it matched if anybody."""

    scene: Scene
    state: str
    matched: MemberUrn | None

    @property
    def is_wrong(self) -> bool:
        return self.matched is not None and self.matched not in self.scene.same


@dataclass(frozen=True, slots=True)
class Quality:
    """Counts over some scenes. `same` are pairs of one person, `to_people` those of them that are
    AMBIGUOUS."""

    pairs: int
    same: int
    matched: int
    right: int
    to_people: int

    @property
    def precision(self) -> float:
        return self.right / self.matched if self.matched else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.same if self.same else 1.0


def read_scenes(file: Path = FILE) -> list[Scene]:
    """The scenes in their order."""
    scenes: list[Scene] = []
    heading: tuple[str, str] | None = None
    is_held_back = False
    for line in file.read_text("utf-8").splitlines():
        mark, rest = line[:1], line[1:].strip()
        if mark == "[":
            kind, _, what = rest.partition("]")
            heading = (kind, what.strip())
        elif mark == "c" and heading is not None:
            scene = Scene(
                number=len(scenes) + 1,
                is_held_back=is_held_back,
                kind=heading[0],
                what=heading[1],
                candidate=_said(rest),
            )
            scenes.append(scene)
        elif mark == "-":
            is_held_back = True
        elif mark and mark in "=!?":
            scenes[-1].members.append((Truth(mark), _said(rest)))
        elif mark not in ("", "#"):
            raise ValueError(f"Not a line of labelled pairs: {line}")
    return scenes


def _said(line: str) -> Said:
    name, *rest = (part.strip() for part in line.split(" ; "))
    first, _, last = name.partition(" / ")
    emails, phones, positions = [], [], []
    url = place = None
    for one in rest:
        if one.startswith("at "):
            city, _, country = one[3:].partition(", ")
            place = (city, country)
        elif " @ " in one:
            title, _, company = one.partition(" @ ")
            positions.append((title, company))
        elif _URL.match(one):
            url = one
        elif "@" in one:
            emails.append(one)
        else:
            phones.append(one)
    return Said(
        first=first, last=last, emails=emails, phones=phones, url=url, positions=positions, place=place
    )


async def match_scenes(
    owner: asyncpg.Connection, pool: Pool, company: CompanyId, partner: str, scenes: Sequence[Scene]
) -> list[Outcome]:
    """Load all scenes into the company and match; outcomes are in the order of the scenes."""
    for scene in scenes:
        for place, (_, member) in enumerate(scene.members):
            await add_member(owner, scene.urn(place), member)
    records = [record_of(scene) for scene in scenes]
    results = await ingest(pool, company, partner, records)
    assert [one.message for one in results if one.message] == []
    await match_due(pool, company)
    rows = await owner.fetch(
        "select external_id, match_state, match_member_urn from candidate where company_id = $1", company
    )
    found = {row["external_id"]: row for row in rows}
    return [
        Outcome(scene, found[scene.external_id]["match_state"], found[scene.external_id]["match_member_urn"])
        for scene in scenes
    ]


async def add_member(owner: asyncpg.Connection, urn: MemberUrn, member: Said) -> None:
    """A member of a scene, with contact data."""
    await owner.execute(
        """
        insert into member (urn, first_name, last_name, public_profile_url, positions, location)
        values ($1, $2, $3, $4, $5, $6)
        """,
        urn,
        member.first,
        member.last,
        f"https://www.linkedin.com/{member.url}" if member.url else None,
        json.dumps([{"title": title, "companyName": company} for title, company in member.positions]),
        ", ".join(member.place) if member.place else None,
    )
    await store_contacts(owner, {urn: MemberContact(emails=member.emails, phones=member.phones)})


def record_of(scene: Scene) -> CandidateRecord:
    """The scene's candidate as the ATS sends it."""
    said = scene.candidate
    title, company = said.positions[0] if said.positions else (None, None)
    return CandidateRecord(
        external_id=scene.external_id,
        first_name=said.first,
        last_name=said.last or None,
        email_addresses=tuple(said.emails),
        phone_numbers=tuple(PhoneNumber(number=phone) for phone in said.phones),
        addresses=(Address(city=said.place[0], country=said.place[1]),) if said.place else (),
        linkedin_profile_url=said.url,
        current_job_title=title,
        current_company_name=company,
    )


def quality(outcomes: Iterable[Outcome]) -> Quality:
    """How right matching was over these scenes."""
    some = list(outcomes)
    same = [one for one in some if one.scene.same]
    return Quality(
        pairs=sum(len(one.scene.members) for one in some),
        same=sum(len(one.scene.same) for one in some),
        matched=sum(one.matched is not None for one in some),
        right=sum(one.matched in one.scene.same for one in some),
        to_people=sum(one.state == "AMBIGUOUS" for one in same),
    )
