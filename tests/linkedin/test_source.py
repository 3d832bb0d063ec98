"""Members from the simulated LinkedIn into the cache, in good times."""

import asyncio
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from app.database.pool import Pool
from app.errors import CallerError
from app.ids import MemberUrn
from app.linkedin.cache import Cache
from app.linkedin.source import UNDER_WAY_MAX, make_source
from tests.linkedin.conftest import CONNECTIONS, FRESH, RETENTION, Linked, urns


async def test_a_batch_is_one_call_and_more_are_as_few_as_can_be(linked: Linked) -> None:
    assert await linked.bring(*range(1, 51)) == []
    assert linked.calls == 1
    assert await linked.bring(*range(51, 201)) == []
    assert linked.calls == 4
    assert len(await linked.cached()) == 200


async def test_the_cache_says_what_linkedin_says(linked: Linked) -> None:
    await linked.bring(1)
    zoe = (await linked.cached())["1"]
    assert (zoe["first_name"], zoe["last_name"], zoe["location"]) == ("Zoë", "Marchetti", "Berlin, Germany")
    assert zoe["fetched_at"] == linked.times.day
    assert zoe["fresh_until"] == linked.times.day + FRESH
    assert zoe["kept_until"] == linked.times.day + RETENTION


async def test_who_is_asked_for_by_many_at_once_is_fetched_once(linked: Linked) -> None:
    linked.turn(latency_ms=100)
    answers = await asyncio.gather(*(linked.bring(1, 2, 3) for _ in range(20)))
    assert answers == [[]] * 20
    assert linked.calls == 1
    assert linked.linkedin.calls.people == 3


async def test_overlapping_requests_fetch_only_what_nobody_fetches(linked: Linked) -> None:
    linked.turn(latency_ms=100)
    await asyncio.gather(linked.bring(1, 2), linked.bring(2, 3))
    assert (linked.calls, linked.linkedin.calls.people) == (2, 3)


async def test_a_closed_account_and_nobody_are_answers_of_which_nothing_is_kept(linked: Linked) -> None:
    await linked.bring(1)
    linked.turn(closed=["m0001"])
    linked.times.pass_by(hours=2)
    assert await linked.bring(1, 9_999) == []
    for row in (await linked.cached()).values():
        assert row["is_closed"]
        assert row["first_name"] == row["last_name"] == ""
        assert row["headline"] is None
        assert row["positions"] == "[]"


async def test_what_is_no_persons_urn_is_not_asked_for(linked: Linked) -> None:
    strange = [
        MemberUrn(text) for text in ("", "urn:li:seat:7", "urn:li:person:a b", "urn:li:person:x),(id:y")
    ]
    assert await linked.source.bring([MemberUrn(text) for text in strange], within_s=1) == {}
    assert linked.linkedin.calls.by_path.total() == 0


async def test_no_more_calls_at_once_than_connections(linked: Linked) -> None:
    linked.turn(latency_ms=40)
    assert await linked.bring(*range(1, 501)) == []
    assert linked.calls == 10
    assert linked.linkedin.calls.at_once_max <= CONNECTIONS


async def test_more_members_than_may_be_under_way_are_refused_at_once(linked: Linked) -> None:
    linked.turn(latency_ms=200)
    many = [MemberUrn(f"urn:li:person:x{number}") for number in range(UNDER_WAY_MAX + 10)]
    faults = await linked.source.bring(many, within_s=0.05)
    refused = [urn for urn, fault in faults.items() if "Too many" in fault.message]
    assert set(many[UNDER_WAY_MAX:]) <= set(refused)


async def test_one_token_serves_all_calls_and_a_revoked_one_is_had_anew(linked: Linked) -> None:
    asked = linked.linkedin.calls.by_path
    await asyncio.gather(linked.bring(1), linked.bring(2), linked.bring(3))
    await linked.bring(4)
    assert asked["/oauth/v2/accessToken"] == 1
    linked.linkedin.revoke_tokens()
    assert await linked.bring(5) == []
    assert asked["/oauth/v2/accessToken"] == 2


