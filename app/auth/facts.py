"""What the database says of a company and its seats, remembered for as long as nothing has changed.

The tables that access is decided from move one counter (`facts_version`) with each change. Every worker
watches it and forgets everything when it moves; a request never asks for it. If it cannot be read for 5 s,
nothing remembered counts: the next request reads it itself, and fails with the database.
"""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

import orjson

from app.access.features import Feature, IntegrationState, ProductTier, SeatState
from app.access.viewer import CompanyFacts, ContractFacts, IntegrationFacts, SeatFacts
from app.auth.applications import Application, find_application
from app.auth.watch import Watch
from app.database.pool import Pool
from app.ids import CompanyId, ContractId, SeatId

_VERSION: Final = "select version from facts_version"

_COMPANY_OF: Final = "select company_of($1) as company_id"

_URN_OF: Final = "select urn from company where company_id = $1"

_COMPANY: Final = """
select
  c.urn,
  c.name,
  i.id as integration_id,
  i.state,
  i.company_wide_access,
  i.one_click_export_company_wide,
  i.partner_name,
  p.supported_features,
  r.entities as resyncing,
  array_remove(array[
    case when i.job_posting_viewers = 'ALL_PRODUCT_USERS' then 'JOB_POSTING' end,
    case when i.application_viewers = 'ALL_PRODUCT_USERS' then 'APPLICATION' end
  ], null) as unlisted_open_to_all,
  array(
    select kind
    from unnest(array['JOB_POSTING', 'APPLICATION']) as known (kind)
    where exists (select from entity_acl l where l.company_id = $1 and l.entity_type = kind)
  ) as on_lists,
  (
    select json_agg(json_build_array(k.id, k.urn, k.name, k.product_tier, k.activated) order by k.urn, k.id)
    from contract k
    where k.company_id = $1
  )::text as contracts
from company c
left join integration i on i.company_id = c.company_id and i.state <> 'ERASED'
left join partner p on p.name = i.partner_name
left join sync_run r on r.company_id = i.company_id and r.id = i.resync_run_id and r.finished_at is null
where c.company_id = $1
"""

_SEAT: Final = """
select id, urn, contract_id, state, is_admin, member_urn
from seat
where company_id = $1
  and urn = $2
"""

_SEAT_OF_ATS_USER: Final = """
select s.id, s.urn, s.contract_id, s.state, s.is_admin, s.member_urn
from seat_connection c
join seat s on s.company_id = c.company_id and s.id = c.seat_id
where c.company_id = $1
  and c.partner_name = $2
  and c.ats_user_id = $3
"""


@dataclass(slots=True)
class _Remembered:
    company: CompanyFacts
    seats: dict[str, SeatFacts] = field(default_factory=dict)


