"""What has to be matched again: each change on either side, once, in whatever order, and nothing is lost."""

import asyncio
import json
import random
from collections.abc import Sequence
from typing import Any

import asyncpg
import pytest

from app.database.pool import Pool
from app.ids import CandidateId, CompanyId
from app.matching.candidates import MatchCounts, decide_all
from app.matching.match import match_candidates, match_due, match_some
from app.matching.members import look_at_members
from app.matching.worker import MatchingWorker
from app.sync.ingest import ingest
from app.sync.records import PhoneNumber
from tests.matching.labelled import Scene, add_member, read_scenes, record_of
from tests.matching.test_match import add_candidate, match_of
from tests.matching.test_match import add_member as add_locke
from tests.sync.companies import PARTNER, live_company

LOOKED_UP = "app.matching.match.decide_all"
POSITION = {"title": "Engineer", "companyName": "Box"}


async def waiting(owner: asyncpg.Connection) -> int:
    """How many rows the two queues have."""
    return int(
        await owner.fetchval(
            "select (select count(*) from candidate_to_match) + (select count(*) from member_to_match)"
        )
    )


async def whole_state(owner: asyncpg.Connection) -> list[tuple[Any, ...]]:
    """Who everybody is, with evidence and alternatives."""
    rows = await owner.fetch(
        """
        select c.external_id, c.match_state, c.match_member_urn, c.match_confidence, c.match_evidence,
          array(
            select a.member_urn || a.confidence || a.evidence::text
            from candidate_alternative a
            where a.candidate_id = c.id order by a.rank)
        from candidate c
        order by c.external_id
        """
    )
    return [tuple(row) for row in rows]


@pytest.mark.parametrize(
    ("said", "change"),
    [
        (
            {"email_addresses": ("jl@example.com",)},
            "insert into member_contact values ($1, 'EMAIL', 'jl@example.com')",
        ),
        (
            {"phone_numbers": (PhoneNumber(number="555-555-5555"),)},
            "insert into member_contact values ($1, 'PHONE', '+15555555555')",
        ),
        (
            {"linkedin_profile_url": "linkedin.com/in/other"},
            "update member set public_profile_url = 'https://www.linkedin.com/in/Other/' where urn = $1",
        ),
        (
            {"current_job_title": "Engineer", "current_company_name": "Box"},
            f"update member set positions = '{json.dumps([POSITION])}' where urn = $1",
        ),
        (
            {"linkedin_profile_url": "linkedin.com/in/a"},
            "update member set first_name = 'José', last_name = 'Locke' where urn = $1",
        ),
    ],
)
async def test_a_member_that_changes_is_found_by_candidates_that_were_there_before(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection, said: dict[str, Any], change: str
) -> None:
    urn = await add_locke(owner, "a")
    if "first_name" in change:
        await owner.execute("update member set first_name = 'Helen', last_name = 'Rom'")
    candidate = await add_candidate(pool, company, **said)
    await match_due(pool)
    assert (await match_of(owner, candidate))["match_state"] != "MATCHED"
    await owner.execute(change, urn)
    assert await match_due(pool) == MatchCounts(matched=1)
    assert (await match_of(owner, candidate))["match_member_urn"] == urn
    assert await waiting(owner) == 0


@pytest.mark.parametrize(
    "change",
    [
        "delete from member_contact",
        "update member_contact set value_key = 'other@example.com'",
        "update member set is_closed = true",
        "delete from member_contact; delete from member",
        "insert into member_contact values ('urn:li:person:b', 'EMAIL', 'jl@example.com')",
    ],
)
async def test_a_match_whose_ground_is_taken_away_by_a_member_is_gone(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection, change: str
) -> None:
    await add_locke(owner, "a", emails=["jl@example.com"])
    candidate = await add_candidate(pool, company, email_addresses=("jl@example.com",))
    assert await match_due(pool) == MatchCounts(matched=1)
    await owner.execute(change)
    await match_due(pool)
    row = await match_of(owner, candidate)
    assert row["match_state"] == ("AMBIGUOUS" if "insert" in change else "UNMATCHED")
    assert row["match_member_urn"] is None


async def test_only_the_candidates_concerned_are_looked_at_again(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection
) -> None:
    await add_candidate(pool, company, "one", email_addresses=("one@example.com",))
    await add_candidate(pool, company, "two", email_addresses=("two@example.com",))
    await match_due(pool)
    await add_locke(owner, "a", emails=["two@example.com"])
    assert await match_due(pool) == MatchCounts(matched=1)
    await owner.execute("update member set headline = 'Something else', open_to_work = true")
    await add_candidate(pool, company, "one", email_addresses=("one@example.com",), source="Fair")
    assert await waiting(owner) == 0


