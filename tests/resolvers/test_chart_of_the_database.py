"""The hand-written chart (tests/access/test_chart.py) once more, with every fact as the database has it.

Each combination is switched on in the tables, and read by the seat's holder as `viewer.features` and by
somebody else as `accessOf`: the same for both, and as charted.
"""

from collections.abc import AsyncIterator
from itertools import product
from typing import Any

import asyncpg
import pytest

from app.access.features import AccessPath, DenialReason, Feature, ProductTier, SeatState
from app.auth.facts import FactsCache
from app.database.pool import Pool
from app.engine.engine import Engine
from tests.access.test_chart import COLUMNS, LEGEND, rows
from tests.conftest import TestServer
from tests.resolvers.conftest import Asking
from tests.resolvers.world import COMPANY, PARTNER

DECISIONS = "{ feature granted through reason howToFix }"
SEATS = {
    "active seat": (SeatState.ACTIVE,),
    "inactive seat": (SeatState.PARKED, SeatState.INACTIVE, SeatState.INVITED),
}
SUPPORT: dict[str, frozenset[Feature]] = {
    "supports both": frozenset(),
    "supports neither": frozenset(COLUMNS[6:]),
}


@pytest.fixture(scope="module")
async def office(
    server: TestServer, small_company: str, engine: Engine
) -> AsyncIterator[tuple[Asking, asyncpg.Connection]]:
    """The small company with Mila's contract alone, and its owner, who switches everything."""
    async with server.copy_of(small_company) as dsn, Pool(dsn, size=2) as pool:
        owner = await asyncpg.connect(dsn)
        # Another contract's access counts for the last two features: here there is to be none.
        await owner.execute("update contract set activated = false where urn <> 'urn:li:contract:B'")
        yield Asking(pool, FactsCache(pool), engine), owner
        await owner.close()


async def switch(
    owner: asyncpg.Connection,
    access: str,
    tier: ProductTier,
    state: SeatState,
    unsupported: frozenset[Feature],
) -> None:
    name, setting, _ = access.partition("+")
    await owner.execute(
        "update contract set activated = $1, product_tier = $2 where urn = 'urn:li:contract:B'",
        *(name in {"contract", "both"}, tier.value),
    )
    await owner.execute(
        """
        update integration set company_wide_access = $2, one_click_export_company_wide = $3
        where company_id = $1 and state = 'LIVE'
        """,
        *(COMPANY, name in {"company-wide", "both"}, bool(setting)),
    )
    await owner.execute("update seat set state = $1 where urn = 'urn:li:seat:mila'", state.value)
    await owner.execute(
        "update partner set supported_features = $2 where name = $1",
        *(PARTNER, [feature.value for feature in COLUMNS[6:] if feature not in unsupported]),
    )


def charted(cells: str, tier: ProductTier, unsupported: frozenset[Feature]) -> list[str]:
    if tier is ProductTier.RECRUITER_LITE:
        return [DenialReason.RECRUITER_LITE.value] * len(Feature)
    said = {feature: LEGEND[cell].value for feature, cell in zip(COLUMNS, cells, strict=True)}
    said |= dict.fromkeys(unsupported, DenialReason.PARTNER_UNSUPPORTED.value)
    return [said[feature] for feature in Feature]


@pytest.mark.parametrize("tier", ProductTier)
@pytest.mark.parametrize("support", SUPPORT)
async def test_the_holder_and_whoever_asks_about_the_seat_read_what_is_charted(
    office: tuple[Asking, asyncpg.Connection], tier: ProductTier, support: str
) -> None:
    ask, owner = office
    for (who, access, cells), state in product(rows(), SeatState):
        if state not in SEATS.get(who, ()):
            continue
        await switch(owner, access, tier, state, SUPPORT[support])
        await ask.facts.watch.read_now()
        own: list[dict[str, Any]] = (await ask.data("mila", f"{{ viewer {{ features {DECISIONS} }} }}"))[
            "viewer"
        ]["features"]
        assert [one["feature"] for one in own] == [feature.value for feature in Feature]
        assert [one["through"] or one["reason"] for one in own] == charted(cells, tier, SUPPORT[support])
        for one in own:
            assert one["granted"] is (one["reason"] is None) is (one["howToFix"] is None)
            assert one["through"] in {None, *AccessPath}
            if one["howToFix"] is not None:
                assert one["howToFix"].endswith(".")
        theirs = f'{{ accessOf(seat: "urn:li:seat:mila") {DECISIONS} }}'
        assert (await ask.data("staff", theirs))["accessOf"] == own
