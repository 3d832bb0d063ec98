"""What the ATS's own pages show of its records. A real one reads its own tables here."""

from typing import Any, Final

from app.pretend_ats.gateway import Gateway

PAGE_SIZE: Final = 25
MATCH_STATES: Final = ("MATCHED", "MANUAL", "AMBIGUOUS", "UNMATCHED", "UNLINKED")

_CANDIDATES: Final = """
query Candidates($filter: CandidateFilter, $first: Int, $after: String) {
  candidates(filter: $filter, first: $first, after: $after, orderBy: {field: LAST_NAME, direction: ASC}) {
    totalCount
    edges {
      node {
        externalId firstName lastName currentJobTitle currentCompanyName doNotContact
        match { state }
        applications(first: 1) { edges { node { stage job { externalId title } } } }
      }
    }
    pageInfo { hasNextPage endCursor }
  }
}
"""
_CANDIDATE: Final = """
query Candidate($externalId: String!) {
  candidate(externalId: $externalId) {
    externalId firstName lastName currentJobTitle currentCompanyName source doNotContact createdAt
    emailAddresses
    phoneNumbers { number }
    addresses { city country }
    tags { name }
    applications(first: 10) { edges { node { appliedAt status stage job { externalId title } } } }
    notes(first: 5) { edges { node { body createdAt authorName } } }
  }
}
"""
_JOBS: Final = """
query Jobs($filter: JobFilter, $first: Int, $after: String) {
  jobs(filter: $filter, first: $first, after: $after) {
    totalCount
    edges { node { externalId title location department state applications(first: 1) { totalCount } } }
    pageInfo { hasNextPage endCursor }
  }
}
"""
_JOB: Final = """
query Job($externalId: String!) {
  job(externalId: $externalId) {
    externalId title requisitionCode location department state listedAt description
    applications(first: 12) {
      totalCount
      edges { node { stage status candidate { externalId firstName lastName } } }
    }
  }
}
"""

Record = dict[str, Any]


async def candidates(gateway: Gateway, name: str, state: str, after: str | None) -> Record:
    """A page of candidates by last name, of this match state if it is one, and whose name contains `name`."""
    chosen: Record = {}
    if name:
        chosen["nameContains"] = name
    if state in MATCH_STATES:
        chosen["matchState"] = [state]
    data = await gateway.ask(_CANDIDATES, filter=chosen, first=PAGE_SIZE, after=after or None)
    return data["candidates"] or _nothing()


async def candidate(gateway: Gateway, external_id: str) -> Record | None:
    """One candidate with what belongs to it."""
    found: Record | None = (await gateway.ask(_CANDIDATE, externalId=external_id))["candidate"]
    return found


async def jobs(gateway: Gateway, title: str, after: str | None) -> Record:
    """A page of jobs, the last listed first."""
    chosen = {"titleContains": title} if title else {}
    data = await gateway.ask(_JOBS, filter=chosen, first=PAGE_SIZE, after=after or None)
    return data["jobs"] or _nothing()


async def job(gateway: Gateway, external_id: str) -> Record | None:
    """One job with its first applicants."""
    found: Record | None = (await gateway.ask(_JOB, externalId=external_id))["job"]
    return found


def nodes(connection: Record | None) -> list[Record]:
    """What a connection lists, without what may not be seen."""
    return [edge["node"] for edge in (connection or _nothing())["edges"] if edge["node"]]


def _nothing() -> Record:
    return {"totalCount": 0, "edges": [], "pageInfo": {"hasNextPage": False, "endCursor": None}}