async def test_candidates_of_all_companies_meet_a_member_that_comes_later(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection
) -> None:
    other = await live_company(owner)
    here = await add_candidate(pool, company, email_addresses=("jl@example.com",))
    there = await add_candidate(pool, other, email_addresses=("JL@example.com",))
    await match_due(pool)
    urn = await add_locke(owner, "a", emails=["jl@example.com"])
    await match_due(pool)
    assert {(await match_of(owner, one))["match_member_urn"] for one in (here, there)} == {urn}


async def test_companies_whose_integration_is_not_in_use_wait_until_it_is(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection
) -> None:
    await add_locke(owner, "a", emails=["jl@example.com"])
    candidate = await add_candidate(pool, company, email_addresses=("jl@example.com",))
    await owner.execute("update integration set state = 'DISABLED'")
    assert await match_due(pool) == MatchCounts()
    await owner.execute("update integration set state = 'LIVE'")
    assert await match_due(pool) == MatchCounts(matched=1)
    assert (await match_of(owner, candidate))["match_state"] == "MATCHED"


async def test_what_a_person_decided_or_refused_stays_however_often_members_change(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection
) -> None:
    refused = await add_locke(owner, "a", emails=["jl@example.com"])
    candidate = await add_candidate(pool, company, email_addresses=("jl@example.com",))
    await owner.execute(
        "insert into refused_match values ($1, $2, $3, null, now())", company, candidate, refused
    )
    await match_due(pool)
    assert (await match_of(owner, candidate))["match_state"] == "UNMATCHED"
    await owner.execute("update member set location = 'Here'")
    assert await match_due(pool) == MatchCounts(unmatched=1)
    other = await add_locke(owner, "b", emails=["jl@example.com"])
    await match_due(pool)
    assert (await match_of(owner, candidate))["match_member_urn"] == other
    await owner.execute("delete from refused_match")
    await match_due(pool)
    assert (await match_of(owner, candidate))["match_state"] == "AMBIGUOUS"
    await owner.execute(
        "update candidate set match_state = 'MANUAL', match_member_urn = $1, match_confidence = 1", refused
    )
    await owner.execute("update member set is_closed = true")
    assert await match_due(pool) == MatchCounts(kept=1)
    assert (await match_of(owner, candidate))["match_member_urn"] == refused
    await owner.execute("update member set is_closed = false")
    await owner.execute("update candidate set match_state = 'UNMATCHED', match_member_urn = null")
    await match_due(pool)
    assert (await match_of(owner, candidate))["match_state"] == "AMBIGUOUS", "open to evidence again"


async def test_a_candidate_that_is_deleted_while_it_waits_is_forgotten(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection
) -> None:
    await add_candidate(pool, company, email_addresses=("jl@example.com",))
    await owner.execute("delete from candidate")
    assert await match_due(pool) == MatchCounts()
    assert await waiting(owner) == 0
    assert await owner.fetchval("select count(*) from candidate_clue") == 0


async def test_whatever_comes_first_the_end_is_the_same(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection
) -> None:
    scenes = read_scenes()[::3]
    ends = []
    for seed in range(6):
        order = random.Random(seed)
        steps = [(scene, place) for scene in scenes for place in range(-1, len(scene.members))]
        order.shuffle(steps)
        for number, (scene, place) in enumerate(steps):
            await _arrive(pool, company, owner, scene, place)
            if number % (7 + seed) == 0:
                await match_due(pool)
        await match_due(pool)
        ends.append(await whole_state(owner))
        await owner.execute(
            """
            delete from candidate; delete from candidate_to_match;
            delete from member_contact; delete from member
            """
        )
        await match_due(pool)
        assert await owner.fetchval("select count(*) from member_clue") == 0
    assert len(ends[0]) == len(scenes)
    assert {row[1] for row in ends[0]} == {"MATCHED", "AMBIGUOUS", "UNMATCHED"}
    assert all(end == ends[0] for end in ends)


async def test_workers_and_writers_at_once_come_to_what_one_alone_would(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection, database: str
) -> None:
    scenes = read_scenes()[1::4]
    writer = await asyncpg.connect(database)
    going = True

    async def keep_matching(own: Pool) -> None:
        while going:
            await match_due(own, chunk=5)
            await asyncio.sleep(0.001)

    async with Pool(database, size=2) as second, Pool(database, size=2) as third:
        workers = [asyncio.create_task(keep_matching(one)) for one in (second, third)]
        order = random.Random(11)
        steps = [(scene, place) for scene in scenes for place in range(-1, len(scene.members))]
        order.shuffle(steps)
        for scene, place in steps:
            await _arrive(pool, company, writer, scene, place)
        for scene, place in steps[::2]:
            await _change(pool, company, writer, scene, place)
        going = False
        await asyncio.gather(*workers)
    await writer.close()
    await asyncio.sleep(0.3)  # What one of them was writing when another looked is due again after a moment.
    await match_due(pool)
    end = await whole_state(owner)
    assert len(end) == len(scenes)
    assert await waiting(owner) == 0
    await match_candidates(pool, company)
    assert await whole_state(owner) == end


