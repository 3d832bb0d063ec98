"""What the load asks: whole HTTP requests of a company's recruiters, as bytes."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Any, Final

import asyncpg

from app.demo.scale import MAIN_COMPANY, SMALL_COMPANY
from tests.load.gateway import Place

FABRIKAM, LITWARE = "Fabrikam", "Litware"
"""The companies of the benchmark's database: the large one, and one with a fiftieth of its records."""

_COMPANIES: Final = {FABRIKAM: (str(MAIN_COMPANY), 9_701), LITWARE: (str(SMALL_COMPANY), 9_801)}
_RECRUITERS: Final = 8
_REQUESTS: Final = 400
_SAMPLE: Final = 200

_OPERATIONS: Final = Path(__file__).parents[1] / "benchmarks" / "operations"
SINGLE: Final = (_OPERATIONS / "single.graphql").read_text()
LIST: Final = (_OPERATIONS / "list.graphql").read_text()
VIEWER: Final = "query Viewer { viewer { roles company { name } } }"
JOB: Final = "query Job($id: ID!) { job(id: $id) { id title location } }"
NAMES: Final = "query Names { candidates(first: 10) { edges { node { id firstName lastName } } } }"

MIX: Final[Mapping[str, int]] = {SINGLE: 45, LIST: 20, JOB: 15, NAMES: 10, VIEWER: 10}
"""The documents by their share of all requests, in per cent."""


@dataclass(frozen=True, slots=True)
class Known:
    """Ids of one company's records, for variables."""

    company: str
    candidates: Sequence[str]
    jobs: Sequence[str]

    def variables(self, document: str, random: Random) -> dict[str, Any]:
        """Variables for one of the documents of `MIX`."""
        if document == SINGLE:
            return {"id": random.choice(self.candidates)}
        return {"id": random.choice(self.jobs)} if document == JOB else {}


async def known(dsn: str, company: str) -> Known:
    """Look up a sample of the company's records, the same in each run."""
    urn, _ = _COMPANIES[company]
    connection = await asyncpg.connect(dsn)
    try:
        ids = {}
        for table in ("candidate", "job"):
            rows = await connection.fetch(
                f"select id from {table} join company using (company_id) where company.urn = $1"
                " order by md5(id::text) limit $2",
                urn,
                _SAMPLE,
            )
            ids[table] = [f"urn:rsc:{table}:{row['id']}" for row in rows]
    finally:
        await connection.close()
    return Known(company, ids["candidate"], ids["job"])


def requests_of(place: Place, ids: Known, mix: Mapping[str, int] = MIX, seed: int = 1) -> tuple[bytes, ...]:
    """Requests of several recruiters of the company, in these shares and no order."""
    urn, seat = _COMPANIES[ids.company]
    tokens = [place.token(urn, f"urn:li:seat:{seat + number}") for number in range(_RECRUITERS)]
    random = Random(f"{seed} {ids.company}")
    documents = random.choices(list(mix), cum_weights=list(accumulate(mix.values())), k=_REQUESTS)
    return tuple(
        request(random.choice(tokens), document, ids.variables(document, random)) for document in documents
    )


def request(token: str, document: str, variables: Mapping[str, Any]) -> bytes:
    """One operation as a POST."""
    body = json.dumps({"query": document, "variables": variables}).encode()
    head = (
        "POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {token}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
