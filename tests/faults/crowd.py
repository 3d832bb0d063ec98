"""Who reads and writes while faults are injected. Whoever writes repeats until it is acknowledged."""

import asyncio
import contextlib
import random
import time
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Sequence
from types import TracebackType
from typing import Any, Final, Self, TypeVar

import httpx

from app.ids import own_urn
from tests.faults.ats import assert_taken
from tests.faults.post import Post, connection
from tests.faults.world import JOB, KEPT, SEATS, Company, kept_id

ACKNOWLEDGED_WITHIN_S: Final = 90.0
_PAUSE_S: Final = 0.02
_AGAIN_AFTER_S: Final = 0.05
_READERS: Final = 2
_EXPORTS_A_SEAT: Final = 290

_Answer = TypeVar("_Answer")

ONE: Final = "query($id: String!) { candidate(externalId: $id) { externalId firstName tags { name } } }"
LIST: Final = """{ candidates(first: 20) { totalCount edges { node { externalId firstName
  applications(first: 3) { edges { node { externalId } } } } } } }"""
MEMBER: Final = """query($id: String!) {
  candidate(externalId: $id) { externalId firstName member { firstName headline } } }"""
_NOTE: Final = """mutation($id: ID!, $body: String!) {
  done: addNote(input: {candidateId: $id, body: $body}) { userErrors { code } } }"""
_TAG: Final = """mutation($id: ID!, $name: String!) {
  done: addTag(input: {candidateId: $id, name: $name}) {
    candidate { tags { name } } userErrors { code } } }"""
_UNTAG: Final = """mutation($id: ID!, $name: String!) {
  done: removeTag(input: {candidateId: $id, name: $name}) { userErrors { code } } }"""
_EXPORT: Final = """mutation($member: ID!, $job: ID!) {
  done: exportMember(input: {memberId: $member, jobId: $job}) { export { id } userErrors { code } } }"""
_WIDE: Final = """mutation($on: Boolean!) {
  done: setCompanyWideAccess(input: {enabled: $on}) { userErrors { code } } }"""


class Worker(ABC):
    """Does one thing after the other. `done` counts what went well, `error` is why it does no more."""

    def __init__(self, company: Company, post: Post, dice: random.Random) -> None:
        self.company = company
        self.post = post
        self.dice = dice
        self.done = 0
        self.is_idle = True
        self.error: BaseException | None = None

    async def run(self, may_work: asyncio.Event) -> None:
        async with connection() as http:
            while True:
                await may_work.wait()
                self.is_idle = False
                try:
                    await self.step(http)
                except Exception as error:
                    self.error = error
                    return
                finally:
                    self.is_idle = True
                await asyncio.sleep(_PAUSE_S)

    @abstractmethod
    async def step(self, http: httpx.AsyncClient) -> None:
        """Do one thing."""


class Reader(Worker):
    """A user of the ATS, who looks at one candidate or at the first of all; or a recruiter, with members."""

    with_members = False

    async def step(self, http: httpx.AsyncClient) -> None:
        name = self.dice.choice(KEPT)
        if self.with_members:
            said = await self.post.ask(http, self.company.tokens["seat-0"], MEMBER, {"id": name})
        elif self.dice.random() < 0.6:
            said = await self.post.ask(http, self.company.tokens["ats-user"], ONE, {"id": name})
        else:
            said = await self.post.ask(http, self.company.tokens["ats-user"], LIST)
            if said is None:
                await asyncio.sleep(_AGAIN_AFTER_S)
            else:
                assert said["data"]["candidates"]["totalCount"] >= len(KEPT), said
                self.done += 1
            return
        if said is not None:
            found = said["data"]["candidate"]
            assert (found["externalId"], found["firstName"]) == (name, "Kept"), said
            self.done += 1
        else:
            await asyncio.sleep(_AGAIN_AFTER_S)


class Ats(Worker):
    """The ATS's backend, which syncs: creates, changes and deletes."""

    async def step(self, http: httpx.AsyncClient) -> None:
        records = self.company.ats[0]
        records.next()
        await sync(self.post, http, self.company, 0)
        self.done += 1


