"""Clients and their trusted documents: the service's own tables, of no company."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from loaders.context import RequestContext

_CLIENTS: Final = """
select c.name as client, o.document_id, o.name, o.document,
  to_json(o.added_at) #>> '{}' as added_at
from client c
left join trusted_operation o on o.client_name = c.name
where $1::text is null or c.name = $1
order by c.name, o.name, o.added_at desc, o.document_id
"""


async def clients(
    inputs: Sequence[Sequence[Any]],
    arguments: Mapping[str, Any],  # noqa: ARG001
    context: RequestContext,
) -> list[list[dict[str, Any]]]:
    """Every client by name, with its operations by name; the newest first among equal names."""
    return [await _clients(context, None)] * len(inputs)


async def client_named(context: RequestContext, name: str) -> dict[str, Any] | None:
    """One client with its operations, in the same order; None for an unknown name."""
    found = await _clients(context, name)
    return found[0] if found else None


async def _clients(context: RequestContext, name: str | None) -> list[dict[str, Any]]:
    async with context.pool.acquire(context.company_id) as connection:
        rows = await connection.fetch(_CLIENTS, name)
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        operations = found.setdefault(row["client"], [])
        if row["document_id"] is not None:
            operations.append(
                {
                    "documentId": row["document_id"],
                    "name": row["name"],
                    "document": row["document"],
                    "addedAt": row["added_at"],
                }
            )
    return [{"name": client, "operations": operations} for client, operations in found.items()]
