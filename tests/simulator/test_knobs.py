"""What the knobs do to the simulated LinkedIn."""

import asyncio
from typing import Any

import httpx
import orjson
import pytest

from app.simulator.server import RunningSimulator

ONE = "/v2/people?ids=List((id:m0001))"


async def turn(client: httpx.AsyncClient, **knobs: Any) -> None:
    answer = await client.patch("/simulator/knobs", json=knobs)
    assert answer.status_code == 200, answer.text


async def test_knobs_are_turned_one_by_one_or_put_back(linkedin: httpx.AsyncClient) -> None:
    await turn(linkedin, latency_ms=5)
    await turn(linkedin, closed=["m0001"])
    knobs = (await linkedin.get("/simulator/knobs")).json()
    assert (knobs["latency_ms"], knobs["closed"]) == (5, ["m0001"])
    assert (await linkedin.put("/simulator/knobs", json={"retry_after_s": 3})).json() == {
        **knobs,
        "latency_ms": 0,
        "closed": [],
        "retry_after_s": 3,
    }


@pytest.mark.parametrize(
    "refused",
    [
        *({"nothing": 1}, {"error_rate": 1.5}, {"error_rate": "a"}, {"down": 1}, {"latency_ms": -1}),
        *({"answers": "wrong"}, {"closed": "m0001"}, {"error_status": 200}, [1], "text"),
    ],
)
async def test_what_is_no_knob_is_refused_and_turns_nothing(
    linkedin: httpx.AsyncClient, simulator: RunningSimulator, refused: Any
) -> None:
    before = simulator.state.knobs
    assert (await linkedin.patch("/simulator/knobs", json=refused)).status_code == 400
    assert (await linkedin.patch("/simulator/knobs", content=b"{")).status_code == 400
    assert simulator.state.knobs == before


async def test_a_closed_account_is_gone(linkedin: httpx.AsyncClient) -> None:
    await turn(linkedin, closed=["m0001"])
    assert (await linkedin.get(ONE)).json()["results"] == {}


async def test_down_resets_every_connection_and_its_own_pages_still_answer(
    linkedin: httpx.AsyncClient,
) -> None:
    await turn(linkedin, down=True)
    with pytest.raises((httpx.NetworkError, httpx.RemoteProtocolError)):
        await linkedin.get(ONE)
    calls = (await linkedin.get("/simulator/calls")).json()
    assert calls["byPath"] == {"/v2/people": 1}
    await turn(linkedin, down=False)
    assert (await linkedin.get(ONE)).status_code == 200


async def test_flapping_answers_so_many_and_resets_as_many(linkedin: httpx.AsyncClient) -> None:
    await turn(linkedin, flap_every=2)
    seen = ""
    for _ in range(8):
        try:
            seen += "+" if (await linkedin.get(ONE)).status_code == 200 else "?"
        except httpx.HTTPError:
            seen += "-"
    assert seen == "++--++--"


async def test_errors_have_the_status_and_the_shape_of_linkedin(linkedin: httpx.AsyncClient) -> None:
    await turn(linkedin, error_rate=1, error_status=503)
    answer = await linkedin.get(ONE)
    assert (answer.status_code, answer.json()["status"]) == (503, 503)


async def test_a_part_of_the_calls_fails(linkedin: httpx.AsyncClient) -> None:
    await turn(linkedin, error_rate=0.5)
    statuses = [(await linkedin.get(ONE)).status_code for _ in range(60)]
    assert {200, 500} == set(statuses)


async def test_more_calls_than_may_come_in_a_second_are_throttled(linkedin: httpx.AsyncClient) -> None:
    await turn(linkedin, calls_a_second=2, retry_after_s=7)
    answers = [await linkedin.get(ONE) for _ in range(10)]
    throttled = [answer for answer in answers if answer.status_code == 429]
    assert throttled
    assert {answer.headers["Retry-After"] for answer in throttled} == {"7"}


async def test_half_a_body_breaks_off(linkedin: httpx.AsyncClient) -> None:
    await turn(linkedin, answers="half")
    with pytest.raises((httpx.NetworkError, httpx.RemoteProtocolError)):
        await linkedin.get(ONE)


async def test_a_malformed_body_is_no_json(linkedin: httpx.AsyncClient) -> None:
    await turn(linkedin, answers="malformed")
    answer = await linkedin.get(ONE)
    assert answer.status_code == 200
    with pytest.raises(orjson.JSONDecodeError):
        orjson.loads(answer.content)


async def test_an_empty_body(linkedin: httpx.AsyncClient) -> None:
    await turn(linkedin, answers="empty")
    answer = await linkedin.get(ONE)
    assert (answer.status_code, answer.content) == (200, b"")


async def test_an_endless_body_ends_when_nobody_reads_it(
    linkedin: httpx.AsyncClient, simulator: RunningSimulator
) -> None:
    await turn(linkedin, answers="endless")
    async with linkedin.stream("GET", ONE) as answer:
        received = 0
        async for piece in answer.aiter_raw():
            received += len(piece)
            if received > 1_000_000:
                break
    async with asyncio.timeout(5):
        while simulator.state.calls.under_way:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_wrong_ids_are_other_peoples_profiles_under_the_right_keys(linkedin: httpx.AsyncClient) -> None:
    await turn(linkedin, answers="wrong-ids")
    results = (await linkedin.get(ONE)).json()["results"]
    assert set(results) == {"(id:m0001)"}
    assert results["(id:m0001)"]["id"] != "m0001"


async def test_duplicates_are_there_twice(linkedin: httpx.AsyncClient) -> None:
    await turn(linkedin, answers="duplicates")
    body = (await linkedin.get(ONE)).content
    assert body.count(b'"(id:m0001)":{') == 2
    assert set(orjson.loads(body)["results"]) == {"(id:m0001)"}


async def test_calls_are_counted_and_forgotten(
    linkedin: httpx.AsyncClient, simulator: RunningSimulator
) -> None:
    simulator.state.knobs = simulator.state.knobs.turned({"latency_ms": 50, "jitter_ms": 20})
    both = "/v2/people?ids=List((id:m0001),(id:m0002))"
    await asyncio.gather(*(linkedin.get(both) for _ in range(3)))
    counted = (await linkedin.get("/simulator/calls")).json()
    assert counted["byPath"] == {"/v2/people": 3}
    assert (counted["total"], counted["people"], counted["atOnceMax"]) == (3, 6, 3)
    assert (await linkedin.delete("/simulator/calls")).json()["total"] == 0
    assert (await linkedin.delete("/simulator/tokens")).status_code == 204
    assert (await linkedin.get(ONE)).status_code == 401
