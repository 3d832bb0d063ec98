"""Matches that the ATS makes by hand, by its own ids."""

import asyncio

import asyncpg
import pytest

from app.database.pool import Pool
from app.errors import CallerError, ErrorCode
from app.ids import CompanyId
from app.matching.match import match_candidates
from app.records.manual_match import ManualMatch, match_by_hand
from app.sync.records import RecordOutcome, RecordResult
from tests.records.conftest import written
from tests.resolvers.world import ANNA, BELA, COMPANY, CORA, OLD_ANNA, PARTNER

M1, M2, M3 = (f"urn:li:person:m{n}" for n in (1, 2, 3))
OURS = CompanyId(COMPANY)


async def by_hand(pool: Pool, *matches: tuple[str, str | None]) -> list[RecordResult]:
    said = [ManualMatch(candidate_external_id=name, member=member) for name, member in matches]
    async with pool.transaction(OURS) as connection:
        return await match_by_hand(connection, OURS, PARTNER, said)


async def states(owner: asyncpg.Connection) -> dict[object, tuple[str, str | None]]:
    rows = await owner.fetch(
        "select id, match_state, match_member_urn from candidate where company_id = $1", COMPANY
    )
    return {row["id"]: (row["match_state"], row["match_member_urn"]) for row in rows}


async def test_a_link_by_the_atss_id_is_manual_and_stays(pool: Pool, owner: asyncpg.Connection) -> None:
    [result] = await by_hand(pool, ("x-3", M3))
    assert (result.outcome, result.id) == (RecordOutcome.UPDATED, CORA)
    await match_candidates(pool, OURS)
    assert (await states(owner))[CORA] == ("MANUAL", M3)


async def test_repeated_it_changes_nothing(pool: Pool, owner: asyncpg.Connection) -> None:
    await by_hand(pool, ("x-3", M3), ("x-1", None))
    before = await written(owner)
    results = await by_hand(pool, ("x-3", M3), ("x-1", None))
    assert [one.outcome for one in results] == [RecordOutcome.UNCHANGED] * 2
    assert await written(owner) == before


async def test_null_says_that_it_is_none_of_them_and_is_remembered(
    pool: Pool, owner: asyncpg.Connection
) -> None:
    results = await by_hand(pool, ("x-1", None), ("x-3", None))
    assert [one.outcome for one in results] == [RecordOutcome.UPDATED] * 2
    await match_candidates(pool, OURS)
    after = await states(owner)
    assert after[ANNA] == after[CORA] == ("UNLINKED", None)
    refused = await owner.fetch("select candidate_id, member_urn from refused_match")
    assert {tuple(row) for row in refused} == {(ANNA, M1), (CORA, M1), (CORA, M3)}


@pytest.mark.parametrize(
    ("name", "member", "path"),
    [
        ("nobody", M3, "atsCandidateId"),
        ("\x00", M3, "atsCandidateId"),
        ("\ud800", M3, "atsCandidateId"),
        ("x" * 10_000, M3, "atsCandidateId"),
        ("x-3", M2, "manualMatchedMember"),
        ("x-3", "urn:li:person:nobody", "manualMatchedMember"),
        ("x-3", "urn:li:organization:9001", "manualMatchedMember"),
        ("x-3", "\x00\ud800", "manualMatchedMember"),
        ("x-3", "", "manualMatchedMember"),
    ],
)
async def test_what_cannot_be_fails_alone(
    pool: Pool, owner: asyncpg.Connection, name: str, member: str, path: str
) -> None:
    before, bad, after = await by_hand(pool, ("x-1", M3), (name, member), ("x-2", M1))
    assert (bad.outcome, bad.path) == (RecordOutcome.REFUSED, (path,))
    assert bad.message is not None
    assert before.outcome is after.outcome is RecordOutcome.UPDATED
    now = await states(owner)
    assert (now[ANNA], now[BELA], now[CORA]) == (("MANUAL", M3), ("MANUAL", M1), ("AMBIGUOUS", None))


async def test_the_last_word_of_a_call_counts_and_only_the_partners_own_candidates_are_meant(
    pool: Pool, owner: asyncpg.Connection
) -> None:
    await by_hand(pool, ("x-1", M3), ("x-1", None), ("x-1", M1))
    now = await states(owner)
    assert now[ANNA] == ("MANUAL", M1)
    assert now[OLD_ANNA] == ("UNMATCHED", None)
    assert (
        await owner.fetchval("select match_state from candidate where company_id <> $1", COMPANY) == "MATCHED"
    )


async def test_nothing_is_matched_while_the_integration_is_disabled(
    pool: Pool, owner: asyncpg.Connection
) -> None:
    await owner.execute("update integration set state = 'DISABLED' where state = 'LIVE'")
    with pytest.raises(CallerError) as refused:
        await by_hand(pool, ("x-1", M3))
    assert refused.value.code is ErrorCode.INTEGRATION_DISABLED


async def test_many_at_once_in_any_order_do_not_deadlock(pool: Pool, owner: asyncpg.Connection) -> None:
    pairs: list[tuple[str, str | None]] = [("x-1", M3), ("x-2", M3), ("x-3", M3)]
    await asyncio.gather(*(by_hand(pool, *pairs[n % 3 :], *pairs[: n % 3]) for n in range(12)))
    now = await states(owner)
    assert {now[ANNA], now[BELA], now[CORA]} == {("MANUAL", M3)}
