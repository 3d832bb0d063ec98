"""How the clients send, and what they may be answered while something is broken."""

import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import httpx

from tests.faults.gateway import Gateway

PATIENCE_S: Final = 15.0
"""Longer than any request may take."""

_AGAIN_LATER: Final = frozenset({"DATABASE_UNAVAILABLE", "STORAGE_FULL", "OVERLOADED"})
_WRONG_SHOWN_MAX: Final = 20


@dataclass(frozen=True, slots=True)
class Broken:
    """A request without an answer: when it began and ended, and by what."""

    began_at: float
    ended_at: float
    by: str


@dataclass
class Journal:
    """What came back so far. `wrong` has answers that nobody may get, in words."""

    answers: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    broken: list[Broken] = field(default_factory=list)

    def note(self, answer: httpx.Response, what: str) -> bool:
        """Write the answer down; whether it is a success. Anything else may be repeated, or is wrong."""
        code = code_of(answer)
        self.answers[f"{answer.status_code} {code}".strip()] += 1
        if answer.status_code == 200:
            return True
        if not may_be_repeated(answer, code) and len(self.wrong) < _WRONG_SHOWN_MAX:
            self.wrong.append(f"{what} was answered {answer.status_code}: {answer.text[:300]}")
        return False


def code_of(answer: httpx.Response) -> str:
    """The code of an error, of GraphQL's or the wire's; '' for a success."""
    if answer.status_code == 200:
        return ""
    try:
        said: dict[str, Any] = answer.json()
        if "errors" in said:
            return str(said["errors"][0]["extensions"]["code"])
        return str(said["code"])
    except (ValueError, KeyError, TypeError, IndexError):
        return "unreadable"


def may_be_repeated(answer: httpx.Response, code: str) -> bool:
    """Whether the answer is one of those that say: nothing is wrong with the request, send it again."""
    status = answer.status_code
    if status == 503:
        return code in _AGAIN_LATER and answer.headers.get("retry-after", "").isdigit()
    if status == 429:
        return "retry-after" in answer.headers
    if status == 422:
        return code == "TIMEOUT"
    # The first request with this Idempotency-Key is not over yet.
    return status == 409 and "retry-after" in answer.headers


@dataclass
class Post:
    """Sends requests to the gateway, wherever it is just now, and writes down what comes back."""

    gateway: Gateway
    journal: Journal

    async def send(
        self,
        http: httpx.AsyncClient,
        token: str,
        method: str,
        target: str,
        *,
        json: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response | None:
        """A success, or None for everything else that can be."""
        began_at = time.monotonic()
        try:
            answer = await http.request(
                method,
                self.gateway.url + target,
                json=json,
                headers={"Authorization": f"Bearer {token}", **(headers or {})},
            )
        except httpx.TransportError as error:
            self.journal.broken.append(Broken(began_at, time.monotonic(), repr(error)))
            return None
        return answer if self.journal.note(answer, f"{method} {target[:60]}") else None

    async def ask(
        self,
        http: httpx.AsyncClient,
        token: str,
        query: str,
        variables: Mapping[str, Any] | None = None,
        *,
        key: str | None = None,
    ) -> dict[str, Any] | None:
        """The whole body of a GraphQL answer with status 200, which has errors of LinkedIn's at most."""
        headers = {} if key is None else {"Idempotency-Key": key}
        sent = {"query": query, "variables": dict(variables or {})}
        answer = await self.send(http, token, "POST", "/graphql", json=sent, headers=headers)
        if answer is None:
            return None
        said: dict[str, Any] = answer.json()
        codes = {error["extensions"]["code"] for error in said.get("errors", [])}
        if codes - {"SOURCE_UNAVAILABLE"}:
            self.journal.wrong.append(f"with status 200: {said['errors']}"[:300])
        return said


def connection() -> httpx.AsyncClient:
    """A client with a connection of its own, as patient as a request may take."""
    return httpx.AsyncClient(timeout=PATIENCE_S, limits=httpx.Limits(max_connections=1))
