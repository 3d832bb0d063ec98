"""What a kind of fault is, and the list of them all."""

import asyncio
import os
import random
import signal
from abc import ABC, abstractmethod
from collections.abc import Mapping
from contextlib import suppress
from typing import ClassVar

from tests.faults.site import PLAIN, Site


class Kind(ABC):
    """One kind of fault; an instance is one injection.

    `inject` breaks something, `look` says what does not hold while it is broken, `mend` returns at the moment
    at which what was broken is back. `breaks_connections`: it strikes the gateway itself, so that clients may
    lose theirs.
    """

    name: ClassVar[str]
    site: ClassVar[str] = PLAIN
    breaks_connections: ClassVar[bool] = False

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice

    def lasts_s(self) -> float:
        """How long it stays broken."""
        return self.dice.uniform(0.2, 0.6)

    @abstractmethod
    async def inject(self, site: Site) -> None:
        """Break it."""

    async def look(self, site: Site) -> list[str]:
        """What must hold meanwhile and does not, in words."""
        return []

    @abstractmethod
    async def mend(self, site: Site) -> None:
        """Bring it back."""


class BackendKilled(Kind):
    """PostgreSQL itself ends all its connections then, and recovers."""

    name = "backend killed"

    async def inject(self, site: Site) -> None:
        os.kill((await site.postgres.backends())[0], signal.SIGKILL)

    def lasts_s(self) -> float:
        return 0.05

    async def mend(self, site: Site) -> None:
        await site.postgres.up()


class ServerKilled(Kind):
    name = "PostgreSQL killed"
    by = signal.SIGKILL

    async def inject(self, site: Site) -> None:
        site.postgres.signal(self.by)
        await site.postgres.gone()

    async def mend(self, site: Site) -> None:
        await site.postgres.start()


class ServerStopped(ServerKilled):
    name = "PostgreSQL stopped (fast)"
    by = signal.SIGINT


class ServerStoppedAtOnce(ServerKilled):
    name = "PostgreSQL stopped (immediate)"
    by = signal.SIGQUIT


class ConnectionsEnded(Kind):
    """As an administrator does before a failover."""

    name = "connections terminated"

    async def inject(self, site: Site) -> None:
        async with site.postgres.owner() as owner:
            await owner.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity "
                "where application_name = 'rsc-gateway'"
            )

    def lasts_s(self) -> float:
        return 0.0

    async def mend(self, site: Site) -> None:
        await site.postgres.up()


class BackendFrozen(Kind):
    name = "backend frozen"

    async def inject(self, site: Site) -> None:
        self.pids = await self._frozen(site)
        for pid in self.pids:
            os.kill(pid, signal.SIGSTOP)

    def lasts_s(self) -> float:
        # Longer than a statement may take, now and then.
        return 7.0 if self.dice.random() < 0.2 else self.dice.uniform(0.3, 1.5)

    async def mend(self, site: Site) -> None:
        for pid in self.pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)

    async def _frozen(self, site: Site) -> list[int]:
        return (await site.postgres.backends())[:1]


class ServerFrozen(BackendFrozen):
    name = "PostgreSQL frozen"

    async def _frozen(self, site: Site) -> list[int]:
        return site.postgres.processes()


class MigrationUnderLoad(Kind):
    """Columns that come and go in tables that everything reads, and one whose type changes."""

    name = "migration under load"

    _CHANGES: ClassVar[tuple[str, ...]] = (
        "alter table candidate add column fault text",
        "alter table integration add column fault text not null default 'none'",
        "alter table outbox add column fault text",
        # Transactions read it, where nothing can be prepared anew.
        "alter table integration alter column state type varchar(40)",
        "create index fault_of_note on note (company_id, created_at)",
    )
    _BACK: ClassVar[tuple[str, ...]] = (
        "drop index fault_of_note",
        "alter table integration alter column state type text",
        "alter table outbox drop column fault",
        "alter table integration drop column fault",
        "alter table candidate drop column fault",
    )

    async def inject(self, site: Site) -> None:
        self.answers = dict(site.journal.answers)
        await self._run(site, self._CHANGES)

    async def mend(self, site: Site) -> None:
        await self._run(site, self._BACK)

    async def look(self, site: Site) -> list[str]:
        await asyncio.sleep(0.3)
        return [
            f"{count - self.answers.get(answer, 0)} answers {answer}"
            for answer, count in site.journal.answers.items()
            if answer[:3] not in ("200", "409") and count > self.answers.get(answer, 0)
        ]

    async def _run(self, site: Site, statements: tuple[str, ...]) -> None:
        async with site.postgres.owner() as owner:
            for statement in statements:
                await owner.execute(statement)


def by_name(kinds: tuple[type[Kind], ...]) -> Mapping[str, type[Kind]]:
    """The kinds by their names."""
    return {kind.name: kind for kind in kinds}
