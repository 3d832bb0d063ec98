"""The small company of tests/resolvers with more members and jobs, and its ATS, which is called."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import asyncpg
import pytest

from app.access.features import Role
from app.access.viewer import Viewer
from app.auth.facts import FactsCache
from app.database.pool import Pool
from app.engine.engine import Engine
from app.exports.progress import follow_delivery
from app.outbox.callbacks import Callback, set_callback
from app.outbox.delivery import Delivery
from app.outbox.events import EventType
from app.outbox.sending import Sender
from tests.conftest import TestServer
from tests.outbox.receiver import Receiver, receiving
from tests.resolvers.conftest import Asking, engine, small_company
from tests.resolvers.world import COMPANY, OTHER_COMPANY, OTHER_URN, PARTNER, own
from tests.resolvers.world import EXPORT as EXPORT_KEY
from tests.resolvers.world import JOB as JOB_KEY

__all__ = ["engine", "small_company"]

MEMBERS: Final = tuple(f"urn:li:person:x{number}" for number in range(1, 41))
"""Members of whom no company has a candidate; their names are `Canary` and a number."""
JOB, CLOSED_JOB, OLD_JOB, FOREIGN_JOB = (
    own("job", key) for key in (JOB_KEY, UUID(int=0x71), UUID(int=0x72), UUID(int=0x73))
)

WAITING: Final = own("export", EXPORT_KEY)

EXPORT_MEMBER: Final = """
mutation($member: ID!, $job: ID!) {
  exportMember(input: {memberId: $member, jobId: $job}) {
    export { id state attempts lastError requestedAt member { id } job { id } seat { id } candidate { id } }
    userErrors { code message path }
  }
}
"""
CONFIRM_EXPORT: Final = """
mutation($export: ID!, $candidate: String!) {
  confirmExport(input: {exportId: $export, candidateExternalId: $candidate}) {
    export { id state candidate { id externalId } }
    userErrors { code message path }
  }
}
"""
RESEND_EXPORT: Final = """
mutation($export: ID!) {
  resendExport(input: {exportId: $export}) {
    export { id state attempts lastError }
    userErrors { code message path }
  }
}
"""

_JOB: Final = """
insert into job (company_id, id, partner_name, external_id, title, state, availability, created_at,
  last_modified_at, synced_at)
