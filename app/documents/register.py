"""Registering a client's trusted documents. What was registered stays valid: old pages go on working."""

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias

from app.database.pool import Pool
from app.engine.request import RequestRefused
from app.errors import CallerError
from app.refused import WriteRefused

DOCUMENTS_MAX: Final = 200
"""Documents of one call."""
DOCUMENT_LENGTH_MAX: Final = 100_000
_CLIENT: Final = re.compile(r"[a-z0-9][a-z0-9.-]{0,99}")
_REASONS_MAX: Final = 5

CheckDocument: TypeAlias = Callable[[str], Sequence[str | None]]
"""The names of a document's operations, None for one without; see `Engine.check_document`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedOperation:
    """A document that is registered now. `is_new`: it was not before this call."""

    document_id: str
    name: str
    document: str
    is_new: bool


class DocumentsRefused(Exception):
    """Documents that cannot be registered, so that none of the call's was. `refusals` has one or more."""

    def __init__(self, refusals: Sequence[WriteRefused]) -> None:
        super().__init__(refusals[0].message)
        self.refusals = tuple(refusals)


def document_id(document: str) -> str:
    """SHA-256 of the document's UTF-8 in lower-case hex, as automatic persisted queries have it."""
    return hashlib.sha256(document.encode()).hexdigest()


async def register_operations(
    pool: Pool,
    check: CheckDocument,
    client: str,
    documents: Sequence[str],
    *,
    now: datetime | None = None,
) -> list[TrustedOperation]:
    """Register the documents for the client, all or none; answers one operation each, in their order.

    Each holds one operation with a name, keeps the limits and is valid. One that is registered already stays
    as it is. The first document makes the client.
    Raises: DocumentsRefused, every document that cannot be taken named by its place.
    """
    if not _CLIENT.fullmatch(client):
        message = "A client's name has 1 to 100 of a-z, 0-9, '.' and '-', a letter or digit first."
        raise DocumentsRefused([WriteRefused("INVALID", message, "input", "client")])
    if not 1 <= len(documents) <= DOCUMENTS_MAX:
        message = f"A call registers 1 to {DOCUMENTS_MAX} documents."
        code = "TOO_MANY" if documents else "INVALID"
        raise DocumentsRefused([WriteRefused(code, message, "input", "documents")])
    read = [_read(check, document, place) for place, document in enumerate(documents)]
    refusals = [one for one in read if isinstance(one, WriteRefused)]
    if refusals:
        raise DocumentsRefused(refusals)
    named = {document_id(text): (name, text) for name, text in zip(map(str, read), documents, strict=True)}
    new = await _store(pool, client, named, now or datetime.now(UTC))
    return [
        TrustedOperation(document_id=key, name=named[key][0], document=text, is_new=key in new)
        for text in documents
        for key in (document_id(text),)
    ]


def _read(check: CheckDocument, document: str, place: int) -> str | WriteRefused:
    """The name of the document's one operation, or why it cannot be taken."""
    path = ("input", "documents", str(place))
    if len(document) > DOCUMENT_LENGTH_MAX:
        return WriteRefused("INVALID", f"A document has at most {DOCUMENT_LENGTH_MAX:,} characters.", *path)
    try:
        names = check(document)
    except RequestRefused as refusal:
        return WriteRefused("INVALID", " ".join(_said(one) for one in refusal.errors[:_REASONS_MAX]), *path)
    except CallerError as refusal:
        return WriteRefused("INVALID", _said(refusal.as_graphql()), *path)
    if len(names) != 1 or not names[0]:
        return WriteRefused("INVALID", "A document holds one operation, and that has a name.", *path)
    return names[0]


def _said(entry: dict[str, Any]) -> str:
    at = next(iter(entry.get("locations") or ()), None)
    place = f" (line {at['line']}, column {at['column']})" if at else ""
    return f"{entry['message']}{place}"


async def _store(pool: Pool, client: str, named: dict[str, tuple[str, str]], now: datetime) -> set[str]:
    """Store what is not there yet; answers the ids of that."""
    async with pool.transaction(None) as connection:
        await connection.execute("insert into client (name) values ($1) on conflict do nothing", client)
        rows = await connection.fetch(
            """
            insert into trusted_operation (client_name, document_id, name, document, added_at)
            select $1, document_id, name, document, $5
            from unnest($2::text[], $3::text[], $4::text[]) as d(document_id, name, document)
            on conflict (client_name, document_id) do nothing
            returning document_id
            """,
            client,
            # In one order for all callers, so that two who register the same cannot wait for each other.
            sorted(named),
            [named[key][0] for key in sorted(named)],
            [named[key][1] for key in sorted(named)],
            now,
        )
    return {row["document_id"] for row in rows}
