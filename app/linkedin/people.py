"""Members by their person ids: `GET /v2/people?ids=List((id:…),…)`, rest.li's batch get."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

from app.linkedin.breaker import Breaker
from app.linkedin.calls import Calls, Unauthenticated
from app.linkedin.faults import NotAsked, SourceFault, Throttled
from app.linkedin.profiles import CLOSED, NotAProfile, Profile, read_profile
from app.linkedin.tokens import AccessTokens

BATCH_MAX: Final = 50
ATTEMPTS: Final = 2
WAIT_S: Final = 0.1
"""Before the second attempt: this long to twice as long, at random."""
QUEUE_MAX: Final = 64
"""Calls that wait for a free connection; more are not made."""

_HEADERS: Final = {"X-RestLi-Protocol-Version": "2.0.0"}
_GONE: Final = frozenset({404, 410})


class People:
    """LinkedIn's members, behind a breaker, `connections` calls at a time. `clock` counts seconds."""

    def __init__(
        self,
        calls: Calls,
        tokens: AccessTokens,
        breaker: Breaker,
        *,
        connections: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.breaker = breaker
        self.outcomes: Counter[str] = Counter()
        """Calls by what became of them: `answered`, `throttled`, `failed`, or `not_asked` at all."""
        self._calls = calls
        self._tokens = tokens
        self._clock = clock
        self._free = asyncio.Semaphore(connections)
        self._waiting = 0
        self._left_alone_until = float("-inf")

    async def get(self, person_ids: Sequence[str], *, until: float) -> dict[str, Profile]:
        """The profiles by person id; `CLOSED` for an account that is closed or never was.

        At most `BATCH_MAX` ids. An id whose profile could not be had or read is left out. A failed call is
        made again if it may be and if there is time `until` then (by `clock`).
        Raises: SourceFault and its kin if the call as a whole brought nothing.
        """
        assert 0 < len(person_ids) <= BATCH_MAX
        if self._waiting >= QUEUE_MAX:
            raise NotAsked("Too many calls to LinkedIn are under way.")
        self._waiting += 1
        try:
            await self._free.acquire()
        finally:
            self._waiting -= 1
        try:
            return _read(person_ids, await self._call(_target(person_ids), until))
        finally:
            self._free.release()

    async def prepare(self) -> None:
        """Have a token ready. Raises: SourceFault and its kin."""
        # Past the breaker: a token that is good still would close it without a call.
        await self._tokens.renew()

    async def _call(self, target: str, until: float) -> Any:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                answer = await self._attempt(target)
            except SourceFault as fault:
                self.outcomes[_outcome_of(fault)] += 1
                wait_s = _wait_s(fault)
                if wait_s is None or attempt == ATTEMPTS or self._clock() + wait_s >= until:
                    raise
                await asyncio.sleep(wait_s)
            else:
                self.outcomes["answered"] += 1
                return answer
        raise AssertionError("The last attempt neither answered nor failed.")

    async def _attempt(self, target: str) -> Any:
        if self._clock() < self._left_alone_until:
            raise NotAsked("LinkedIn takes no more calls for the moment.")
        with self.breaker.call():
            try:
                return await self._with_token(target)
            except Throttled as throttled:
                self._left_alone_until = self._clock() + throttled.retry_after_s
                raise

    async def _with_token(self, target: str) -> Any:
        token = await self._tokens.get()
        try:
            return await self._calls.get(target, {**_HEADERS, "Authorization": f"Bearer {token}"})
        except Unauthenticated:
            # It was revoked, or its end was near: another one is worth one more try.
            self._tokens.forget(token)
            token = await self._tokens.get()
            return await self._calls.get(target, {**_HEADERS, "Authorization": f"Bearer {token}"})


def _outcome_of(fault: SourceFault) -> str:
    if isinstance(fault, NotAsked):
        return "not_asked"
    return "throttled" if isinstance(fault, Throttled) else "failed"


def _wait_s(fault: SourceFault) -> float | None:
    """Seconds before the same call may be made again; None if it should not be."""
    if isinstance(fault, Throttled):
        return fault.retry_after_s + random.uniform(0, WAIT_S)
    return random.uniform(WAIT_S, 2 * WAIT_S) if fault.may_be_retried else None


def _target(person_ids: Sequence[str]) -> str:
    keys = ",".join(f"(id:{quote(person_id, safe='')})" for person_id in person_ids)
    return f"/v2/people?ids=List({keys})"


def _read(person_ids: Sequence[str], said: Any) -> dict[str, Profile]:
    """What the answer says of these ids; whoever else is in it was not asked for and is passed over."""
    results, errors = _members(said, "results"), _members(said, "errors")
    found: dict[str, Profile] = {}
    for person_id in person_ids:
        key = f"(id:{person_id})"
        error = errors.get(key)
        if isinstance(error, dict) and error.get("status") in _GONE:
            found[person_id] = CLOSED
            continue
        try:
            found[person_id] = read_profile(person_id, results.get(key))
        except NotAProfile:
            continue
    return found


def _members(said: Any, name: str) -> Mapping[str, Any]:
    part = said.get(name, {}) if isinstance(said, dict) else None
    if not isinstance(part, dict):
        raise SourceFault("LinkedIn's answer cannot be read.", may_be_retried=True)
    return part
