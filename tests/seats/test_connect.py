"""A seat holder says, once, which ATS user they are."""

import asyncio
from typing import Any

import asyncpg

from app.database.pool import Pool
from app.ids import CompanyId
from app.seats.connect import seat_of_ats_user
from tests.resolvers.conftest import Asking
from tests.resolvers.world import COMPANY, OTHER_COMPANY, PARTNER

CONNECT = """mutation ($input: ConnectSeatInput!) {
  connectSeat(input: $input) { seat { id } userErrors { code path } }
}"""


async def connect(ask: Asking, who: str, user: str) -> dict[str, Any]:
    payload: dict[str, Any] = (await ask.data(who, CONNECT, input={"atsUserId": user}))["connectSeat"]
    return payload


def refused(code: str, *path: str) -> dict[str, Any]:
    return {"seat": None, "userErrors": [{"code": code, "path": list(path) or None}]}


async def connections(owner: asyncpg.Connection) -> list[Any]:
    return await owner.fetch("select * from seat_connection order by ats_user_id")


async def test_a_connected_ats_user_acts_for_the_seat(ask: Asking, pool: Pool) -> None:
    assert await seat_of_ats_user(pool, CompanyId(COMPANY), PARTNER, "u-1") is None
    assert await connect(ask, "rosa", "u-1") == {"seat": {"id": "urn:li:seat:rosa"}, "userErrors": []}
    assert await seat_of_ats_user(pool, CompanyId(COMPANY), PARTNER, "u-1") == "urn:li:seat:rosa"


async def test_the_connection_is_the_company_s_and_the_partner_s(ask: Asking, pool: Pool) -> None:
    await connect(ask, "rosa", "u-1")
    assert await seat_of_ats_user(pool, CompanyId(OTHER_COMPANY), PARTNER, "u-1") is None
    assert await seat_of_ats_user(pool, CompanyId(COMPANY), "Old ATS", "u-1") is None
    assert (await connect(ask, "eve", "u-1"))["userErrors"] == []


async def test_saying_it_again_changes_nothing(ask: Asking, owner: asyncpg.Connection) -> None:
    await connect(ask, "rosa", "u-1")
    before = await connections(owner)
    assert (await connect(ask, "rosa", "u-1"))["userErrors"] == []
    assert await connections(owner) == before


async def test_another_seat_s_ats_user_is_taken(ask: Asking, owner: asyncpg.Connection) -> None:
    await connect(ask, "rosa", "u-1")
    before = await connections(owner)
    assert await connect(ask, "jonas", "u-1") == refused("ATS_USER_TAKEN", "input", "atsUserId")
    assert await connections(owner) == before


async def test_a_seat_is_one_ats_user(ask: Asking, owner: asyncpg.Connection) -> None:
    await connect(ask, "rosa", "u-1")
    before = await connections(owner)
    assert await connect(ask, "rosa", "u-2") == refused("SEAT_CONNECTED", "input", "atsUserId")
    assert await connections(owner) == before


async def test_of_two_seats_at_once_one_gets_the_ats_user(ask: Asking, owner: asyncpg.Connection) -> None:
    answers = await asyncio.gather(*(connect(ask, who, "u-1") for who in ("rosa", "jonas", "mila")))
    codes = [[error["code"] for error in answer["userErrors"]] for answer in answers]
    assert sorted(codes) == [[], ["ATS_USER_TAKEN"], ["ATS_USER_TAKEN"]]
    assert len(await connections(owner)) == 1


async def test_what_is_no_id_is_refused(ask: Asking, owner: asyncpg.Connection) -> None:
    for user in ("", " ", " u-1", "u-1\n", "x" * 301):
        assert await connect(ask, "rosa", user) == refused("INVALID", "input", "atsUserId")
    assert await connections(owner) == []


async def test_a_seat_that_is_not_active_is_not_connected(ask: Asking, owner: asyncpg.Connection) -> None:
    await owner.execute("update seat set state = 'PARKED' where urn = 'urn:li:seat:rosa'")
    assert await connect(ask, "rosa", "u-1") == refused("SEAT_INACTIVE")
    assert await connections(owner) == []


async def test_without_an_integration_there_is_no_ats_to_be_a_user_of(
    ask: Asking, owner: asyncpg.Connection
) -> None:
    answer = await ask("rosa", CONNECT, {"input": {"atsUserId": "u-1"}}, integration=None)
    assert answer["data"]["connectSeat"] == refused("NO_INTEGRATION")
    assert await connections(owner) == []


async def test_only_a_recruiter_has_a_seat_to_connect(ask: Asking, owner: asyncpg.Connection) -> None:
    for who in ("ats-user", "ats-admin", "partner", "support", "staff"):
        answer = await ask(who, CONNECT, {"input": {"atsUserId": "u-1"}})
        assert answer["data"] == {"connectSeat": None}
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["ROLE_REQUIRED"]
    assert await connections(owner) == []
