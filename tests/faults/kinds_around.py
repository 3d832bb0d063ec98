"""Faults around the database: the gateway's processes, network, disks, replica, LinkedIn, clock."""

import asyncio
import os
import signal
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, ClassVar, Final

from app.access.features import Role
from app.auth.issue import issue_token
from tests.faults import kinds
from tests.faults.crowd import ONE
from tests.faults.gateway import WAIT_S
from tests.faults.kinds import Kind, by_name
from tests.faults.post import connection
from tests.faults.site import CLOCK, LINKEDIN, NETWORK, REPLICA, SMALL_LOG, SMALL_TABLES, Site
from tests.faults.world import KEPT
from tests.sync.companies import PARTNER

_SEEN_WITHIN_S: Final = 15.0
_ADMITTED_BEFORE_S: Final = 0.05
_REFUSED_IN_A_ROW: Final = 6


class WorkerKilled(Kind):
    """The other worker goes on, and its parent replaces the dead one."""

    name = "worker killed"
    breaks_connections = True
    by = signal.SIGKILL

    async def inject(self, site: Site) -> None:
        self.pid = self.dice.choice(site.gateway.worker_pids())
        os.kill(self.pid, self.by)

    def lasts_s(self) -> float:
        return 0.0

    async def mend(self, site: Site) -> None:
        """Nothing: the service was never away."""


class WorkerFrozen(WorkerKilled):
    """Its parent ends it when it has not answered for five seconds."""

    name = "worker frozen"
    by = signal.SIGSTOP

    async def mend(self, site: Site) -> None:
        until = time.monotonic() + WAIT_S
        while self.pid in site.gateway.worker_pids():
            if time.monotonic() > until:
                with suppress(ProcessLookupError):
                    os.kill(self.pid, signal.SIGKILL)
                raise TimeoutError("a frozen worker was not replaced")
            await asyncio.sleep(0.05)


class GatewayStopped(Kind):
    """SIGTERM: what was admitted is answered, and then it is started again."""

    name = "gateway told to stop"
    breaks_connections = True

    async def inject(self, site: Site) -> None:
        before = len(site.journal.broken)
        self.at = time.monotonic()
        self.code = await asyncio.to_thread(site.gateway.stop)
        self.dropped = [
            broken
            for broken in site.journal.broken[before:]
            if broken.began_at < self.at - _ADMITTED_BEFORE_S
        ]

    async def look(self, site: Site) -> list[str]:
        found = [f"a request that was admitted was dropped: {broken.by}" for broken in self.dropped]
        return found + ([f"it ended with {self.code}"] if self.code else [])

    async def mend(self, site: Site) -> None:
        await asyncio.to_thread(site.gateway.start)


class NetworkStalled(Kind):
    """Connections are kept and new ones are taken, and nothing passes."""

    name = "network stalled"
    site = NETWORK

    async def inject(self, site: Site) -> None:
        assert site.proxy is not None
        site.proxy.stall()

    def lasts_s(self) -> float:
        return 7.0 if self.dice.random() < 0.2 else self.dice.uniform(0.3, 2.5)

    async def mend(self, site: Site) -> None:
        assert site.proxy is not None
        site.proxy.pass_on()


class AnswersCut(NetworkStalled):
    """Every answer breaks off behind its first bytes."""

    name = "answers cut off"

    async def inject(self, site: Site) -> None:
        assert site.proxy is not None
        site.proxy.cut(self.dice.choice((0, 1, 4, 5, 30, 200)))

    def lasts_s(self) -> float:
        return self.dice.uniform(0.1, 0.5)


class ConnectionsReset(AnswersCut):
    name = "connections reset"

    async def inject(self, site: Site) -> None:
        assert site.proxy is not None
        site.proxy.refuse()


class ReplicaKilled(Kind):
    name = "replica killed"
    site = REPLICA

    async def inject(self, site: Site) -> None:
        assert site.replica is not None
        site.replica.signal(signal.SIGKILL)
        await site.replica.gone()

    async def mend(self, site: Site) -> None:
        assert site.replica is not None
        await site.replica.start()


class ReplicaFrozen(Kind):
    name = "replica frozen"
    site = REPLICA

    async def inject(self, site: Site) -> None:
        assert site.replica is not None
        self.pids = site.replica.processes()
        for pid in self.pids:
            os.kill(pid, signal.SIGSTOP)

    def lasts_s(self) -> float:
        return self.dice.uniform(0.5, 2.5)

    async def mend(self, site: Site) -> None:
        for pid in self.pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


class ReplicaLags(Kind):
    """It replays nothing, so nobody may read there what was written since."""

    name = "replica lags"
    site = REPLICA

    async def inject(self, site: Site) -> None:
        await self._replay(site, "pg_wal_replay_pause")

    async def mend(self, site: Site) -> None:
        await self._replay(site, "pg_wal_replay_resume")

    async def _replay(self, site: Site, function: str) -> None:
        assert site.replica is not None
        async with site.replica.owner() as owner:
            await owner.execute(f"select {function}()")


