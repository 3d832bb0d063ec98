"""What one connection of an ATS sends over the wire API, and what must be there of it in the end."""

import random
from dataclasses import dataclass, field
from typing import Any, Final

import asyncpg

from app.ids import CompanyId
from tests.sync.wire_batches import Call, application, candidate, delete, put

BATCH: Final = 25
_START_MS: Final = 1_700_000_000_000


@dataclass
class Records:
    """The records of one connection: call after call, each repeated until it is answered.

    `candidates` is what should be there, by id with the first name; `applications` by id with the candidate;
    `deleted` what should not. `sent` counts the records of all calls that were answered.
    """

    number: int
    context: str
    dice: random.Random
    candidates: dict[str, str] = field(default_factory=dict)
    applications: dict[str, str] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)
    under_way: Call | None = None
    answered: int = 0
    sent: int = 0
    _after: tuple[dict[str, str], dict[str, str], list[str]] = field(default_factory=lambda: ({}, {}, []))

    def next(self) -> Call:
        """New candidates, a later state of known ones, applications, or a delete of some."""
        chance = self.dice.random()
        if chance < 0.15 and self.candidates:
            gone = self.dice.sample(sorted(self.candidates), min(5, len(self.candidates)))
            self._after = ({}, {}, gone)
            self.under_way = delete("atsCandidates", "atsCandidateId", self.context, gone)
        elif chance < 0.6 or not self.candidates:
            names = [f"{self.number}-{self.answered}-{place}" for place in range(BATCH)]
            if self.candidates and chance < 0.3:
                names = self._some()
            self.under_way = self._put(names)
        else:
            applied = {f"a-{owner}": owner for owner in self._some()}
            self._after = ({}, applied, [])
            records = {name: application(owner, self._modified) for name, owner in applied.items()}
            self.under_way = put("atsApplications", "atsJobApplicationId", self.context, records)
        return self.under_way

    def one(self, name: str) -> Call:
        """This candidate alone, in a state newer than all before."""
        self.under_way = self._put([name])
        return self.under_way

    def taken(self) -> None:
        """The last call was answered, and all of its records were taken."""
        assert self.under_way is not None
        self.answered += 1
        self.sent += len(self.under_way.keys)
        self.under_way = None
        put_there, applied, gone = self._after
        self.candidates |= put_there
        self.applications |= applied
        self.deleted = (self.deleted - put_there.keys()) | set(gone)
        for name in gone:
            del self.candidates[name]
        self.applications = {name: of for name, of in self.applications.items() if of not in gone}

    @property
    def key(self) -> str:
        """The Idempotency-Key of the call under way."""
        return f"{self.number}-{self.answered}"

    @property
    def _modified(self) -> int:
        return _START_MS + self.answered + 1

    def _some(self) -> list[str]:
        return self.dice.sample(sorted(self.candidates), min(BATCH, len(self.candidates)))

    def _put(self, names: list[str]) -> Call:
        first_name = f"Turn{self.answered}"
        self._after = (dict.fromkeys(names, first_name), {}, [])
        records = {
            name: candidate(place, self._modified, first_name=first_name) for place, name in enumerate(names)
        }
        return put("atsCandidates", "atsCandidateId", self.context, records)


def assert_taken(call: Call, said: dict[str, Any]) -> None:
    """Every record of the call was taken, says its answer."""
    assert said["errors"] == {}
    assert len(said["results"]) == len(call.keys)


async def missing_or_doubled(owner: asyncpg.Connection, company: CompanyId, sent: list[Records]) -> list[str]:
    """Where the company's rows are not what these connections have sent; nothing if all are.

    They are told from others' by their ids, which begin with the connection's number.
    """
    found = []
    rows = await owner.fetch(
        "select external_id, first_name from candidate where company_id = $1 and external_id ~ '^[0-9]+-'",
        company,
    )
    expected = {name: first for records in sent for name, first in records.candidates.items()}
    there = {row["external_id"]: row["first_name"] for row in rows}
    found += _differences("candidate", expected, there, len(rows))
    rows = await owner.fetch(
        """
        select a.external_id, c.external_id as candidate
        from application a
        left join candidate c on c.company_id = a.company_id and c.id = a.candidate_id
        where a.company_id = $1 and a.external_id ~ '^a-[0-9]+-'
        """,
        company,
    )
    expected = {name: of for records in sent for name, of in records.applications.items()}
    there = {row["external_id"]: row["candidate"] for row in rows}
    return found + _differences("application", expected, there, len(rows))


def _differences(what: str, expected: dict[str, str], there: dict[str, str | None], rows: int) -> list[str]:
    found = [f"{what} {name} is lost" for name in expected.keys() - there.keys()]
    found += [f"{what} {name} should not be there" for name in there.keys() - expected.keys()]
    found += [
        f"{what} {name} is {there[name]!r} and should be {of!r}"
        for name, of in expected.items()
        if there.get(name, of) != of
    ]
    if rows != len(there):
        found.append(f"{rows - len(there)} rows of {what} are doubled")
    return found
