"""What pages, filters, facets and the count say of one search agrees with each other."""

from collections import Counter
from typing import Any

import asyncpg
import orjson
import pytest

from app.engine.request import GraphQLRequest
from tests.benchmarks.quality import Desk

SEARCH = """query ($query: String!, $filter: UnifiedSearchFilter, $first: Int, $after: String) {
  unifiedSearch(query: $query, filter: $filter, first: $first, after: $after) {
    totalCount pageInfo { endCursor hasNextPage } facets { name values { value count } }
    edges { cursor score matchedOn
      member { id location openToWork positions { title } }
      candidate { id currentJobTitle tags { name } applications { edges { node { stage } } } } } } }"""


async def search(desk: Desk, query: str, **more: Any) -> Any:
    request = GraphQLRequest(SEARCH, None, {"query": query, **more})
    answer = orjson.loads(await desk.engine.execute(request, desk.context))
    assert "errors" not in answer, answer
    return answer["data"]["unifiedSearch"]


async def everybody(desk: Desk, query: str, *, first: int = 200, **more: Any) -> list[Any]:
    """All edges of all pages."""
    found: list[Any] = []
    after = None
    while True:
        page = await search(desk, query, first=first, after=after, **more)
        found += page["edges"]
        if not page["pageInfo"]["hasNextPage"]:
            assert len(found) == page["totalCount"]
            return found
        after = page["pageInfo"]["endCursor"]


def who(edge: Any) -> tuple[str | None, str | None]:
    return ((edge["member"] or {}).get("id"), (edge["candidate"] or {}).get("id"))


async def test_the_same_question_has_the_same_order_on_every_page(desk: Desk) -> None:
    whole = await everybody(desk, "engineer berlin")
    assert len(whole) > 20
    assert len({who(edge) for edge in whole}) == len(whole), "each person once"
    members = [edge["member"]["id"] for edge in whole if edge["member"]]
    assert len(set(members)) == len(members), "a pair is one"
    assert await everybody(desk, "berlin engineer", first=7) == whole
    scores = [edge["score"] for edge in whole]
    assert scores == sorted(scores, reverse=True)


async def test_a_score_is_the_mean_of_what_the_words_count(desk: Desk) -> None:
    [best, *_] = (await search(desk, "zoe backend berlin halden graphql"))["edges"]
    assert best["member"]["id"] == "urn:li:person:m0001"
    # The name, the current title, the place, the company, and a skill.
    assert best["score"] == pytest.approx((1 + 0.9 + 0.8 + 0.8 + 0.6) / 5)
    assert best["matchedOn"] == ["name", "jobTitle", "companyName", "location", "profile"]
    [slip, *_] = (await search(desk, "marcheti zoë"))["edges"]
    assert (slip["member"]["id"], slip["score"]) == ("urn:li:person:m0001", pytest.approx((1 + 0.7) / 2))
    [begun, *_] = (await search(desk, "marche zoë"))["edges"]
    assert (begun["member"]["id"], begun["score"]) == ("urn:li:person:m0001", 0.9)


def job_title(edge: Any) -> str:
    positions = edge["member"]["positions"] if edge["member"] else []
    title = positions[0]["title"] if positions else edge["candidate"] and edge["candidate"]["currentJobTitle"]
    return title or ""


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ({"inAts": True}, lambda edge: edge["candidate"] is not None),
        ({"inAts": False}, lambda edge: edge["candidate"] is None),
        ({"openToWork": True}, lambda edge: edge["member"] is not None and edge["member"]["openToWork"]),
        ({"openToWork": False}, lambda edge: edge["member"] is not None and not edge["member"]["openToWork"]),
        ({"tag": "Python"}, lambda edge: "Python" in tags(edge)),
        ({"stage": "Offer"}, lambda edge: "Offer" in stages(edge)),
    ],
)
async def test_a_filter_keeps_exactly_those_for_whom_it_holds(
    desk: Desk, condition: dict[str, Any], holds: Any
) -> None:
    whole = await everybody(desk, "engineer")
    expected = [who(edge) for edge in whole if holds(edge)]
    assert 0 < len(expected) < len(whole)
    assert [who(edge) for edge in await everybody(desk, "engineer", filter=condition)] == expected


def tags(edge: Any) -> list[str]:
    return [tag["name"] for tag in edge["candidate"]["tags"]] if edge["candidate"] else []


def stages(edge: Any) -> set[str]:
    applications = edge["candidate"]["applications"]["edges"] if edge["candidate"] else []
    return {one["node"]["stage"] for one in applications if one["node"]["stage"]}


async def test_words_of_place_and_title_narrow_down_with_beginnings_and_without_accents(desk: Desk) -> None:
    narrowed = await everybody(desk, "engineer", filter={"location": "zuri switz", "jobTitle": "security"})
    assert narrowed
    for edge in narrowed:
        assert "Security" in job_title(edge)
        assert edge["member"] is None or edge["member"]["location"] == "Zürich, Switzerland"