class Author(Worker):
    """People who write through GraphQL: notes, tags, exports, switches."""

    exports = True

    async def step(self, http: httpx.AsyncClient) -> None:
        chance = self.dice.random()
        company, name = self.company, self.dice.choice(KEPT)
        if chance < 0.4:
            body = f"Note {company.mutations}"
            await self._say(http, "ats-user", _NOTE, id=kept_id(name), body=body)
            company.notes.append((name, body))
        elif chance < 0.65:
            tag = f"tag {self.dice.randrange(12)}"
            done = await self._say(http, "ats-user", _TAG, id=kept_id(name), name=tag)
            company.tags[name].add(tag)
            assert {one["name"] for one in done["candidate"]["tags"]} == company.tags[name]
        elif chance < 0.75:
            tag = f"tag {self.dice.randrange(12)}"
            await self._say(http, "ats-user", _UNTAG, id=kept_id(name), name=tag)
            company.tags[name].discard(tag)
        elif chance < 0.85 and self.exports and len(company.exports) < SEATS * _EXPORTS_A_SEAT:
            number = len(company.exports)
            seat, member = f"seat-{number // _EXPORTS_A_SEAT}", f"urn:li:person:x{number}"
            done = await self._say(http, seat, _EXPORT, member=member, job=own_urn("job", JOB))
            company.exports[member] = done["export"]["id"]
        else:
            await self._say(http, "seat-0", _WIDE, on=not company.is_wide)
            company.is_wide = not company.is_wide
            company.switched += 1
        company.mutations += 1
        self.done += 1

    async def _say(self, http: httpx.AsyncClient, who: str, mutation: str, **variables: Any) -> Any:
        key, token = f"m-{self.company.mutations}", self.company.tokens[who]
        said = await until(lambda: self.post.ask(http, token, mutation, variables, key=key))
        assert said["data"]["done"]["userErrors"] == [], said
        return said["data"]["done"]


async def sync(post: Post, http: httpx.AsyncClient, company: Company, place: int) -> None:
    """Send the call that this connection of the ATS has under way until it is acknowledged."""
    records = company.ats[place]
    call = records.under_way
    assert call is not None
    headers = {**call.headers, "Idempotency-Key": records.key}
    token = company.tokens["partner"]
    answer = await until(
        lambda: post.send(http, token, call.method, call.target, json=call.body, headers=headers)
    )
    assert_taken(call, answer.json())
    records.taken()


async def until(attempt: Callable[[], Awaitable[_Answer | None]], pause_s: float = _AGAIN_AFTER_S) -> _Answer:
    """The first success."""
    async with asyncio.timeout(ACKNOWLEDGED_WITHIN_S):
        while True:
            answer = await attempt()
            if answer is not None:
                return answer
            await asyncio.sleep(pause_s)


class Crowd:
    """All of them at work while the `async with` lasts."""

    def __init__(self, companies: Sequence[Company], post: Post, dice: random.Random) -> None:
        self.workers: list[Worker] = []
        for company in companies:
            self.workers += [Ats(company, post, dice), Author(company, post, dice)]
            self.workers += [Reader(company, post, dice) for _ in range(_READERS)]
        self._may_work = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        self._may_work.set()
        self._tasks = [asyncio.create_task(worker.run(self._may_work)) for worker in self.workers]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in self._tasks:
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def acknowledged(self, more: int, within_s: float) -> None:
        """Return once so many more things went well, or after this time."""
        until, goal = time.monotonic() + within_s, self._done() + more
        while self._done() < goal and time.monotonic() < until:  # noqa: ASYNC110
            await asyncio.sleep(0.01)

    async def each_goes_on(self, within_s: float) -> list[str]:
        """Wait until everybody had a success since now; who had none, in words."""
        before = [worker.done for worker in self.workers]
        until = time.monotonic() + within_s
        while time.monotonic() < until:
            if all(worker.done > done for worker, done in zip(self.workers, before, strict=True)):
                return []
            await asyncio.sleep(0.01)
        return [
            f"{type(worker).__name__} of company {worker.company.number} is stuck: {worker.error!r}"
            for worker, done in zip(self.workers, before, strict=True)
            if worker.done == done
        ]

    async def pause(self) -> None:
        """Let everybody end what is under way, and begin nothing until `go_on`."""
        self._may_work.clear()
        async with asyncio.timeout(ACKNOWLEDGED_WITHIN_S):
            while not all(worker.is_idle for worker in self.workers):  # noqa: ASYNC110
                await asyncio.sleep(0.01)

    def go_on(self) -> None:
        self._may_work.set()

    def _done(self) -> int:
        return sum(worker.done for worker in self.workers)
