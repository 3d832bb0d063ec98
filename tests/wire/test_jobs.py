"""simpleJobPostings go through the ingestion path; simpleJobPostingTasks tell how each went."""

from typing import Any

import asyncpg
import pytest

from app.auth.personas import CONTOSO, NORTHWIND
from tests.wire.conftest import Wire, partner_of


def posting(name: str, **fields: Any) -> dict[str, Any]:
    """A job posting as the documentation shows it."""
    return {
        "integrationContext": NORTHWIND,
        "externalJobPostingId": name,
        "title": "Engineer",
        "description": "<p>Build</p>",
        "location": "Berlin, Germany",
        "availability": "PUBLIC",
        "state": "LISTED",
        "companyApplyUrl": "https://ats.example/j",
        "listedAt": 1_700_000_000_000,
        **fields,
    }


async def post(wire: Wire, *postings: Any) -> list[dict[str, Any]]:
    """The answer's elements."""
    answer = await wire.call(
        "POST",
        "/v2/simpleJobPostings",
        {"elements": list(postings)},
        headers={"x-restli-method": "batch_create"},
    )
    assert answer.status_code == 200, answer.text
    elements: list[dict[str, Any]] = answer.json()["elements"]
    return elements


async def tasks(wire: Wire, elements: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """How the postings went."""
    ids = "&".join(f"ids={element['id']}" for element in elements)
    answer = await wire.call("GET", f"/v2/simpleJobPostingTasks?{ids}")
    results = answer.json()["results"]
    return [results[element["id"]] for element in elements]


async def test_each_posting_has_a_task_that_tells_how_it_went(wire: Wire, owner: asyncpg.Connection) -> None:
    elements = await post(wire, posting("j1"), posting("j2", title="x" * 201), posting("j3", listedAt=-5))
    assert [element["status"] for element in elements] == [202, 202, 202]
    first, second, third = await tasks(wire, elements)
    assert first["status"] == "SUCCEEDED"
    assert first["jobPosting"].startswith("urn:rsc:job:")
    assert first["externalJobPostingId"] == "j1"
    assert second["status"] == "FAILED"
    assert second["errorMessage"].startswith("title ")
    assert third["status"] == "FAILED"
    rows = await owner.fetch("select external_id, title, location, state, posted_through_rsc from job")
    assert [tuple(row) for row in rows] == [("j1", "Engineer", "Berlin, Germany", "LISTED", True)]


async def test_a_posting_is_closed_and_keeps_what_is_known_of_it(
    wire: Wire, owner: asyncpg.Connection
) -> None:
    await post(wire, posting("j1"))
    closing = {
        "integrationContext": NORTHWIND,
        "externalJobPostingId": "j1",
        "jobPostingOperationType": "CLOSE",
    }
    (task,) = await tasks(wire, await post(wire, closing))
    assert task["status"] == "SUCCEEDED"
    row = await owner.fetchrow("select state, title, description, apply_url from job")
    assert row is not None
    assert tuple(row) == ("CLOSED", "Engineer", "<p>Build</p>", "https://ats.example/j")
    at_once = await post(wire, posting("j2"), {**closing, "externalJobPostingId": "j2"})
    assert [task["status"] for task in await tasks(wire, at_once)] == ["SUCCEEDED", "SUCCEEDED"]
    assert await owner.fetchval("select state from job where external_id = 'j2'") == "CLOSED"
    (unknown,) = await tasks(wire, await post(wire, {**closing, "externalJobPostingId": "j9"}))
    assert unknown["status"] == "FAILED"


@pytest.mark.parametrize(
    ("bad", "status"),
    [
        (7, 400),
        ({"integrationContext": NORTHWIND}, 400),
        (posting("j", jobPostingOperationType="DANCE"), 400),
        (posting("j", integrationContext="nonsense"), 400),
        (posting(" "), 400),
    ],
)
async def test_what_is_no_posting_is_refused_beside_the_others(wire: Wire, bad: Any, status: int) -> None:
    refused, taken = await post(wire, bad, posting("good"))
    assert (refused["status"], refused["error"]["status"]) == (status, status)
    assert (await tasks(wire, [taken]))[0]["status"] == "SUCCEEDED"


async def test_another_companys_posting_refuses_the_call(wire: Wire, owner: asyncpg.Connection) -> None:
    answer = await wire.call(
        "POST",
        "/v2/simpleJobPostings",
        {"elements": [posting("j1"), posting("j2", integrationContext=CONTOSO)]},
        headers={"x-restli-method": "batch_create"},
    )
    assert answer.status_code == 403
    assert await owner.fetchval("select count(*) from job") == 0


async def test_poison_in_an_id_fails_its_posting_only(wire: Wire) -> None:
    elements = await post(wire, posting("a\0b"), posting("x" * 400), posting("good"))
    assert [task["status"] for task in await tasks(wire, elements)] == ["FAILED", "FAILED", "SUCCEEDED"]


async def test_a_task_is_its_companys(wire: Wire) -> None:
    elements = await post(wire, posting("j1"))
    other = wire.as_(partner_of(CONTOSO))
    answer = await other.call("GET", f"/v2/simpleJobPostingTasks?ids={elements[0]['id']}&ids=x&ids=%00")
    assert answer.json()["results"] == {}
    assert sorted(error["status"] for error in answer.json()["errors"].values()) == [400, 404, 404]


async def test_one_posting_alone_is_created_with_its_id_in_the_header(wire: Wire) -> None:
    answer = await wire.call("POST", "/v2/simpleJobPostings", posting("j1"))
    assert answer.status_code == 202
    assert answer.json()["id"].startswith("urn:li:simpleJobPostingTask:")
    assert "simpleJobPostingTask" in answer.headers["x-restli-id"]