async def test_a_change_during_a_look_is_looked_at_again(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    urn = await add_locke(owner, "a", emails=["new@example.com"])
    candidate = await add_candidate(pool, company, email_addresses=("old@example.com",))
    await match_due(pool, chunk=1)
    await owner.execute("update candidate set email_addresses = '{older@example.com}'")

    async def change_meanwhile(*arguments: Any) -> Any:
        monkeypatch.setattr(LOOKED_UP, decide_all)
        decided = await decide_all(*arguments)
        await owner.execute("update candidate set email_addresses = '{new@example.com}'")
        return decided

    monkeypatch.setattr(LOOKED_UP, change_meanwhile)
    assert await match_some(pool, company) == MatchCounts(unmatched=1)
    assert await match_due(pool) == MatchCounts(matched=1)
    assert (await match_of(owner, candidate))["match_member_urn"] == urn


async def test_a_worker_that_was_overtaken_writes_nothing(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    await add_locke(owner, "a", emails=["jl@example.com"])
    candidate = await add_candidate(pool, company, email_addresses=("jl@example.com",))
    while await look_at_members(pool):
        pass

    async def sleep_too_long(*arguments: Any) -> Any:
        monkeypatch.setattr(LOOKED_UP, decide_all)
        decided = await decide_all(*arguments)
        # The lease is over, the member changes, and another worker does all of it meanwhile.
        await owner.execute("update candidate_to_match set leased_until = now() - interval '1 second'")
        await owner.execute("delete from member_contact")
        await match_due(pool)
        return decided

    monkeypatch.setattr(LOOKED_UP, sleep_too_long)
    assert await match_some(pool, company) == MatchCounts()
    assert (await match_of(owner, candidate))["match_state"] == "UNMATCHED"
    assert await waiting(owner) == 0


async def test_what_a_dead_worker_took_is_matched_when_its_lease_is_over(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    await add_locke(owner, "a", emails=["jl@example.com"])
    await add_candidate(pool, company, email_addresses=("jl@example.com",))

    async def die(*_: Any) -> Any:
        raise RuntimeError("killed")

    with monkeypatch.context() as dying:
        dying.setattr(LOOKED_UP, die)
        with pytest.raises(RuntimeError, match="killed"):
            await match_due(pool)
    assert await match_due(pool) == MatchCounts(), "still the other's"
    await owner.execute("update candidate_to_match set leased_until = now() - interval '1 second'")
    assert await match_due(pool) == MatchCounts(matched=1)


async def test_a_candidate_that_somebody_writes_is_not_waited_for_and_not_forgotten(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection
) -> None:
    await add_locke(owner, "a", emails=["jl@example.com", "other@example.com"])
    busy = await add_candidate(pool, company, "busy", email_addresses=("jl@example.com",))
    await add_candidate(pool, company, "free", email_addresses=("other@example.com",))
    async with owner.transaction():
        await owner.execute("select 1 from candidate where id = $1 for no key update", busy)
        assert await match_due(pool) == MatchCounts(matched=1)
    await owner.execute("update candidate_to_match set leased_until = null")
    assert await match_due(pool) == MatchCounts(matched=1)


async def test_the_worker_matches_what_arrives_and_can_be_stopped(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection, database: str
) -> None:
    await add_locke(owner, "a", emails=["jl@example.com"])
    own = Pool(database, size=2)
    working = asyncio.create_task(MatchingWorker(lambda: own, poll_s=0.01).run())
    candidate = await add_candidate(pool, company, email_addresses=("jl@example.com",))
    for _ in range(1_000):
        if (await match_of(owner, candidate))["match_state"] == "MATCHED":
            break
        await asyncio.sleep(0.01)
    assert (await match_of(owner, candidate))["match_state"] == "MATCHED"
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working
    assert own.state().open == 0


async def _arrive(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection, scene: Scene, place: int
) -> None:
    """The scene's candidate (-1), or its member of that place."""
    if place < 0:
        await _ingest(pool, company, [scene])
    else:
        await add_member(owner, scene.urn(place), scene.members[place][1])


async def _change(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection, scene: Scene, place: int
) -> None:
    if place < 0:
        [row] = await pool.fetch(
            company,
            "select id from candidate where company_id = $1 and external_id = $2",
            [company, scene.external_id],
        )
        await owner.execute(
            "update candidate set current_company_name = 'Elsewhere' where id = $1", CandidateId(row["id"])
        )
    else:
        await owner.execute("delete from member_contact where member_urn = $1", scene.urn(place))
        await owner.execute("update member set is_closed = $2 where urn = $1", scene.urn(place), place == 2)


async def _ingest(pool: Pool, company: CompanyId, scenes: Sequence[Scene]) -> None:
    results = await ingest(pool, company, PARTNER, [record_of(scene) for scene in scenes])
    assert [one.message for one in results if one.message] == []
