"""What the simulated LinkedIn answers while all is well."""

import asyncio
from datetime import UTC, datetime

import httpx

from app.simulator.server import RunningSimulator
from app.simulator.world import World, demo_world

V2 = {"X-RestLi-Protocol-Version": "2.0.0"}
HALF_A_DAY_MS = 12 * 3600 * 1000


def ids(*person_ids: str) -> str:
    return "/v2/people?ids=List(" + ",".join(f"(id:{person_id})" for person_id in person_ids) + ")"


async def test_a_batch_answers_profiles_by_their_keys(linkedin: httpx.AsyncClient) -> None:
    answer = await linkedin.get(ids("m0001", "m0002"), headers=V2)
    assert answer.status_code == 200
    body = answer.json()
    assert set(body["results"]) == {"(id:m0001)", "(id:m0002)"}
    assert body["statuses"] == {"(id:m0001)": 200, "(id:m0002)": 200}
    zoe = body["results"]["(id:m0001)"]
    assert (zoe["localizedFirstName"], zoe["localizedLastName"]) == ("Zoë", "Marchetti")
    assert zoe["positions"][0] == {
        "localizedTitle": "Senior Backend Engineer",
        "localizedCompanyName": "Halden Systems",
        "startMonthYear": {"year": 2023, "month": 4},
        "localizedDescription": "Wrote the shipment tracking API that partners in eleven countries call.",
    }


async def test_ids_may_be_percent_encoded(linkedin: httpx.AsyncClient) -> None:
    answer = await linkedin.get("/v2/people?ids=List%28%28id%3Am0001%29%2C%28id%3Am0002%29%29", headers=V2)
    assert set(answer.json()["results"]) == {"(id:m0001)", "(id:m0002)"}


async def test_one_profile_by_its_key(linkedin: httpx.AsyncClient) -> None:
    answer = await linkedin.get("/v2/people/(id:m0001)", headers=V2)
    assert answer.json()["id"] == "m0001"
    assert (await linkedin.get("/v2/people/(id:nobody)", headers=V2)).status_code == 404


async def test_who_is_closed_or_unknown_is_an_error_of_that_key_alone(
    linkedin: httpx.AsyncClient, simulator: RunningSimulator
) -> None:
    closed = next(iter(simulator.state.world.closed))
    body = (await linkedin.get(ids("m0001", closed, "nobody"), headers=V2)).json()
    assert set(body["results"]) == {"(id:m0001)"}
    assert {key: error["status"] for key, error in body["errors"].items()} == {
        f"(id:{closed})": 404,
        "(id:nobody)": 404,
    }


async def test_more_than_fifty_ids_and_none_are_refused(linkedin: httpx.AsyncClient) -> None:
    many = await linkedin.get(ids(*(f"m{number:04d}" for number in range(1, 52))), headers=V2)
    assert many.status_code == 400
    assert many.json()["status"] == 400
    assert (await linkedin.get("/v2/people", headers=V2)).status_code == 400


async def test_nothing_without_a_token_that_is_good(
    linkedin: httpx.AsyncClient, simulator: RunningSimulator
) -> None:
    simulator.state.revoke_tokens()
    for path in (ids("m0001"), "/v2/people/(id:m0001)", "/v2/seats?q=seatsByAttributes&contracts=x"):
        assert (await linkedin.get(path)).status_code == 401


async def test_a_wrong_secret_gets_no_token(
    anonymous: httpx.AsyncClient, simulator: RunningSimulator
) -> None:
    form = {
        "grant_type": "client_credentials",
        "client_id": simulator.state.credentials.client_id,
        "client_secret": "guessed",
    }
    answer = await anonymous.post("/oauth/v2/accessToken", data=form)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    answer = await anonymous.post("/oauth/v2/accessToken", data={**form, "grant_type": "password"})
    assert (answer.status_code, answer.json()["error"]) == (400, "unsupported_grant_type")


async def test_a_token_is_good_for_as_long_as_it_says(
    linkedin: httpx.AsyncClient, simulator: RunningSimulator
) -> None:
    simulator.state.knobs = simulator.state.knobs.turned({"token_lifetime_s": 1})
    token, lifetime_s = simulator.state.issue_token()
    bearing = {"Authorization": f"Bearer {token}"}
    assert lifetime_s == 1
    assert (await linkedin.get("/v2/people/(id:m0001)", headers=bearing)).status_code == 200
    await asyncio.sleep(1.1)
    assert (await linkedin.get("/v2/people/(id:m0001)", headers=bearing)).status_code == 401


async def test_seats_of_a_contract(linkedin: httpx.AsyncClient) -> None:
    found = await linkedin.get(
        "/v2/seats",
        params={
            "q": "seatsByAttributes",
            "contracts": "urn:li:contract:5001",
            "active": "true",
            "count": "2",
        },
    )
    body = found.json()
    assert body["paging"] == {"start": 0, "count": 2, "total": 5, "links": []}
    assert all(seat["active"] and seat["contractId"] == "urn:li:contract:5001" for seat in body["elements"])


async def test_histories_are_read_by_windows(linkedin: httpx.AsyncClient, world: World) -> None:
    inmail, note, stub = world.inmails[-1], world.notes[-1], world.stubs[-1]
    for path, event, query in (
        (
            "conversationEvents",
            inmail,
            "q=criteria&viewer={seat}&timeRange.start={start}&timeRange.end={end}",
        ),
        ("prospectNotes", note, "q=criteria&contract={contract}&cutoffDate={start}&beforeDate={moment}"),
        ("mailStubs", stub, "q=contract&contract={contract}&createdDateStart={start}&createdDateEnd={end}"),
    ):
        filled = query.format(
            seat=event.seat,
            contract=event.contract,
            start=event.moment - HALF_A_DAY_MS + 1,
            moment=event.moment,
            end=event.moment + 1,
        )
        elements = (await linkedin.get(f"/v2/{path}?{filled}&count=200")).json()["elements"]
        assert elements[-1] == event.element, path


async def test_a_window_of_more_than_twelve_hours_is_refused(linkedin: httpx.AsyncClient) -> None:
    now = int(datetime(2026, 10, 1, tzinfo=UTC).timestamp() * 1000)
    answer = await linkedin.get(
        f"/v2/mailStubs?q=contract&contract=urn:li:contract:5001&createdDateStart={now - HALF_A_DAY_MS - 1}"
        f"&createdDateEnd={now}"
    )
    assert answer.status_code == 400


def test_the_world_is_the_same_each_time(world: World) -> None:
    assert demo_world() == world
