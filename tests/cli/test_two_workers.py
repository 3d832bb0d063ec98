"""A change of what is granted, made through one process and seen by the others: within a second, for nothing.

A demo and, beside it on the same database, an `rsc serve` with two workers: three processes that answer.
"""

import asyncio
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import asyncpg
import httpx
import pytest

from app.auth.personas import NORTHWIND_CORPORATE_CONTRACT, RECRUITER_SEAT
from app.auth.watch import READ_EVERY_S
from app.database.embedded import running_dsn
from tests.cli.program import ROOT, RSC, Demo, environment

KNOWN_WITHIN_S: Final = 1.0
"""The promise. Counted from the answer of whoever made the change to the moment of the next question."""
_WATCHED_FOR_S: Final = 1.6
_PROCESSES: Final = 3
_WATCHES: Final = 2
"""Things of one process that watch the same counter: the facts, and the origins of pages."""
_REQUESTS: Final = 150

_INMAILS: Final = '{ candidate(externalId: "cand-0001") { inMails(first: 1) { totalCount } } }'
_INDICATOR: Final = "{ candidates(first: 1) { edges { node { externalId } } } }"
_NAME: Final = '{ candidate(externalId: "cand-0001") { firstName } }'

_STATEMENT: Final = re.compile(r"LOG: +(?:statement|execute [^:]*): (.*?)(?=\n[^\t]|\Z)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The demo, where changes are made, and the URL of the two workers that must come to know of them."""

    demo: Demo
    others: str
    dsn: str

    def change(self, persona: str, mutation: str) -> None:
        """Let the persona do this through the demo's process."""
        answer = self.demo.ask(persona, f"mutation {{ {mutation} {{ userErrors {{ code }} }} }}")
        assert [done["userErrors"] for done in answer["data"].values()] == [[]], answer

    def reason(self, persona: str, query: str) -> str:
        """Why one of the other workers refuses this; GRANTED if it does not. A connection of its own."""
        headers = {"Authorization": f"Bearer {self.demo.tokens()[persona]}"}
        answer = httpx.post(f"{self.others}/graphql", json={"query": query}, headers=headers, timeout=10)
        errors: list[dict[str, Any]] = answer.json().get("errors", [])
        return str(errors[0]["extensions"]["reason"]) if errors else "GRANTED"

    def told(self, persona: str, query: str) -> list[tuple[float, str]]:
        """What the others say from now on, each with the seconds that had passed when it was asked."""
        since, said = time.monotonic(), []
        while (passed := time.monotonic() - since) < _WATCHED_FOR_S:
            said.append((passed, self.reason(persona, query)))
            time.sleep(0.02)
        return said


@pytest.fixture(scope="module")
def neighbours(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Neighbours]:
    """A demo of these tests' own: they switch things in it."""
    with Demo(tmp_path_factory.mktemp("neighbours") / "demo") as demo:
        dsn = running_dsn((demo.data / "postgres").absolute())
        assert dsn is not None
        settings = {
            "DATABASE_URL": dsn,
            "RSC_SIGNING_KEY": str(demo.data / "signing-key.json"),
            "RSC_DEVELOPMENT_TOKENS": "1",
        }
        with subprocess.Popen(
            [RSC, "serve", "--port", "0", "--workers", "2"],
            env=environment(**settings),
            cwd=ROOT,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stderr is not None
            serving = next(line for line in process.stderr if line.startswith("serving "))
            yield Neighbours(demo, serving.split()[1].removesuffix("/graphql"), dsn)
            process.terminate()
            process.stderr.read()
            process.wait(30)


def _is_seen(
    there: Neighbours, persona: str, query: str, *, change: Callable[[], None], before: str, after: str
) -> None:
    """Whichever worker is asked: the old rule before the change, the new one from `KNOWN_WITHIN_S` on."""
    assert {there.reason(persona, query) for _ in range(10)} == {before}
    change()
    said = there.told(persona, query)
    late = {reason for passed, reason in said if passed > KNOWN_WITHIN_S}
    assert late == {after}, said
    assert {reason for _, reason in said} <= {before, after}


def test_a_contract_that_is_switched_on_or_off_is_seen_by_other_workers_within_a_second(
    neighbours: Neighbours,
) -> None:
    contract = f'(input: {{contractId: "{NORTHWIND_CORPORATE_CONTRACT}"}})'
    off, on = "CONTRACT_ACCESS_REQUIRED", "GRANTED"
    who = ("recruiter-company-wide", _INMAILS)
    _is_seen(
        neighbours,
        *who,
        change=lambda: neighbours.change("recruiter-admin", f"activateContract{contract}"),
        before=off,
        after=on,
    )
    _is_seen(
        neighbours,
        *who,
        change=lambda: neighbours.change("support", f"deactivateContract{contract}"),
        before=on,
        after=off,
    )


async def _set_seat_state(dsn: str, state: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute("update seat set state = $2 where urn = $1", RECRUITER_SEAT, state)
    finally:
        await connection.close()


async def test_a_seat_that_is_parked_in_the_database_is_seen_by_all_workers_within_a_second(
    neighbours: Neighbours,
) -> None:
    who = ("recruiter", _INMAILS)
    assert {neighbours.reason(*who) for _ in range(10)} == {"GRANTED"}
    await _set_seat_state(neighbours.dsn, "PARKED")
    said = neighbours.told(*who)
    await _set_seat_state(neighbours.dsn, "ACTIVE")
    assert {reason for passed, reason in said if passed > KNOWN_WITHIN_S} == {"SEAT_INACTIVE"}, said
    again = neighbours.told(*who)
    assert {reason for passed, reason in again if passed > KNOWN_WITHIN_S} == {"GRANTED"}, again


def _statements(log: Path, offset: int) -> list[str]:
    with log.open("rb") as file:
        file.seek(offset)
        return _STATEMENT.findall(file.read().decode())


async def _log_statements(dsn: str, which: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(f"alter system set log_statement = '{which}'")
        await connection.execute("select pg_reload_conf()")
        await asyncio.sleep(0.5)  # Each of the server's processes takes it over by itself.
    finally:
        await connection.close()


async def test_no_request_asks_the_database_what_is_granted(neighbours: Neighbours) -> None:
    log = neighbours.demo.data / "postgres" / "postgres.log"
    for _ in range(20):  # Both workers know the viewer's facts then.
        neighbours.reason("recruiter", _NAME)
    await _log_statements(neighbours.dsn, "all")
    try:
        offset, began_at = log.stat().st_size, time.monotonic()
        for _ in range(_REQUESTS):
            assert neighbours.reason("recruiter", _NAME) == "GRANTED"
        took_s, ran = time.monotonic() - began_at, _statements(log, offset)
    finally:
        await _log_statements(neighbours.dsn, "none")
    of_requests = [one for one in ran if re.search(r"\bfrom candidate\b", one)]
    of_facts = [one for one in ran if re.search(r"company_of\(|\b(?:from|join) (?:seat|contract)\b", one)]
    of_watch = [one for one in ran if "from facts_version" in one]
    assert len(of_requests) == _REQUESTS
    assert of_facts == []
    assert 0 < len(of_watch) <= _PROCESSES * _WATCHES * (took_s / READ_EVERY_S + 2)


def test_a_disabled_integration_is_seen_by_other_workers_within_a_second(neighbours: Neighbours) -> None:
    _is_seen(
        neighbours,
        "partner",
        _INDICATOR,
        change=lambda: neighbours.change(
            "recruiter-admin", "disableIntegration(input: {openPostedJobs: LEAVE_OPEN})"
        ),
        before="GRANTED",
        after="INTEGRATION_DISABLED",
    )