class FactsCache:
    """Facts by company, at most `companies_max` of them; the least recently used one goes first."""

    def __init__(self, pool: Pool, *, watching: Pool | None = None, companies_max: int = 10_000) -> None:
        self._pool = pool
        self._watching = watching or pool
        self._companies_max = companies_max
        self._remembered: OrderedDict[str, _Remembered] = OrderedDict()
        self._loading: dict[str, asyncio.Task[CompanyFacts | None]] = {}
        self._applications: dict[str, tuple[Application, str | None]] = {}
        self._version: int | None = None
        self.generation = 0
        """Grows when everything was forgotten. What was made of facts before that counts no more."""
        self.watch = Watch("facts_version", self._read_version)

    async def company(self, urn: str) -> CompanyFacts | None:
        """The company that this organization URN names now, None if there is none.

        Raises: CallerError (DATABASE_UNAVAILABLE) if it must be read and cannot.
        """
        await self.watch.ensure_fresh()
        found = self._remembered.get(urn)
        if found is not None:
            self._remembered.move_to_end(urn)
            return found.company
        loading = self._loading.get(urn)
        if loading is None:
            loading = self._loading[urn] = asyncio.create_task(self._load(urn))
            loading.add_done_callback(lambda done: self._loaded(urn, done))
        return await asyncio.shield(loading)

    async def seat(self, company: CompanyFacts, urn: str) -> SeatFacts | None:
        """The seat of this company that has this URN. A seat of another company is as good as none."""
        await self.watch.ensure_fresh()
        remembered = self._remembered.get(company.company_urn)
        found = remembered.seats.get(urn) if remembered is not None else None
        if found is not None:
            return found
        rows = await self._pool.fetch(company.company_id, _SEAT, [company.company_id, urn])
        if not rows:
            return None
        seat = _seat(rows[0])
        # Kept only beside the company that it was read for: if that was forgotten meanwhile, so is this.
        if remembered is not None:
            remembered.seats[urn] = seat
        return seat

    async def seat_of_ats_user(
        self, company: CompanyFacts, partner: str, ats_user_id: str
    ) -> SeatFacts | None:
        """The seat that acts for this user of the partner's ATS; None if its holder has not said so.

        Read anew each time: it is asked once for a page's token, whose grants are remembered.
        """
        company_id = company.company_id
        rows = await self._pool.fetch(company_id, _SEAT_OF_ATS_USER, [company_id, partner, ats_user_id])
        return _seat(rows[0]) if rows else None

    async def application(self, client_id: str) -> tuple[Application, str | None] | None:
        """The application, and the URN of the company that it acts for if there is one; None if it is
        revoked.
        """
        await self.watch.ensure_fresh()
        known = self._applications.get(client_id)
        if known is not None:
            return known
        generation = self.generation
        found = await find_application(self._pool, client_id)
        if found is None:
            return None
        application, urn = found[0], None
        if application.company is not None:
            rows = await self._pool.fetch(application.company, _URN_OF, [application.company])
            urn = str(rows[0]["urn"]) if rows else None
        if generation == self.generation and len(self._applications) < self._companies_max:
            self._applications[client_id] = application, urn
        return application, urn

    async def _load(self, urn: str) -> CompanyFacts | None:
        generation = self.generation
        company_id = (await self._pool.fetch(None, _COMPANY_OF, [urn]))[0]["company_id"]
        if company_id is None:
            return None
        rows = await self._pool.fetch(CompanyId(company_id), _COMPANY, [company_id])
        if not rows:
            return None
        company = _company(CompanyId(company_id), rows[0])
        # If something changed while we were reading, this may be from before: good for those who asked
        # before the change too, and not to be kept.
        if generation == self.generation and company.company_urn == urn:
            self._remembered[urn] = _Remembered(company)
            if len(self._remembered) > self._companies_max:
                self._remembered.popitem(last=False)
        return company

    def _loaded(self, urn: str, done: "asyncio.Task[CompanyFacts | None]") -> None:
        if self._loading.get(urn) is done:
            del self._loading[urn]
        if not done.cancelled():
            done.exception()  # It reaches those who await it, if any are left.

    async def _read_version(self) -> None:
        version = (await self._watching.fetch(None, _VERSION))[0]["version"]
        if version != self._version:
            self._version = version
            self.generation += 1
            self._remembered.clear()
            self._applications.clear()
            self._loading.clear()  # Who asks from now on must not be given what began to load before.


def _company(company_id: CompanyId, row: Any) -> CompanyFacts:
    contracts = tuple(
        ContractFacts(
            id=ContractId(UUID(key)),
            urn=urn,
            name=name,
            product_tier=ProductTier[tier],
            activated=activated,
        )
        for key, urn, name, tier, activated in orjson.loads(row["contracts"] or "[]")
    )
    return CompanyFacts(company_id, row["urn"], row["name"], _integration(row), contracts)


def _integration(row: Any) -> IntegrationFacts | None:
    if row["integration_id"] is None:
        return None
    return IntegrationFacts(
        id=row["integration_id"],
        state=IntegrationState[row["state"]],
        company_wide_access=row["company_wide_access"],
        one_click_export_company_wide=row["one_click_export_company_wide"],
        partner_name=row["partner_name"],
        supported_features=frozenset(
            Feature[name] for name in row["supported_features"] if name in Feature.__members__
        ),
        resyncing=frozenset(row["resyncing"] or ()),
        unlisted_open_to_all=frozenset(row["unlisted_open_to_all"]),
        on_lists=frozenset(row["on_lists"]),
    )


def _seat(row: Any) -> SeatFacts:
    return SeatFacts(
        id=SeatId(row["id"]),
        urn=row["urn"],
        contract_id=ContractId(row["contract_id"]),
        state=SeatState[row["state"]],
        is_admin=row["is_admin"],
        member_urn=row["member_urn"],
    )
