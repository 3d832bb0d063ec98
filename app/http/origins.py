"""Which browsers may call: our own pages, and the origins that each customer has registered."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from app.access.widget import WidgetClaim
from app.auth.watch import Watch
from app.database.pool import Pool
from app.errors import CallerError, ErrorCode

_VERSION: Final = "select version from facts_version"
_ALL: Final = "select company_id, origin from all_registered_origins()"
_DEFAULT_PORTS: Final = {b"http": b":80", b"https": b":443"}


def check_own_page(head: Mapping[bytes, bytes]) -> None:
    """Let pass what a page of this very host sent, as the browser says; `head` is the request's headers.

    Whether it is http or https is not ours to know: that ends at whatever stands in front of us.
    Raises: CallerError (FORBIDDEN, 403).
    """
    scheme, _, authority = head.get(b"origin", b"").partition(b"://")
    port = _DEFAULT_PORTS.get(scheme)
    if (
        port is None
        or authority.removesuffix(port) != head.get(b"host", b"").lower().removesuffix(port)
        or head.get(b"sec-fetch-site", b"same-origin") != b"same-origin"
    ):
        raise CallerError(
            ErrorCode.FORBIDDEN, "This is for the gateway's own widget pages (header Origin).", status=403
        )


class Origins:
    """All registered origins, in memory, each change known within a second.

    Keep `watch.keep` running beside the server.
    """

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

    async def check(
        self, head: Mapping[bytes, bytes], widget: WidgetClaim | None, company_id: UUID | None
    ) -> None:
        """Refuse a page of one customer that carries another's token, and whatever carries a widget page's
        token but that page itself. `head` is the request's headers.

        An origin that nobody has registered may be our own (GraphiQL): it is served, and a browser shows
        the answer only to pages of the very host that gave it.
        Raises: CallerError (FORBIDDEN, 403), or that this cannot be read.
        """
        if widget is not None:
            check_own_page(head)
            return
        origin = head[b"origin"]
        if await self.is_registered(origin) and not await self.is_registered_by(company_id, origin):
            raise CallerError(
                ErrorCode.FORBIDDEN,
                "This page's origin is not registered for the token's company.",
                status=403,
            )

    async def of_company(self, company_id: UUID | None) -> frozenset[str]:
        """All that this customer has registered. Raises: CallerError if that cannot be read."""
        await self.watch.ensure_fresh()
        found = self._by_company.get(company_id, frozenset()) if company_id is not None else frozenset()
        return frozenset(origin.decode("ascii") for origin in found)

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
