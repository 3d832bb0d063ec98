"""What the tests of both lists of people share: watching operations, and asking what they left behind."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
from playwright.async_api import Locator, Route, expect

from app.demo.organizations import NORTHWIND_ORGANIZATION
from app.settings import MemberSourceKind
from tests.widgets.browser import Embedded
from tests.widgets.gateway import Gateway

JOB: Final = "job-001"
"""Senior Backend Engineer, in Berlin; open, with recommended matches."""

LINKEDIN_IS_DOWN: Final[dict[str, Any]] = {
    "member_source": MemberSourceKind.LINKEDIN,
    "linkedin_client_id": "nobody",
    "linkedin_client_secret": "nothing",
    # Nobody listens on the port for discarding.
    "linkedin_url": "http://127.0.0.1:9",
    "linkedin_timeout_ms": 200,
    "linkedin_wait_ms": 400,
}
"""Settings of a gateway whose members come from a LinkedIn that does not answer."""

WORDS: Final = "backend engineer berlin"
"""What finds a handful of people, members and candidates."""

SEARCH: Final = """
query Search($words: String!, $filter: UnifiedSearchFilter) {
  viewer { can(feature: UNIFIED_SEARCH) { howToFix } }
  unifiedSearch(query: $words, filter: $filter, first: 60) {
    totalCount
    facets { name values { value count } }
    edges {
      member { id firstName lastName }
      candidate { id externalId firstName lastName doNotContact }
    }
  }
}
"""

_LEFT_BEHIND: Final = """
query LeftBehind($job: String!) {
  job(externalId: $job) {
    recommendedMatches(first: 200) {
      totalCount
      edges { isSaved reasons export { id state } node { id firstName lastName } }
    }
  }
  exports(first: 200) {
    edges { node { id state lastError member { id firstName lastName } job { externalId } } }
  }
}
"""


@dataclass(slots=True)
class Operations:
    """The operations that a page runs, by name, in order, with their variables.

    `hold(NAME)` keeps what is asked next under that name from the server until `let_go`.
    """

    names: dict[str, str]
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    held: dict[str, asyncio.Event] = field(default_factory=dict)

    async def pass_on(self, route: Route) -> None:
        body = orjson.loads(route.request.post_data or "{}")
        name = self.names.get(body.get("documentId", ""), "")
        self.asked.append((name, body.get("variables") or {}))
        held = self.held.pop(name, None)
        if held:
            await held.wait()
        await route.continue_()

    def hold(self, name: str) -> asyncio.Event:
        """The next operation of this name waits until the event is set."""
        return self.held.setdefault(name, asyncio.Event())

    def count(self, name: str) -> int:
        """How often it was asked."""
        return sum(one == name for one, _ in self.asked)


@asynccontextmanager
async def watched(widget: Embedded) -> AsyncIterator[Operations]:
    """Take note of each operation of the page, from now on."""
    ids: dict[str, str] = await widget.window.evaluate(
        "JSON.parse(document.getElementById('widget').textContent).operations"
    )
    operations = Operations({document: name for name, document in ids.items()})

    async def pass_on(route: Route) -> None:
        await operations.pass_on(route)

    await widget.page.route("**/graphql", pass_on)
    yield operations
    await widget.page.unroute_all(behavior="ignoreErrors")


def person(widget: Embedded, name: str) -> Locator:
    """The card of the person of this name."""
    return widget.frame.get_by_role("article", name=name)


async def shown(widget: Embedded) -> list[str]:
    """The names on the cards, in their order."""
    names: list[str] = await widget.window.evaluate(
        "[...document.querySelectorAll('article')].map((one) => one.getAttribute('aria-label'))"
    )
    return names


async def matches(gateway: Gateway, job: str = JOB) -> list[dict[str, Any]]:
    """The recommended matches of the job, as the recruiter is answered."""
    answer = await gateway.ask("recruiter", _LEFT_BEHIND, job=job)
    edges: list[dict[str, Any]] = answer["data"]["job"]["recommendedMatches"]["edges"]
    return edges


async def exports(gateway: Gateway, name: str, job: str = JOB) -> list[dict[str, Any]]:
    """All exports of the person of this name to the job, as the recruiter is answered."""
    answer = await gateway.ask("recruiter", _LEFT_BEHIND, job=job)
    found = [edge["node"] for edge in answer["data"]["exports"]["edges"]]
    return [one for one in found if full_name(one["member"]) == name and one["job"]["externalId"] == job]


def full_name(member: dict[str, Any]) -> str:
    """Given and family name."""
    return f"{member['firstName']} {member['lastName']}"


async def decisions(gateway: Gateway, job: str = JOB) -> dict[str, str]:
    """What was decided about whom for the job, by name."""
    rows = await gateway.state.sql(
        """
        select m.first_name || ' ' || m.last_name as name, d.decision
        from recommended_match_decision d
        join job j on j.company_id = d.company_id and j.id = d.job_id
        join member m on m.urn = d.member_urn
        where d.company_id = $1 and j.external_id = $2
        """,
        *(NORTHWIND_ORGANIZATION.id, job),
    )
    return {row["name"]: row["decision"] for row in rows}


async def come_to(gateway: Gateway, state: str, error: str | None = None) -> None:
    """Let the exports that are on their way be as far as that (CREATED is the ATS's to say)."""
    await gateway.state.sql(
        "update export set state = $1, last_error = $2 where company_id = $3 "
        "and state in ('REQUESTED', 'DELIVERED')",
        *(state, error, NORTHWIND_ORGANIZATION.id),
    )


async def found(gateway: Gateway, words: str, **filters: Any) -> dict[str, Any]:
    """What the recruiter is answered to the same words and filters."""
    answer = await gateway.ask("recruiter", SEARCH, words=words, filter=filters)
    connection: dict[str, Any] = answer["data"]["unifiedSearch"]
    return connection


def names(connection: dict[str, Any]) -> list[str]:
    """The names in an answer, in its order."""
    return [
        " ".join(filter(None, (half["firstName"], half["lastName"])))
        for edge in connection["edges"]
        for half in [edge["member"] or edge["candidate"]]
    ]


async def searched(widget: Embedded, words: str = WORDS) -> None:
    """Type the words, and wait for the first person."""
    await widget.frame.get_by_role("searchbox").fill(words)
    await expect(widget.frame.get_by_role("article").first).to_be_visible()