async def test_a_token_is_there_before_the_first_request_needs_it(linked: Linked) -> None:
    running = asyncio.create_task(linked.source.run())
    asked = linked.linkedin.calls.by_path
    try:
        async with asyncio.timeout(5):
            while not asked["/oauth/v2/accessToken"]:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        assert await linked.bring(1) == []
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert asked["/oauth/v2/accessToken"] == 1


async def test_a_token_is_renewed_before_it_ends(linked: Linked) -> None:
    linked.turn(token_lifetime_s=1)
    await linked.bring(1)
    await asyncio.sleep(0.9)
    assert await linked.bring(2) == []
    assert linked.linkedin.calls.by_path["/oauth/v2/accessToken"] == 2
    assert linked.linkedin.calls.by_status[401] == 0


async def test_what_is_stale_is_fetched_anew_in_the_background(linked: Linked) -> None:
    await linked.bring(1, 2)
    linked.times.pass_by(hours=2)
    linked.source.refresh_later(urns(1))
    linked.source.refresh_later(urns(1))
    running = asyncio.create_task(linked.source.run())
    try:
        async with asyncio.timeout(5):
            while (await linked.cached())["1"]["fetched_at"] != linked.times.day:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert (await linked.cached())["2"]["fetched_at"] < linked.times.day
    assert linked.calls == 2


async def test_nothing_is_kept_beyond_the_retention(linked: Linked) -> None:
    await linked.bring(1)
    linked.times.pass_by(hours=20)
    await linked.bring(2)
    linked.times.pass_by(hours=4)
    assert await linked.source.cache.purge(now=linked.times.day) == 1
    assert set(await linked.cached()) == {"2"}


async def test_a_retention_that_was_made_shorter_counts_for_what_is_there(linked: Linked, pool: Pool) -> None:
    await linked.bring(1)
    shorter = Cache(pool=pool, retention=timedelta(minutes=30), fresh=FRESH)
    linked.times.pass_by(minutes=29)
    assert await shorter.purge(now=linked.times.day) == 0
    assert (await linked.cached())["1"]["fresh_until"] == (await linked.cached())["1"]["kept_until"]
    linked.times.pass_by(minutes=1)
    assert await shorter.purge(now=linked.times.day) == 1


async def test_an_answer_that_arrives_late_does_not_replace_a_later_one(linked: Linked) -> None:
    await linked.bring(1)
    before = linked.times.day
    linked.times.day -= timedelta(minutes=5)
    linked.turn(closed=["m0001"])
    await linked.bring(1)
    row = (await linked.cached())["1"]
    assert (row["fetched_at"], row["is_closed"]) == (before, False)


async def test_the_service_may_do_no_more_with_the_cache_than_it_needs(owner: asyncpg.Connection) -> None:
    may = await owner.fetch(
        "select privilege_type from information_schema.role_table_grants "
        "where grantee = 'rsc_service' and table_name = 'member_cache'"
    )
    assert {row["privilege_type"] for row in may} == {"SELECT", "INSERT", "UPDATE", "DELETE"}


@pytest.mark.parametrize("url", ["http://api.linkedin.com", "ftp://x", "", "https://", "linkedin"])
def test_linkedin_is_asked_by_https_only(url: str, pool: Pool) -> None:
    cache = Cache(pool=pool, retention=RETENTION, fresh=FRESH)
    with pytest.raises(CallerError, match="RSC_LINKEDIN_URL"):
        make_source(url=url, client_id="a", client_secret="b", timeout_s=1, connections=1, cache=cache)


async def test_what_linkedin_answered_lately_counts_before_the_mirror(linked: Linked) -> None:
    await linked.owner.execute(
        "insert into member (urn, first_name, last_name, is_closed) "
        "select 'urn:li:person:m000' || n, 'Mirror', 'L', n = 5 from generate_series(1, 5) n"
    )
    linked.times.day = datetime.now(UTC)
    linked.turn(closed=["m0002"])
    await linked.bring(1, 2, 3, 6)
    await linked.owner.execute(
        "update member_cache set fresh_until = now(), kept_until = now() where urn = 'urn:li:person:m0003'"
    )
    known = await linked.owner.fetch("select urn, first_name from known_member order by urn")
    names = {row["urn"][-1]: row["first_name"] for row in known}
    assert names.keys() == {"1", "3", "4", "6"}
    assert names["1"] == "Zoë"
    assert names["3"] == names["4"] == "Mirror"
