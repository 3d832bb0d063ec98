"""Which document a client means by an id: looked up in memory, and once in the database."""

import re
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Final

from app.database.pool import Pool

UNKNOWN_FOR_S: Final = 1.0
"""How long an id counts as unknown without asking again: a document that was just registered runs soon."""
UNKNOWN_MAX: Final = 10_000

_ID: Final = re.compile(r"[0-9a-f]{64}")
_DOCUMENT: Final = """
select document
from trusted_operation
where client_name = $1 and document_id = $2
"""

Key = tuple[str, str]


class TrustedDocuments:
    """One worker's memory of trusted documents, the least recently used gone first.

    A document never changes and is never taken back, so what is known stays so. Each client has its own.
    """

    def __init__(
        self,
        pool: Pool,
        *,
        size: int,
        own: Mapping[Key, str] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`own` are known without asking, by client and id: those of our own pages."""
        self._pool = pool
        self._own = own or {}
        self._size = size
        self._clock = clock
        self._known: OrderedDict[Key, str] = OrderedDict()
        self._unknown: OrderedDict[Key, float] = OrderedDict()

    async def find(self, client: str, document_id: str) -> str | None:
        """The client's document with this id; None if it has none.

        Raises: CallerError (DATABASE_UNAVAILABLE and its kin) if it must be read and cannot.
        """
        key = (client, document_id)
        found = self._known.get(key)
        if found is not None:
            self._known.move_to_end(key)
            return found
        if key in self._own:
            return self._own[key]
        if not _ID.fullmatch(document_id) or self._unknown.get(key, 0.0) > self._clock():
            return None
        rows = await self._pool.fetch(None, _DOCUMENT, key)
        if not rows:
            self._unknown[key] = self._clock() + UNKNOWN_FOR_S
            _bound(self._unknown, UNKNOWN_MAX)
            return None
        self._unknown.pop(key, None)
        document: str = rows[0]["document"]
        self._known[key] = document
        _bound(self._known, self._size)
        return document


def _bound(kept: "OrderedDict[Key, str] | OrderedDict[Key, float]", size: int) -> None:
    if len(kept) > size:
        kept.popitem(last=False)