async def test_facets_count_the_people_of_all_pages(desk: Desk) -> None:
    whole = await everybody(desk, "data engineer")
    assert 20 < len(whole) < 1_000
    facets = {one["name"]: one["values"] for one in (await search(desk, "data engineer", first=1))["facets"]}
    for name, counts in (
        ("jobTitle", Counter(title for edge in whole if (title := job_title(edge)))),
        ("inAts", Counter(str(edge["candidate"] is not None).lower() for edge in whole)),
        ("tag", Counter(tag for edge in whole for tag in tags(edge))),
        ("stage", Counter(stage for edge in whole for stage in stages(edge))),
    ):
        ten = sorted(counts.items(), key=lambda one: (-one[1], one[0].encode()))[:10]
        assert [(one["value"], one["count"]) for one in facets[name]] == ten, name


async def test_every_value_of_a_facet_narrows_down_to_as_many_as_it_counts(desk: Desk) -> None:
    """Words of a place also name whoever only the ATS puts there, so there may be more of these."""
    for facet in (await search(desk, "data engineer", first=1))["facets"]:
        for one in facet["values"]:
            value = one["value"] == "true" if facet["name"] in ("inAts", "openToWork") else one["value"]
            found = await search(desk, "data engineer", first=1, filter={facet["name"]: value})
            if facet["name"] in ("location", "jobTitle"):
                assert found["totalCount"] >= one["count"]
            else:
                assert found["totalCount"] == one["count"], one


async def test_page_count_and_facets_share_one_evaluation_behind_the_wall_with_indexes(desk: Desk) -> None:
    """Under a policy text search loses its index; none of the tables that grow is read from end to end."""
    ran: list[tuple[str, list[Any]]] = []
    fetch = desk.engine._fetch

    async def keep(context: Any, sql: str, arguments: list[Any]) -> bytes | None:
        ran.append((sql, arguments))
        return await fetch(context, sql, arguments)

    desk.engine._fetch = keep
    try:
        await search(desk, "enginer berln", first=5)
    finally:
        desk.engine._fetch = fetch
    [(sql, arguments)] = ran
    assert sql.count("search_candidates(") == 1
    async with desk.context.pool.acquire(desk.context.company_id) as connection:
        await connection.execute("set enable_seqscan = off")
        try:
            rows = await connection.fetch(f"explain (costs off) {sql}", *arguments)
        finally:
            await connection.execute("reset enable_seqscan")
    plan = "\n".join(row[0] for row in rows)
    for table in ("member", "member_search", "member_word", "candidate", "candidate_search"):
        assert f"Seq Scan on {table} " not in plan, table
    assert "Bitmap Index Scan on member_search_document" in plan
    assert "Bitmap Index Scan on member_word_slips" in plan


async def test_the_search_among_candidates_uses_their_index(desk: Desk) -> None:
    """In the function, which the plan above does not show; counted by PostgreSQL itself."""
    company = desk.context.company_id
    async with desk.context.pool.acquire(company) as connection:
        before = await _scans(connection)
        await connection.execute("set enable_seqscan = off")
        try:
            await connection.fetch(
                "select * from search_candidates($1, ('''' || search_prefix($1) || 'engineer''')::tsquery, "
                "'''=''', null, null, 3)",
                company,
            )
        finally:
            await connection.execute("reset enable_seqscan")
        after = await _scans(connection)
    assert after["candidate_search_document"] > before["candidate_search_document"]
    assert after["candidate_search"] == before["candidate_search"]


async def _scans(connection: asyncpg.Connection) -> dict[str, int]:
    await connection.execute("select pg_stat_force_next_flush()")
    rows = await connection.fetch(
        """
        select indexrelname as name, idx_scan as scans from pg_stat_user_indexes
        where indexrelname = 'candidate_search_document'
        union all
        select relname, seq_scan from pg_stat_user_tables where relname = 'candidate_search'
        """
    )
    return {row["name"]: row["scans"] for row in rows}


async def test_no_more_candidates_are_taken_than_asked_for(desk: Desk) -> None:
    rows = await desk.context.pool.fetch(
        desk.context.company_id,
        "select * from search_candidates($1, ('''' || search_prefix($1) || 'engineer''')::tsquery, '''=''', "
        "null, null, 3)",
        [desk.context.company_id],
    )
    assert len(rows) == 3


@pytest.mark.parametrize(
    "text",
    ["x" * 100_000, "㌀" * 200, "' | 'a", "\\", ":*", "a:*&b", "\x1e\x1f", "﷼" * 300, "#go", "=open", "%ann"],
)
async def test_any_text_is_a_query_and_a_filter(desk: Desk, text: str) -> None:
    await search(desk, text)
    await search(desk, "engineer", filter={"location": text, "jobTitle": text, "tag": text, "stage": text})