values ($1, $2, $3, $4, 'Engineer', $5, 'PUBLIC', '2026-02-01Z', '2026-02-01Z', '2026-03-01Z')
"""


async def _fill(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        for number, urn in enumerate(MEMBERS, 1):
            await connection.execute(
                """
                insert into member (urn, first_name, last_name, public_profile_url, positions)
                values ($1, 'Canary', $2, $3, '[{"title": "Canary breeder", "companyName": "Canary Ltd"}]')
                """,
                *(urn, f"Canary-{number}", f"https://www.linkedin.com/in/canary-{number}"),
            )
        for company, job, partner, state in (
            (COMPANY, CLOSED_JOB, PARTNER, "CLOSED"),
            (COMPANY, OLD_JOB, "Old ATS", "LISTED"),
            (OTHER_COMPANY, FOREIGN_JOB, PARTNER, "LISTED"),
        ):
            key = UUID(job.rsplit(":", 1)[1])
            await connection.execute(_JOB, company, key, partner, f"external of {key}", state)
    finally:
        await connection.close()


@dataclass(slots=True)
class Company(Asking):
    """The company as its people ask it, with the owner's look at what is in the database.

    Beside the people of tests/resolvers there is `other-partner`, the partner's backend for another company.
    """

    owner: asyncpg.Connection
    dsn: str

    async def _viewer(self, who: str, changes: Mapping[str, Any]) -> Viewer:
        # Asking's own, by name: `super()` without arguments does not work in a class with slots.
        if who != "other-partner":
            return await Asking._viewer(self, who, changes)
        company = await self.facts.company(OTHER_URN)
        return Viewer("test:other-partner", frozenset({Role.PARTNER}), company, None, PARTNER, None)

    async def payload(self, who: str, mutation: str, **variables: Any) -> dict[str, Any]:
        """The payload of a mutation with one field, which must not have been denied."""
        (payload,) = (await self.data(who, mutation, **variables)).values()
        result: dict[str, Any] = payload
        return result

    async def done(self, who: str, mutation: str, **variables: Any) -> dict[str, Any]:
        """The export of a payload without user errors."""
        payload = await self.payload(who, mutation, **variables)
        assert payload["userErrors"] == []
        export: dict[str, Any] = payload["export"]
        return export

    async def refusal(self, who: str, mutation: str, **variables: Any) -> tuple[str, Sequence[str] | None]:
        """The code and path of the one user error of a payload; nothing may have changed by it."""
        before = await self.everything()
        payload = await self.payload(who, mutation, **variables)
        assert payload["export"] is None
        (error,) = payload["userErrors"]
        assert error["message"]
        assert await self.everything() == before
        return error["code"], error["path"]

    async def denial(self, who: str, mutation: str, variables: Mapping[str, Any], **company: Any) -> Any:
        """The extensions of the one error of a mutation that was denied and did nothing."""
        before = await self.everything()
        answer = await self(who, mutation, variables, **company)
        assert list(answer["data"].values()) == [None]
        (error,) = answer["errors"]
        assert await self.everything() == before
        return error["extensions"]

    async def everything(self) -> list[tuple[Any, ...]]:
        """What a mutation on exports could change, of all companies."""
        rows: list[tuple[Any, ...]] = []
        for table in ("export", "outbox", "candidate", "candidate_alternative", "refused_match"):
            rows += [tuple(row) for row in await self.owner.fetch(f"select * from {table} order by 1, 2")]
        return rows

    async def events(self) -> list[asyncpg.Record]:
        return await self.owner.fetch("select *, id::text as name from outbox order by created_at")

    async def candidate(self, external_id: str) -> asyncpg.Record:
        row = await self.owner.fetchrow(
            "select * from candidate where company_id = $1 and external_id = $2 and partner_name = $3",
            *(COMPANY, external_id, PARTNER),
        )
        assert row is not None
        return row

    async def state(self, export: str) -> tuple[str, int, str | None]:
        """State, attempts and last error."""
        row = await self.owner.fetchrow(
            "select state, attempts, last_error from export where id = $1", UUID(export.rsplit(":", 1)[1])
        )
        assert row is not None
        return row["state"], row["attempts"], row["last_error"]

    async def call_at(self, receiver: Receiver) -> Callback:
        """From now on the ATS is called there."""
        async with self.pool.transaction(COMPANY) as connection:
            return await set_callback(connection, COMPANY, PARTNER, receiver.url, allow_private=True)

    async def reaches(self, export: str, state: str) -> None:
        """Let a worker deliver until the export has this state, waiting for no retry."""
        query = "select state = $2 from export where id = $1"
        await self._deliver_until(query, UUID(export.rsplit(":", 1)[1]), state)

    async def delivered(self, event: str) -> None:
        """Let a worker deliver until the event with this id has been taken."""
        query = "select state = 'DELIVERED' from outbox where id = $1"
        await self._deliver_until(query, UUID(event.rsplit(":", 1)[1]))

    async def _deliver_until(self, query: str, *arguments: object) -> None:
        follow = {EventType.EXPORT_CANDIDATE_PROFILE: follow_delivery}
        worker = Delivery(self.pool, Sender(allow_private=True), follow=follow, poll_s=0.02)
        running = asyncio.create_task(worker.run())
        try:
            async with asyncio.timeout(20):
                while not await self.owner.fetchval(query, *arguments):  # noqa: ASYNC110 - in the database
                    await asyncio.sleep(0.02)
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


@pytest.fixture(scope="session")
async def with_exports(server: TestServer, small_company: str) -> str:
    """The name of the template of the small company with more members and jobs."""
    return await server.fill_template("with_exports", _fill, basis=small_company)


@asynccontextmanager
async def _company_on(dsn: str, engine: Engine) -> AsyncIterator[Company]:
    async with Pool(dsn, size=2) as pool:
        owner = await asyncpg.connect(dsn, server_settings={"TimeZone": "UTC"})
        try:
            yield Company(pool, FactsCache(pool), engine, owner, dsn)
        finally:
            await owner.close()


@pytest.fixture
async def company(server: TestServer, with_exports: str, engine: Engine) -> AsyncIterator[Company]:
    """The company in a database of the test's own."""
    async with server.copy_of(with_exports) as dsn, _company_on(dsn, engine) as company:
        yield company


@pytest.fixture(scope="session")
async def unchanged(server: TestServer, with_exports: str, engine: Engine) -> AsyncIterator[Company]:
    """The company for tests in which nothing may happen; its one export is `WAITING`."""
    async with server.copy_of(with_exports) as dsn, _company_on(dsn, engine) as company:
        yield company


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as receiver:
        yield receiver
