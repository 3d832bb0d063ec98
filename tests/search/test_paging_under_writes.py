"""Pages of a search and of recommended matches while others write: whoever stays is met once."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import asyncpg
import pytest

from app.database.pool import Pool
from tests.benchmarks.quality import Desk, desk_on
from tests.conftest import TestServer
from tests.reference.world import demo_template

SEARCH = """query ($after: String) {
  unifiedSearch(query: "engineer berlin", first: 5, after: $after) {
    pageInfo { hasNextPage endCursor }
    edges { node: member { id } candidate { id } }
  }
}"""
MATCHES = """query ($after: String) {
  job(externalId: "job-001") { page: recommendedMatches(first: 5, after: $after) {
    pageInfo { hasNextPage endCursor } edges { node { id } candidate: node { id } }
  } }
}"""
A_MEMBER = """
insert into member (urn, first_name, last_name, headline, location)
values ($1, 'Nova', $1, 'Engineer', 'Berlin')
"""


@dataclass(frozen=True)
class Busy:
    """A desk at which somebody writes between two pages; `owner` is who."""

    desk: Desk
    owner: asyncpg.Connection

    async def page(self, document: str, after: str | None) -> dict[str, Any]:
        data = await self.desk._ask(document, after=after)
        page: dict[str, Any] = data["unifiedSearch"] if "unifiedSearch" in data else data["job"]["page"]
        return page

    async def all_pages(self, document: str, between: Any = None) -> list[tuple[str | None, str | None]]:
        """Everybody on all pages, as (member, candidate); `between` is called after each page with it."""
        found: list[tuple[str | None, str | None]] = []
        after, number = None, 0
        while True:
            page = await self.page(document, after)
            met = [
                tuple((edge[one] or {}).get("id") for one in ("node", "candidate")) for edge in page["edges"]
            ]
            found += met  # type: ignore[arg-type]
            if not page["pageInfo"]["hasNextPage"]:
                return found
            after, number = page["pageInfo"]["endCursor"], number + 1
            if between is not None:
                await between(number, met)


def _id(of: dict[str, str] | None) -> str | None:
    return of["id"] if of else None


@pytest.fixture
async def busy(server: TestServer, migrated: str) -> AsyncIterator[Busy]:
    template = await demo_template(server, migrated)
    async with server.copy_of(template) as dsn, Pool(dsn, size=2) as pool:
        owner = await asyncpg.connect(dsn)
        yield Busy(await desk_on(pool), owner)
        await owner.close()


async def test_a_search_meets_each_who_stays_once_whoever_comes_and_goes(busy: Busy) -> None:
    before = await busy.all_pages(SEARCH)
    assert len(before) > 20
    gone: set[str] = set()

    async def write(number: int, met: list[tuple[str | None, str | None]]) -> None:
        # Somebody new of the same words, before and behind where the reader stands; and of those who were met
        # already, one closes the account.
        await busy.owner.execute(A_MEMBER, f"urn:li:person:nova{number}")
        member = next((one for one, _ in met if one), None)
        if member is not None:
            await busy.owner.execute("update member set is_closed = true where urn = $1", member)
            gone.add(member)

    found = await busy.all_pages(SEARCH, write)
    assert gone
    people = [one for one in found if one[0] is None or ":nova" not in one[0]]
    assert len(set(found)) == len(found)
    # Everybody who was there before was met, those who left behind the reader's back too, in the same order.
    assert people == before


async def test_a_page_of_matches_goes_on_behind_the_cursor_whatever_was_decided_before_it(busy: Busy) -> None:
    before = await busy.all_pages(MATCHES)
    assert len(before) > 10

    async def write(number: int, met: list[tuple[str | None, str | None]]) -> None:
        # Of those who were met, one is not for this job: the list in front of the cursor gets shorter.
        await busy.owner.execute(
            """
            insert into recommended_match_decision (company_id, job_id, member_urn, decision, decided_at)
            select company_id, id, $1, 'NOT_INTERESTED', now() from job where external_id = 'job-001'
            on conflict do nothing
            """,
            met[0][0],
        )

    assert await busy.all_pages(MATCHES, write) == before
    left = await busy.all_pages(MATCHES)
    assert len(left) < len(before)
    assert [one for one in before if one in left] == left
