"""How good search and recommended matches are: what they answer on the demo, held against labels.

`tests/search/labelled.json` has queries with the people who are meant, `tests/search/labelled_jobs.json` jobs
with pairs of members of whom the first fits better. Whoever is in the ATS too goes by the member's name
(`m0001`), others by the candidate's (`cand-0008`).
"""

import json
import statistics
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID

import asyncpg
import orjson

from app.access.guards import grants_of
from app.database.migrate import migrate
from app.database.pool import Pool
from app.demo import load_demo
from app.engine.engine import Engine
from app.engine.request import GraphQLRequest
from app.ids import CompanyId, JobId
from app.matching.recommend import rank_matches
from app.matching.shortlist import SHORTLIST_MAX
from app.services import make_engine
from app.settings import Settings
from loaders.context import RequestContext
from tests.reference.viewers import persona_viewers

Pair: TypeAlias = tuple[str, str]
LABELS: Final = Path(__file__).parents[1] / "search"
LOOKED_AT: Final = 10
_SEARCH: Final = """query ($query: String!, $filter: UnifiedSearchFilter, $first: Int) {
  unifiedSearch(query: $query, filter: $filter, first: $first) {
    edges { score member { id } candidate { externalId } } } }"""
_JOB: Final = """query ($job: String!, $after: String) {
  job(externalId: $job) { id recommendedMatches(first: 200, after: $after) {
    pageInfo { hasNextPage endCursor } edges { score node { id } } } } }"""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledQuery:
    """A query, and all the people who are meant by it."""

    kind: str
    query: str
    people: Sequence[str]
    filter: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledJob:
    """A job of the demo, and pairs of members of whom the first fits better than the second."""

    job: str
    pairs: Sequence[Pair]


@dataclass(frozen=True, slots=True)
class Answered:
    """A labelled query with the people found, the best first."""

    asked: LabelledQuery
    found: Sequence[str]

    @property
    def precision_at_5(self) -> float:
        """The share of the first five that were meant; of fewer where fewer were meant."""
        places = min(5, len(self.asked.people))
        return sum(one in self.asked.people for one in self.found[:places]) / places

    @property
    def reciprocal_rank(self) -> float:
        """1 over the place of the first who was meant, 0 if none of the first ten was."""
        places = (place for place, one in enumerate(self.found, 1) if one in self.asked.people)
        return 1 / next(places, float("inf"))


@dataclass(frozen=True, slots=True)
class Desk:
    """Asks the demo as one of its recruiters."""

    engine: Engine
    context: RequestContext

    async def search(self, asked: LabelledQuery) -> Answered:
        """The first ten people found."""
        data = await self._ask(_SEARCH, query=asked.query, filter=asked.filter, first=LOOKED_AT)
        return Answered(asked, [_name(edge) for edge in data["unifiedSearch"]["edges"]])

    async def rank(self, job: str) -> None:
        """Rank as many members for the job as come into question, so that any two can be compared."""
        company = self.context.company_id
        assert company is not None
        key = (await self._ask(_JOB, job=job))["job"]["id"].rsplit(":", 1)[1]
        await rank_matches(self.context.pool, CompanyId(company), [JobId(UUID(key))], limit=SHORTLIST_MAX)

    async def matches(self, job: str) -> list[str]:
        """The members recommended for a job, the best first."""
        found: list[str] = []
        after = None
        while True:
            page = (await self._ask(_JOB, job=job, after=after))["job"]["recommendedMatches"]
            found += [_short(edge["node"]["id"]) for edge in page["edges"]]
            if not page["pageInfo"]["hasNextPage"]:
                return found
            after = page["pageInfo"]["endCursor"]

    async def right_pairs(self, labelled: LabelledJob) -> tuple[list[Pair], list[Pair]]:
        """The pairs that are in the right order, and those that are not. Who is not listed comes last."""
        await self.rank(labelled.job)
        places = {one: place for place, one in enumerate(await self.matches(labelled.job))}
        right: list[Pair] = []
        wrong: list[Pair] = []
        for better, worse in labelled.pairs:
            is_right = better in places and places[better] < places.get(worse, len(places))
            (right if is_right else wrong).append((better, worse))
        return right, wrong

    async def _ask(self, document: str, **variables: Any) -> Any:
        request = GraphQLRequest(document, None, variables)
        answer = orjson.loads(await self.engine.execute(request, self.context))
        assert "errors" not in answer, answer
        return answer["data"]


async def desk_on(pool: Pool) -> Desk:
    """A desk on a database that has the demo."""
    viewers = await persona_viewers(pool)
    return Desk(make_engine(Settings()), RequestContext(grants_of(viewers["recruiter"]), pool))


def labelled_queries() -> list[LabelledQuery]:
    """What `labelled.json` has."""
    return [LabelledQuery(**one) for one in json.loads((LABELS / "labelled.json").read_text("utf-8"))]


def labelled_jobs() -> list[LabelledJob]:
    """What `labelled_jobs.json` has."""
    jobs = json.loads((LABELS / "labelled_jobs.json").read_text("utf-8"))
    return [
        LabelledJob(job=one["job"], pairs=[(better, worse) for better, worse in one["pairs"]]) for one in jobs
    ]


async def measure_quality(dsn: str) -> list[str]:
    """Load the demo into a database of its own on the server that `dsn` names; lines for the report."""
    name = "rsc_quality"
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(f"drop database if exists {name} with (force)")
        await connection.execute(f"create database {name} template template0 encoding 'UTF8'")
    finally:
        await connection.close()
    demo = urlunsplit(urlsplit(dsn)._replace(path=f"/{name}"))
    await migrate(demo)
    async with Pool(demo, size=2) as pool:
        await load_demo(demo, pool)
        desk = await desk_on(pool)
        answered = [await desk.search(one) for one in labelled_queries()]
        pairs = [await desk.right_pairs(one) for one in labelled_jobs()]
    right, wrong = sum(len(one) for one, _ in pairs), sum(len(one) for _, one in pairs)
    return [
        *_lines(answered),
        f"matches      {right} of {right + wrong} pairs of members in the right order, for {len(pairs)} jobs",
    ]


def _lines(answered: Iterable[Answered]) -> list[str]:
    by_kind: dict[str, list[Answered]] = defaultdict(list)
    for one in answered:
        by_kind["all"].append(one)
        by_kind[one.asked.kind].append(one)
    return [
        f"{kind:<12} {len(some)} labelled queries: precision@5 "
        f"{statistics.mean(one.precision_at_5 for one in some):.3f}, "
        f"MRR {statistics.mean(one.reciprocal_rank for one in some):.3f}"
        for kind, some in by_kind.items()
    ]


def _name(edge: Any) -> str:
    return _short(edge["member"]["id"]) if edge["member"] else str(edge["candidate"]["externalId"])


def _short(urn: str) -> str:
    return urn.removeprefix("urn:li:person:")
