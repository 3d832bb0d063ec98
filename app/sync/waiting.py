"""Stages, notes and feedback that came before what they belong to: kept, and given out when that arrives."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final, TypeAlias, cast

import orjson
from asyncpg import Connection

from app.sync.records import (
    Evaluation,
    FeedbackRecord,
    NoteRecord,
    RecordEntity,
    RecordKey,
    RecordOutcome,
    RecordResult,
    StageRecord,
)
from app.sync.rows import Origin
from app.sync.wire_names import wire_name

Child: TypeAlias = StageRecord | NoteRecord | FeedbackRecord
_CHILDREN: Final[Mapping[str, type[Any]]] = MappingProxyType(
    {kind.entity.value: kind for kind in (StageRecord, NoteRecord, FeedbackRecord)}
)
_TIMES: Final = frozenset({"entered_at", "ats_created_at", "ats_last_modified_at"})


async def let_wait(
    connection: Connection, origin: Origin, parent: RecordEntity, children: Mapping[int, Child]
) -> dict[int, RecordResult]:
    """Keep these, whose parents have not arrived, until they do; a result for each.

    The rules are those of records that are stored: an older note does not replace a later one, and of stages
    and feedback, which never say when they were modified, the last that came counts.
    """
    if not children:
        return {}
    field = f"{parent.value}_external_id"
    rows = await connection.fetch(
        """
        select w.parent_external_id, w.entity, w.external_id, w.said, w.last_modified_at
        from waiting_record w
        where w.company_id = $1 and w.partner_name = $2 and w.parent_entity = $3
          and w.parent_external_id = any($4::text[])
          -- Not all that waits for these: that may be any number.
          and w.external_id = any($5::text[])
        """,
        origin.company,
        origin.partner,
        parent.value,
        sorted({getattr(child, field) for child in children.values()}),
        sorted({child.external_id for child in children.values()}),
    )
    known = {(row["parent_external_id"], row["entity"], row["external_id"]): row for row in rows}
    results: dict[int, RecordResult] = {}
    kept: list[tuple[str, str, str, str, datetime | None]] = []
    for position, child in children.items():
        key = (getattr(child, field), child.entity.value, child.external_id)
        said = orjson.dumps(child).decode()
        modified = _modified(child)
        row = known.get(key)
        outcome = RecordOutcome.WAITING
        if row is not None and modified is not None and modified < row["last_modified_at"]:
            outcome = RecordOutcome.STALE
        elif row is not None and row["said"] == said:
            outcome = RecordOutcome.UNCHANGED
        else:
            kept.append((*key, said, modified))
        results[position] = _result(child, outcome, parent, key[0])
    await _keep(connection, origin, parent, kept)
    return results


async def take_out(
    connection: Connection, origin: Origin, parent: RecordEntity, names: Sequence[str]
) -> list[Child]:
    """What waited for these candidates or applications, which have arrived; it does not wait any more."""
    rows = await connection.fetch(
        """
        delete from waiting_record
        where company_id = $1 and partner_name = $2 and parent_entity = $3
          and parent_external_id = any($4::text[])
        returning entity, said
        """,
        origin.company,
        origin.partner,
        parent.value,
        names,
    )
    return [_child(row["entity"], orjson.loads(row["said"])) for row in rows]


async def forget(
    connection: Connection, origin: Origin, parent: RecordEntity, children: Mapping[RecordKey, str]
) -> None:
    """These, with their parents' names, do not wait any more and do not come."""
    rows = await connection.fetch(
        """
        select parent_external_id, entity, external_id
        from waiting_record
        where company_id = $1 and partner_name = $2 and parent_entity = $3
          and parent_external_id = any($4::text[])
        """,
        *(origin.company, origin.partner, parent.value, sorted(set(children.values()))),
    )
    gone = {(name, key.entity.value, key.external_id) for key, name in children.items()} & {
        tuple(row) for row in rows
    }
    for name, entity, external_id in gone:
        await connection.execute(
            """
            delete from waiting_record
            where company_id = $1 and partner_name = $2 and parent_entity = $3 and parent_external_id = $4
              and entity = $5 and external_id = $6
            """,
            *(origin.company, origin.partner, parent.value, name, entity, external_id),
        )


async def _keep(
    connection: Connection,
    origin: Origin,
    parent: RecordEntity,
    kept: Sequence[tuple[str, str, str, str, datetime | None]],
) -> None:
    if not kept:
        return
    parents, entities, names, said, modified = zip(*kept, strict=True)
    await connection.execute(
        """
        insert into waiting_record
          (company_id, partner_name, parent_entity, parent_external_id, entity, external_id, said,
            last_modified_at)
        select $1, $2, $3, k.*
        from unnest($4::text[], $5::text[], $6::text[], $7::text[], $8::timestamptz[]) as k
        on conflict (company_id, partner_name, parent_entity, parent_external_id, entity, external_id)
        do update set said = excluded.said, last_modified_at = excluded.last_modified_at
        """,
        *(origin.company, origin.partner, parent.value, parents, entities, names, said, modified),
    )


def _modified(child: Child) -> datetime | None:
    if isinstance(child, NoteRecord):
        return child.ats_last_modified_at or child.ats_created_at
    return None


def _child(entity: str, said: Mapping[str, Any]) -> Child:
    fields: dict[str, Any] = {
        name: datetime.fromisoformat(value) if name in _TIMES and value is not None else value
        for name, value in said.items()
    }
    if "evaluations" in fields:
        fields["evaluations"] = tuple(Evaluation(**one) for one in fields["evaluations"])
    return cast("Child", _CHILDREN[entity](**fields))


def _result(child: Child, outcome: RecordOutcome, parent: RecordEntity, name: str) -> RecordResult:
    if outcome is RecordOutcome.STALE:
        message, path = "A later state of this record is known.", None
    else:
        message = f"Waits for {parent.value} {name}, not arrived yet."
        path = (wire_name(child.entity, f"{parent.value}_external_id"),)
    return RecordResult(
        external_id=child.external_id, entity=child.entity, outcome=outcome, message=message, path=path
    )
