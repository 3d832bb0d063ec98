"""How right matching is on pairs that are hard to tell; `make bench` prints the figures."""

import asyncpg

from app.database.pool import Pool
from app.ids import CompanyId
from tests.matching.labelled import match_scenes, quality, read_scenes
from tests.sync.companies import PARTNER

PRECISION_MIN = 0.98
RECALL_MIN = 0.85


async def test_automatic_matches_are_right_and_few_are_missed(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection
) -> None:
    outcomes = await match_scenes(owner, pool, company, PARTNER, read_scenes())
    held_back = [one for one in outcomes if one.scene.is_held_back]
    seen = [one for one in outcomes if not one.scene.is_held_back]
    assert quality(outcomes).pairs >= 300
    assert quality(held_back).pairs >= 75
    for some in (seen, held_back):
        figures = quality(some)
        assert figures.precision >= PRECISION_MIN, [one.scene.what for one in some if one.is_wrong]
        assert figures.recall >= RECALL_MIN


async def test_what_nobody_can_tell_is_left_to_people(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection
) -> None:
    outcomes = await match_scenes(owner, pool, company, PARTNER, read_scenes())
    unclear = [one for one in outcomes if not one.scene.same and one.scene.is_unclear]
    assert len(unclear) >= 15
    assert {one.state for one in unclear} <= {"AMBIGUOUS", "UNMATCHED"}
    assert sum(one.state == "AMBIGUOUS" for one in unclear) >= 0.8 * len(unclear)
