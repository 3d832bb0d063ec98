"""Whom a page's token stands for: a user of the ATS, and that user's seat as it is now."""

import asyncio
from typing import Any

from app.auth.issuers import OWN_ISSUER
from app.auth.revocation import Revocations
from tests.resolvers.world import OTHER_URN, PARTNER
from tests.widgets.server.conftest import (
    CONNECTED,
    CONNECTED_ADMIN,
    NAME,
    NOBODY,
    OTHER_APP,
    OTHER_ATS,
    WHO,
    Desk,
    claims_of,
    partner_token,
)


async def test_a_page_token_that_is_revoked_ends_within_a_second(own_desk: Desk) -> None:
    one, other = await own_desk.page_token(), await own_desk.page_token(atsUserId="u-2")
    for token in (one, other):
        assert (await own_desk.run(token, WHO)).status_code == 200
    revocations = Revocations(own_desk.gateway.services.pool)
    said = claims_of(one)
    await revocations.revoke_token(OWN_ISSUER, said["jti"], said["exp"])
    await revocations.revoke_subject(OWN_ISSUER, "u-2")
    await asyncio.sleep(1)
    assert [(await own_desk.run(token, WHO)).status_code for token in (one, other)] == [401, 401]


async def test_a_connected_user_has_the_atss_sight_and_the_seats_features(desk: Desk) -> None:
    response = await desk.exchange(await desk.widget_token(atsUserId=CONNECTED))
    assert response.json()["seatConnected"] is True
    viewer = (await desk.run(response.json()["token"], WHO)).json()["data"]["viewer"]
    assert viewer == {
        "subject": CONNECTED,
        "roles": ["RECRUITER", "ATS_USER"],
        "seat": {"urn": "urn:li:seat:rosa"},
    }
    token = await desk.page_token(atsUserId=CONNECTED_ADMIN, isAtsAdmin=True)
    viewer = (await desk.run(token, WHO)).json()["data"]["viewer"]
    assert viewer["roles"] == ["RECRUITER", "RECRUITER_ADMIN", "ATS_USER", "ATS_ADMIN"]
    token = await desk.page_token()
    viewer = (await desk.run(token, WHO)).json()["data"]["viewer"]
    assert viewer == {"subject": NOBODY, "roles": ["ATS_USER"], "seat": None}


async def test_a_seat_that_is_disconnected_or_parked_or_connected_counts_within_a_second(
    own_desk: Desk,
) -> None:
    async def now() -> tuple[list[str], Any]:
        await asyncio.sleep(1)
        viewer = (await own_desk.run(token, WHO)).json()["data"]["viewer"]
        return viewer["roles"], viewer["seat"]

    token = await own_desk.page_token(atsUserId=CONNECTED_ADMIN)
    assert await now() == (["RECRUITER", "RECRUITER_ADMIN", "ATS_USER"], {"urn": "urn:li:seat:jonas"})
    await own_desk.owner.execute("update seat set state = 'PARKED' where urn = 'urn:li:seat:jonas'")
    assert await now() == (["RECRUITER", "ATS_USER"], {"urn": "urn:li:seat:jonas"})
    await own_desk.owner.execute("delete from seat_connection where ats_user_id = $1", CONNECTED_ADMIN)
    assert await now() == (["ATS_USER"], None)
    await own_desk.owner.execute(
        """
        insert into seat_connection
        select company_id, $1, $2, id, now() from seat where urn = 'urn:li:seat:nina'
        """,
        *(PARTNER, CONNECTED_ADMIN),
    )
    assert await now() == (["RECRUITER", "ATS_USER"], {"urn": "urn:li:seat:nina"})


async def test_a_user_of_this_id_in_another_company_is_somebody_else(desk: Desk) -> None:
    token = await desk.page_token(
        atsUserId=CONNECTED, bearer=partner_token(OTHER_URN), app=OTHER_APP, origin=OTHER_ATS
    )
    viewer = (await desk.run(token, WHO)).json()["data"]["viewer"]
    assert (viewer["roles"], viewer["seat"]) == (["ATS_USER"], None)
    name = (await desk.run(token, NAME)).json()["data"]["candidate"]
    assert name == {"firstName": "Anna"}
