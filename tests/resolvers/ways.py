"""Every way to a job and to an application, asked as one viewer: what each of them answers."""

from dataclasses import dataclass
from typing import Any, Final

import asyncpg

from app.database.pool import Pool
from tests.resolvers.conftest import Asking
from tests.resolvers.listed import APPLICATIONS, JOBS, application_id, job_id, note_id
from tests.resolvers.world import ANNA, own

_ONE_JOB: Final = """query($id: ID!, $name: String!) {
  byId: job(id: $id) { externalId }
  byItsOwnId: job(externalId: $name) { externalId }
  node(id: $id) { ... on Job { externalId } }
}"""
_ONE_APPLICATION: Final = """query($id: ID!, $name: String!) {
  byId: application(id: $id) { externalId }
  byItsOwnId: application(externalId: $name) { externalId }
  node(id: $id) { ... on Application { externalId } }
}"""


@dataclass(slots=True)
class Listed:
    """The company with jobs and applications on lists, its people, and the owner's hand in its settings."""

    ask: Asking
    owner: asyncpg.Connection

    @property
    def pool(self) -> Pool:
        return self.ask.pool

    async def data(self, who: str, query: str, /, **variables: Any) -> Any:
        """The data of an answer without errors, with the facts as they are now."""
        await self.ask.facts.watch.read_now()
        return await self.ask.data(who, query, **variables)


def nodes(connection: Any) -> list[Any]:
    return [edge["node"] for edge in connection["edges"]]


def names(found: Any) -> set[str]:
    return {one["externalId"] for one in found if one is not None}


async def jobs_seen(company: Listed, viewer: str) -> dict[str, set[str]]:
    """By way, the ATS's ids of the jobs that the viewer reaches; the ways differ in nothing else."""
    ids = [job_id(name) for name in JOBS]
    ways: dict[str, set[str]] = {}
    found = await company.data(
        viewer,
        """query($ids: [ID!]!, $anna: ID!, $byId: [_Any!]!, $byName: [_Any!]!) {
          jobs { totalCount edges { node { externalId } } }
          byTitle: jobs(orderBy: {field: TITLE, direction: ASC}, filter: {state: LISTED}) {
            totalCount edges { node { externalId } } }
          nodes(ids: $ids) { ... on Job { externalId } }
          byId: _entities(representations: $byId) { ... on Job { externalId } }
          byName: _entities(representations: $byName) { ... on Job { externalId } }
          candidate(id: $anna) { applications { edges { node { job { externalId } } } } }
          integration { openPostedJobs { externalId } }
        }""",
        ids=ids,
        anna=own("candidate", ANNA),
        byId=[{"__typename": "Job", "id": one} for one in ids],
        byName=[{"__typename": "Job", "externalId": name} for name in JOBS],
    )
    for way in ("jobs", "byTitle"):
        ways[way] = names(nodes(found[way]))
        assert found[way]["totalCount"] == len(ways[way])
    for way in ("nodes", "byId", "byName"):
        ways[way] = names(found[way])
    # An application that is hidden does not lead to its job; one that is not leads to it if that is not.
    ways["of applications"] = names(one["job"] for one in nodes(found["candidate"]["applications"]))
    ways["open posted"] = names(found["integration"]["openPostedJobs"])
    for name in JOBS:
        answer = await company.data(viewer, _ONE_JOB, id=job_id(name), name=name)
        for way, one in answer.items():
            ways[way] = ways.get(way, set()) | names([one])
    return ways


async def applications_seen(company: Listed, viewer: str) -> dict[str, set[str]]:
    """By way, the ATS's ids of the applications that the viewer reaches, or by what hangs on them."""
    ids = [application_id(name) for name in APPLICATIONS]
    found = await company.data(
        viewer,
        """query($ids: [ID!]!, $notes: [ID!]!, $anna: ID!, $byId: [_Any!]!, $byName: [_Any!]!) {
          nodes(ids: $ids) { ... on Application { externalId } }
          byId: _entities(representations: $byId) { ... on Application { externalId } }
          byName: _entities(representations: $byName) { ... on Application { externalId } }
          notes: nodes(ids: $notes) { ... on Note { body } }
          candidate(id: $anna) {
            applications { totalCount edges { node { externalId stage stages { name }
              notes { totalCount edges { node { body } } } interviewFeedback { feedback } } } }
          }
          active: candidate(id: $anna) { applications(filter: {status: [ACTIVE]}) { totalCount } }
        }""",
        ids=ids,
        notes=[note_id(name) for name in APPLICATIONS],
        anna=own("candidate", ANNA),
        byId=[{"__typename": "Application", "id": one} for one in ids],
        byName=[{"__typename": "Application", "externalId": name} for name in APPLICATIONS],
    )
    of_candidate = nodes(found["candidate"]["applications"])
    ways = {
        **{way: names(found[way]) for way in ("nodes", "byId", "byName")},
        "of candidate": names(of_candidate),
        "notes": {note["body"].removeprefix("note of ") for note in found["notes"] if note is not None},
    }
    assert found["candidate"]["applications"]["totalCount"] == len(of_candidate)
    assert found["active"]["applications"]["totalCount"] == len(of_candidate)
    for way, said in {
        "stages": [stage["name"] for one in of_candidate for stage in one["stages"]],
        "notes below": [note["body"] for one in of_candidate for note in nodes(one["notes"])],
        "feedback": [one["feedback"] for each in of_candidate for one in each["interviewFeedback"]],
    }.items():
        ways[way] = {one.rsplit(" ", 1)[1] for one in said}
    for name in APPLICATIONS:
        answer = await company.data(viewer, _ONE_APPLICATION, id=application_id(name), name=name)
        for way, one in answer.items():
            ways[way] = ways.get(way, set()) | names([one])
    return ways


def all_ways(ways: dict[str, set[str]], expected: set[str]) -> None:
    assert ways == dict.fromkeys(ways, expected)