class DiskFull(Kind):
    """Tables cannot grow: writes are told so, reads go on."""

    name = "disk full"
    site = SMALL_TABLES
    _told: ClassVar[frozenset[str]] = frozenset({"503 STORAGE_FULL"})

    async def inject(self, site: Site) -> None:
        self.before = self._refusals(site)
        await asyncio.to_thread(site.postgres.fill_disk)

    async def look(self, site: Site) -> list[str]:
        until = time.monotonic() + _SEEN_WITHIN_S
        while self._refusals(site) == self.before and time.monotonic() < until:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        if self._refusals(site) == self.before:
            return [f"no write was told {' or '.join(self._told)}"]
        return await self._unreadable(site)

    async def _unreadable(self, site: Site) -> list[str]:
        async with connection() as http:
            for company in site.companies:
                if await site.post.ask(http, company.tokens["ats-user"], ONE, {"id": KEPT[0]}) is None:
                    return [f"company {company.number} cannot read"]
        return []

    async def mend(self, site: Site) -> None:
        site.postgres.free_disk()

    def _refusals(self, site: Site) -> int:
        return sum(site.journal.answers[answer] for answer in self._told)


class LogDiskFull(DiskFull):
    """PostgreSQL cannot go on without its log: it ends, and recovers once there is room."""

    name = "disk full for the log"
    site = SMALL_LOG
    _told = frozenset({"503 STORAGE_FULL", "503 DATABASE_UNAVAILABLE"})

    async def _unreadable(self, site: Site) -> list[str]:
        return []

    async def mend(self, site: Site) -> None:
        site.postgres.free_disk()
        await asyncio.sleep(0.2)
        if site.postgres.has_ended():
            await site.postgres.start()
        await site.postgres.up()


class LinkedInDown(Kind):
    """Members are missing, the ATS's half of each answer is there."""

    name = "LinkedIn down"
    site = LINKEDIN
    _knobs: ClassVar[Mapping[str, Any]] = {"down": True}

    async def inject(self, site: Site) -> None:
        assert site.linkedin is not None
        site.linkedin.knobs = site.linkedin.knobs.turned(self._knobs)
        async with site.postgres.owner() as owner:
            await owner.execute("delete from member_cache")

    def lasts_s(self) -> float:
        return self.dice.uniform(0.5, 1.5)

    async def mend(self, site: Site) -> None:
        assert site.linkedin is not None
        well = {"down": False, "latency_ms": 0, "error_rate": 0.0, "answers": "right"}
        site.linkedin.knobs = site.linkedin.knobs.turned(well)


class LinkedInSlow(LinkedInDown):
    name = "LinkedIn slow"
    _knobs = {"latency_ms": 3_000}  # noqa: RUF012


class LinkedInBroken(LinkedInDown):
    name = "LinkedIn's answers broken"
    _knobs = {"error_rate": 0.3, "answers": "half"}  # noqa: RUF012


class ClockForward(Kind):
    """The gateway's clock jumps, and is set right again a moment later."""

    name = "clock set forward"
    site = CLOCK

    async def inject(self, site: Site) -> None:
        assert site.clock is not None
        self.ahead_s = self.dice.choice((600, 3_600, 7_200))
        company = site.companies[0]
        self.token = issue_token(
            site.key,
            subject="short",
            roles=[Role.ATS_USER],
            company=company.urn,
            partner=PARTNER,
            lifetime_s=300,
        )
        site.clock.write_text(f"+{self.ahead_s}\n")

    async def look(self, site: Site) -> list[str]:
        """Every worker refuses a token that has expired by that clock; the others work as before."""
        until, refused = time.monotonic() + _SEEN_WITHIN_S, 0
        headers = {"Authorization": f"Bearer {self.token}", "Connection": "close"}
        async with connection() as http:
            while refused < _REFUSED_IN_A_ROW:
                query = {"query": ONE, "variables": {"id": KEPT[0]}}
                answer = await http.post(f"{site.gateway.url}/graphql", json=query, headers=headers)
                refused = refused + 1 if answer.status_code == 401 else 0
                if time.monotonic() > until:
                    return [f"an expired token is answered {answer.status_code}"]
                await asyncio.sleep(0.05)
        return []

    async def mend(self, site: Site) -> None:
        assert site.clock is not None
        site.clock.write_text("+0\n")


KINDS: Final = by_name(
    (
        kinds.BackendKilled,
        kinds.ServerKilled,
        kinds.ServerStopped,
        kinds.ServerStoppedAtOnce,
        kinds.ConnectionsEnded,
        kinds.BackendFrozen,
        kinds.ServerFrozen,
        kinds.MigrationUnderLoad,
        WorkerKilled,
        WorkerFrozen,
        GatewayStopped,
        NetworkStalled,
        AnswersCut,
        ConnectionsReset,
        ReplicaKilled,
        ReplicaFrozen,
        ReplicaLags,
        DiskFull,
        LogDiskFull,
        LinkedInDown,
        LinkedInSlow,
        LinkedInBroken,
        ClockForward,
    )
)
"""Every kind of fault, by its name."""
