"""What is too much is refused at once and may be tried again."""

import asyncio
from uuid import UUID, uuid4

import pytest

from app.database.slot import company_key
from app.database.waiting import WaitingLine
from app.engine.request import GraphQLRequest
from app.errors import CallerError
from app.http import overload
from app.http.overload import Gate
from loaders.context import RequestContext
from tests.database.test_waiting import Clock
from tests.http.conftest import OUTSIDER, RECRUITER, code_of, gateway_on


def refused_status(gate: Gate, company_id: UUID | None) -> int:
    with pytest.raises(CallerError) as caught:
        gate.enter(company_id, company_id)
    assert caught.value.headers == {"Retry-After": "1"}
    assert caught.value.code == "OVERLOADED"
    return caught.value.status


def test_the_whole_gateway_has_a_limit() -> None:
    gate = Gate(in_flight_max=3, share_max=3)
    for company in (uuid4(), uuid4(), None):
        gate.enter(company)
    assert refused_status(gate, uuid4()) == 503
    gate.leave(None)
    gate.enter(uuid4())


def test_one_company_leaves_room_for_the_others() -> None:
    gate, busy = Gate(in_flight_max=4, share_max=2), uuid4()
    gate.enter(busy)
    gate.enter(busy)
    assert refused_status(gate, busy) == 429
    gate.enter(uuid4())
    gate.leave(busy)
    gate.enter(busy)
    assert gate.in_flight == 3


async def test_while_a_queue_stands_its_company_is_refused_before_its_work_begins() -> None:
    clock, busy, other = Clock(), uuid4(), uuid4()
    line = WaitingLine(timeout_ms=60_000, waiting_max=1_000, standing_max=4, clock=clock)
    gate = Gate(lines=[line])
    for _ in range(30):
        gate.enter(busy, busy)
        line.join(company_key(busy))
    clock.now_s += 1.0
    assert refused_status(gate, busy) == 503
    gate.enter(other, other)
    line.join(company_key(other))
    assert refused_status(gate, busy) == 429
    gate.enter(other, other)
    assert gate.in_flight == 32


async def test_many_refusals_are_told_at_a_limited_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    gate = Gate(clock=clock)
    pauses: list[float] = []

    async def slept(seconds: float) -> None:
        pauses.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", slept)
    for _ in range(overload.REFUSALS_AT_ONCE):
        await gate.pause()
    assert pauses == []
    for _ in range(1_000):
        await gate.pause()
    assert pauses == sorted(pauses)
    assert pauses[overload.REFUSALS_A_SECOND // 10] == pytest.approx(0.1, abs=2 * overload.TOGETHER_S)
    assert overload.PAUSE_S_MAX <= pauses[-1] <= overload.PAUSE_S_MAX + overload.TOGETHER_S
    pauses.clear()
    clock.now_s += overload.PAUSE_S_MAX + 1.0  # All have left.
    await gate.pause()
    assert pauses == []


class Waiting:
    """An engine whose operations wait for each other."""

    def __init__(self) -> None:
        self.may_end = asyncio.Event()
        self.at_work = asyncio.Semaphore(0)

    def check_document(self, text: str) -> list[str | None]:
        return [None]

    def is_query(self, request: GraphQLRequest) -> bool:
        return True

    async def execute(
        self, request: GraphQLRequest, context: RequestContext, *, introspection: bool
    ) -> bytes:
        self.at_work.release()
        await self.may_end.wait()
        return b'{"data":{}}'


async def test_a_busy_company_gets_429_and_the_others_are_served(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(overload.Gate.__init__, "__defaults__", (4, 2))
    engine = Waiting()
    async with gateway_on(database, engine) as gateway, asyncio.timeout(10):
        asked = [asyncio.create_task(gateway.ask("{a}", RECRUITER)) for _ in range(2)]
        await engine.at_work.acquire()
        await engine.at_work.acquire()
        refused = await gateway.ask("{a}", RECRUITER)
        assert (refused.status_code, code_of(refused)) == (429, "OVERLOADED")
        assert refused.headers["retry-after"] == "1"
        asked.append(asyncio.create_task(gateway.ask("{a}", OUTSIDER)))
        await engine.at_work.acquire()
        engine.may_end.set()
        assert [response.status_code for response in await asyncio.gather(*asked)] == [200, 200, 200]
        assert (await gateway.ask("{a}", RECRUITER)).status_code == 200
