"""The customer's application that a page is embedded by, and which origins may do that."""

import re
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from app.database.pool import Pool
from app.errors import CallerError

APPLICATION_URN: Final = "urn:li:developerApplication:"
"""What the other name of an application begins with; its id follows."""
KNOWN_FOR_S: Final = 0.5
"""How long an answer counts without asking again: a change holds within a second."""
REMEMBERED_MAX: Final = 1_000

# As the wire API takes domains, nothing that could end a directive of a policy is ruled out.
_ORIGIN: Final = re.compile(r"https?://([a-z0-9.-]+|\[[0-9a-f:]+\])(:[0-9]{1,5})?")
_CLIENT_ID: Final = re.compile(r"[a-z0-9]{10,40}")

_FIND: Final = """
select a.client_id, a.partner_name, a.for_company, a.js_sdk_domains
from provisioned_application a
join provisioned_application p on p.id = a.parent_id and p.revoked_at is null
where a.revoked_at is null
"""
_BY_CLIENT_ID: Final = f"{_FIND} and a.client_id = $1"
_BY_ID: Final = f"{_FIND} and a.id = $1"


@dataclass(frozen=True, slots=True)
class WidgetApp:
    """A customer's application; `company_id` is None until it is tied to its company.

    `origins` are its own (`validJsSdkDomains`), as browsers spell them.
    """

    client_id: str
    partner: str
    company_id: UUID | None
    origins: frozenset[str]


class WidgetApps:
    """Applications by client id or URN, as a page's URL names them."""

    def __init__(self, pool: Pool, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._pool = pool
        self._clock = clock
        self._known: OrderedDict[str, tuple[float, WidgetApp]] = OrderedDict()

    async def find(self, key: str) -> WidgetApp | None:
        """The application; None if there is none that counts.

        What is remembered counts while the database is away; nothing else can then.
        Raises: CallerError (DATABASE_UNAVAILABLE and its kin) if it must be read and cannot.
        """
        known = self._known.get(key)
        if known is not None and self._clock() - known[0] < KNOWN_FOR_S:
            return known[1]
        at = self._clock()
        try:
            found = await self._read(key)
        except CallerError:
            if known is None:
                raise
            return known[1]
        self._known.pop(key, None)
        if found is not None:
            self._known[key] = (at, found)
            if len(self._known) > REMEMBERED_MAX:
                self._known.popitem(last=False)
        return found

    async def _read(self, key: str) -> WidgetApp | None:
        if _CLIENT_ID.fullmatch(key):
            rows = await self._pool.fetch(None, _BY_CLIENT_ID, [key])
        else:
            application_id = _id(key)
            rows = await self._pool.fetch(None, _BY_ID, [application_id]) if application_id else []
        return _app(rows[0]) if rows else None


def _id(key: str) -> UUID | None:
    if not key.startswith(APPLICATION_URN) or len(key) != len(APPLICATION_URN) + 36:
        return None
    try:
        return UUID(key.removeprefix(APPLICATION_URN))
    except ValueError:
        return None


def _app(row: Any) -> WidgetApp:
    return WidgetApp(
        client_id=row["client_id"],
        partner=row["partner_name"],
        company_id=None if row["for_company"] is None else UUID(int=row["for_company"].int),
        origins=frozenset(one for one in row["js_sdk_domains"] if _ORIGIN.fullmatch(one)),
    )
