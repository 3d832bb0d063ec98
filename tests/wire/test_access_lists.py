"""atsEntityAcls and atsEntityAclAssignees over the wire, and what follows in GraphQL."""

import asyncpg

from app.auth.personas import NORTHWIND
from tests.http.conftest import RECRUITER
from tests.wire.conftest import Wire
from tests.wire.credentials import ids_of
from tests.wire.test_jobs import post, posting

PERSON = "urn:li:person:ada"
TAIL = f"dataProvider=ATS&integrationContext={NORTHWIND}"


def acl(job: str, kind: str = "JOB_POSTING") -> str:
    """The key that puts a job on the list `team`."""
    return f"atsEntityAclId=team&atsEntityId={job}&atsEntityType={kind}&{TAIL}"


def assignee(person: str) -> str:
    """The key that puts a person on it."""
    return f"assignee={person}&atsEntityAclId=team&atsEntityType=JOB_POSTING&{TAIL}"


async def jobs_seen(wire: Wire) -> int:
    """How many jobs Northwind's recruiter sees."""
    answer = await wire.client.post("/graphql", json={"query": "{ jobs { totalCount } }"}, headers=RECRUITER)
    count: int = answer.json()["data"]["jobs"]["totalCount"]
    return count


async def test_lists_are_put_read_found_and_deleted(wire: Wire, owner: asyncpg.Connection) -> None:
    await post(wire, posting("j1"))
    for resource, key in (("atsEntityAcls", acl("j1")), ("atsEntityAclAssignees", assignee(PERSON))):
        target = f"/v2/{resource}?{ids_of(key)}"
        for _ in range(2):
            put = await wire.call("PUT", target, {"entities": {key: {}}})
            assert put.json() == {"results": {key: {"status": 204}}, "errors": {}}
        read = await wire.call("GET", target)
        assert read.json()["results"][key]["atsEntityAclId"] == "team"
        found = await wire.call("GET", f"/v2/{resource}?q=criteria&atsEntityAclId=team&count=10")
        assert len(found.json()["elements"]) == 1
        assert found.json()["paging"] == {"start": 0, "count": 10, "links": [], "total": 1}
        for _ in range(2):
            deleted = await wire.call("DELETE", target)
            assert deleted.json()["results"][key]["status"] == 204
        assert (await wire.call("GET", target)).json()["errors"][key]["status"] == 404


async def test_what_cannot_be_on_a_list_is_refused_alone(wire: Wire) -> None:
    good, unknown, late = acl("j1"), acl("j1", "DANCE"), assignee("nobody")
    answer = await wire.call(
        "PUT", f"/v2/atsEntityAcls?{ids_of(good, unknown)}", {"entities": {good: {}, unknown: {}}}
    )
    said = answer.json()
    assert said["results"][good]["outcome"] == "WAITING"
    assert said["errors"][unknown]["path"] == ["atsEntityType"]
    answer = await wire.call("PUT", f"/v2/atsEntityAclAssignees?{ids_of(late)}", {"entities": {late: {}}})
    assert answer.json()["errors"][late]["path"] == ["assignee"]


async def test_a_list_holds_for_recruiters_in_graphql(wire: Wire, owner: asyncpg.Connection) -> None:
    await owner.execute("update seat set member_urn = $1", PERSON)
    await owner.execute("update integration set job_posting_viewers = 'ALL_PRODUCT_USERS'")
    await wire.services.authenticator.refresh()
    await post(wire, posting("j1"), posting("j2"))
    assert await jobs_seen(wire) == 2
    await wire.call("PUT", f"/v2/atsEntityAcls?{ids_of(acl('j1'))}", {"entities": {acl("j1"): {}}})
    assert await jobs_seen(wire) == 1
    key = assignee(PERSON)
    await wire.call("PUT", f"/v2/atsEntityAclAssignees?{ids_of(key)}", {"entities": {key: {}}})
    assert await jobs_seen(wire) == 2
    await wire.call("DELETE", f"/v2/atsEntityAclAssignees?{ids_of(key)}")
    assert await jobs_seen(wire) == 1
