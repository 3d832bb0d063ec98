"""Which browsers may call: the origins that each customer has registered, known within a second."""

from typing import Final
from uuid import UUID

from app.auth.watch import Watch
from app.database.pool import Pool

_VERSION: Final = "select version from facts_version"
_ALL: Final = "select company_id, origin from all_registered_origins()"


class Origins:
    """All registered origins, in memory. Keep `watch.keep` running beside the server."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._version: int | None = None
        self._by_company: dict[UUID, frozenset[bytes]] = {}
        self._all: frozenset[bytes] = frozenset()
        self.watch = Watch("registered_origins", self._read)

    async def is_registered(self, origin: bytes) -> bool:
        """Whether any customer has registered it. Raises: CallerError if that cannot be read."""
        await self.watch.ensure_fresh()
        return origin in self._all

    async def is_registered_by(self, company_id: UUID | None, origin: bytes) -> bool:
        """Whether this customer has registered it. Raises: CallerError if that cannot be read."""
        await self.watch.ensure_fresh()
        return company_id is not None and origin in self._by_company.get(company_id, ())

    async def _read(self) -> None:
        version = (await self._pool.fetch(None, _VERSION))[0]["version"]
        if version == self._version:
            return
        found: dict[UUID, set[bytes]] = {}
        for row in await self._pool.fetch(None, _ALL):
            found.setdefault(row["company_id"], set()).add(row["origin"].encode("ascii"))
        self._by_company = {company_id: frozenset(origins) for company_id, origins in found.items()}
        self._all = frozenset(origin for origins in found.values() for origin in origins)
        self._version = version
