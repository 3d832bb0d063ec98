"""Deletes as the ATS says them: what goes with a record, and that nothing older brings it back.

A candidate takes its notes, tags, match and exports with it, and its applications, since those are about the
same person. An application takes its notes, feedback and stages. A job takes the exports to it and its
recommended matches; its applications stay, without the job. What waits for a record goes with it.

Each delete leaves a keyed hash with the time of the deletion: the moment it is taken here, or the last state
that we know of, whichever is later (an ATS's clock may be ahead). It stays for ever. A record comes in
again only with a later time of its own (`record_moment`), and that holds for what belonged to the deleted
record too. One that says no time counts from now, so it comes in.
"""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from asyncpg import Connection
from asyncpg import Record as Row

from app.sync.known import known_keys
from app.sync.records import (
    FeedbackRecord,
    NoteRecord,
    Record,
    RecordEntity,
    RecordKey,
    RecordOutcome,
    RecordResult,
    StageRecord,
)
from app.sync.rows import Origin
from app.sync.stages import follow_newest_stage
from app.sync.waiting import forget, take_out

NOT_THERE: Final = "There was no such record."


@dataclass(frozen=True, slots=True)
class _Gone:
    """A row that went: which record it was, and the last state that was known."""

    key: RecordKey
    id: UUID
    last_modified_at: datetime | None


_Deleter = Callable[[Connection, Origin, Sequence[RecordKey]], Coroutine[Any, Any, list[_Gone]]]


def key_of(record: Record) -> RecordKey:
    """The key of the record; of a candidate's application too without the candidate, which it may change."""
    is_child = record.entity in _CHILDREN
    return RecordKey(
        entity=record.entity,
        external_id=record.external_id,
        candidate_external_id=getattr(record, "candidate_external_id", None) if is_child else None,
        application_external_id=getattr(record, "application_external_id", None) if is_child else None,
    )


def record_moment(record: Record) -> datetime | None:
    """The time that the record says for itself: modified, else (where nothing is ever modified) created."""
    if isinstance(record, StageRecord):
        return record.entered_at
    if isinstance(record, FeedbackRecord):
        return record.ats_created_at
    if isinstance(record, NoteRecord):
        return record.ats_last_modified_at or record.ats_created_at
    return record.ats_last_modified_at


async def late_among(
    connection: Connection, origin: Origin, records: Sequence[Record]
) -> list[datetime | None]:
    """For each record when it, or what it belongs to, was deleted, if that is no earlier than the record."""
    if not await connection.fetchval(
        "select exists (select from deleted_record where company_id = $1)", origin.company
    ):
        return [None] * len(records)
    asked = [(record_moment(record), _names(origin, record)) for record in records]
    names = sorted({name for moment, all_names in asked if moment is not None for name in all_names})
    rows = await connection.fetch(
        """
        select n.name, d.deleted_at
        from unnest($2::text[], keyed_hashes($1, $2)) as n (name, key_hash)
        join deleted_record d on d.company_id = $1 and d.key_hash = n.key_hash
        """,
        origin.company,
        names,
    )
    deleted: dict[str, datetime] = {row["name"]: row["deleted_at"] for row in rows}
    return [
        None
        if moment is None
        else max((at for name in all_names if (at := deleted.get(name)) and at >= moment), default=None)
        for moment, all_names in asked
    ]


async def delete_known(
    connection: Connection, origin: Origin, keys: Sequence[RecordKey]
) -> list[RecordResult]:
    """Delete the records of these keys, all of which are sound; results are in their order.

    Under the company's lock (see `app.sync.ingest`). Every outcome is DELETED; `id` is our key of what was
    there, and the message says so if nothing was.
    """
    gone: dict[RecordKey, _Gone] = {}
    for entity in _ORDER:
        some = list(dict.fromkeys(key for key in keys if key.entity is entity))
        if some:
            for one in await _DELETERS[entity](connection, origin, some):
                # A candidate's applications go before those that are named in the same batch.
                gone.setdefault(one.key, one)
    await _remember(connection, origin, keys, list(gone.values()))
    return [
        RecordResult(
            external_id=key.external_id,
            entity=key.entity,
            outcome=RecordOutcome.DELETED,
            message=None if key in gone else NOT_THERE,
            id=gone[key].id if key in gone else None,
        )
        for key in keys
    ]


async def _remember(
    connection: Connection, origin: Origin, keys: Sequence[RecordKey], gone: Sequence[_Gone]
) -> None:
    when: dict[str, datetime] = {_name(origin, key): origin.now for key in keys}
    for one in gone:
        when[_name(origin, one.key)] = max(origin.now, one.last_modified_at or origin.now)
    names = sorted(when)
    await connection.execute(
        """
        insert into deleted_record as known (company_id, key_hash, deleted_at)
        select $1, n.key_hash, n.deleted_at
        from unnest(keyed_hashes($1, $2), $3::timestamptz[]) as n (key_hash, deleted_at)
        on conflict (company_id, key_hash) do update
        set deleted_at = greatest(known.deleted_at, excluded.deleted_at)
        """,
        origin.company,
        names,
        [when[name] for name in names],
    )


async def _candidates(connection: Connection, origin: Origin, keys: Sequence[RecordKey]) -> list[_Gone]:
    names = [key.external_id for key in keys]
    known = await known_keys(connection, origin, "candidate", names)
    rows = await connection.fetch(
        """
        select external_id
        from application
        where company_id = $1 and candidate_id = any($3::uuid[])
        union all
        select external_id
        from application
        where company_id = $1 and partner_name = $2 and candidate_external_id = any($4::text[])
          and candidate_id is null
        """,
        *(origin.company, origin.partner, list(known.values()), names),
    )
    applied = [_root(RecordEntity.APPLICATION, row["external_id"]) for row in rows]
    gone = await _applications(connection, origin, applied) if applied else []
    await connection.execute(
        "delete from export where company_id = $1 and candidate_id = any($2::uuid[])",
        *(origin.company, list(known.values())),
    )
    return [*gone, *await _roots(connection, origin, RecordEntity.CANDIDATE, names)]


async def _applications(connection: Connection, origin: Origin, keys: Sequence[RecordKey]) -> list[_Gone]:
    return await _roots(connection, origin, RecordEntity.APPLICATION, [key.external_id for key in keys])


async def _jobs(connection: Connection, origin: Origin, keys: Sequence[RecordKey]) -> list[_Gone]:
    names = [key.external_id for key in keys]
    known = list((await known_keys(connection, origin, "job", names)).values())
    for statement in (
        # An export that is being requested is waited for, and goes too.
        "select from job where company_id = $1 and id = any($2::uuid[]) order by id for update",
        "update application set job_id = null where company_id = $1 and job_id = any($2::uuid[])",
        "delete from export where company_id = $1 and job_id = any($2::uuid[])",
    ):
        await connection.execute(statement, origin.company, known)
    return await _roots(connection, origin, RecordEntity.JOB, names)


async def _roots(
    connection: Connection, origin: Origin, entity: RecordEntity, names: Sequence[str]
) -> list[_Gone]:
    """Delete what hangs on nothing any more, with what references cascade to and what waits for it."""
    rows = await connection.fetch(
        f"""
        delete from {entity.value}
        where company_id = $1 and partner_name = $2 and external_id = any($3::text[])
        returning external_id, id, last_modified_at
        """,
        *(origin.company, origin.partner, names),
    )
    if entity is not RecordEntity.JOB:
        await take_out(connection, origin, entity, names)
    return [_Gone(_root(entity, row["external_id"]), row["id"], row["last_modified_at"]) for row in rows]


def _children(table: str, modified: str) -> _Deleter:
    """Deletes rows of a table whose rows hang on a candidate or an application."""

    async def delete(connection: Connection, origin: Origin, keys: Sequence[RecordKey]) -> list[_Gone]:
        gone: list[_Gone] = []
        for parent in (RecordEntity.CANDIDATE, RecordEntity.APPLICATION):
            some = {key: key.parent[1] for key in keys if key.parent and key.parent[0] is parent}
            if not some:
                continue
            known = await known_keys(connection, origin, parent.value, some.values())
            there = [key for key, name in some.items() if name in known]
            rows: list[Row] = await connection.fetch(
                f"""
                select k.place, r.id, r.{modified} as modified
                from unnest($2::uuid[], $3::text[]) with ordinality as k (parent_id, external_id, place)
                cross join lateral (
                  select id, {modified}
                  from {table}
                  where company_id = $1 and {parent.value}_id = k.parent_id
                    and external_id = k.external_id
                  offset 0) as r
                """,
                origin.company,
                [known[some[key]] for key in there],
                [key.external_id for key in there],
            )
            await connection.execute(
                f"delete from {table} where company_id = $1 and id = any($2::uuid[])",
                *(origin.company, [row["id"] for row in rows]),
            )
            if table == "application_stage":
                touched = {known[some[there[row["place"] - 1]]] for row in rows}
                await follow_newest_stage(connection, origin.company, touched)
            await forget(connection, origin, parent, some)
            gone += [_Gone(there[row["place"] - 1], row["id"], row["modified"]) for row in rows]
        return gone

    return delete


def _root(entity: RecordEntity, name: str) -> RecordKey:
    return RecordKey(entity=entity, external_id=name)


def _names(origin: Origin, record: Record) -> list[str]:
    """What is hashed for the record itself and for what it belongs to."""
    names = [_name(origin, key_of(record))]
    for parent in ("candidate", "application"):
        name = getattr(record, f"{parent}_external_id", None)
        if name is not None:
            names.append(_name(origin, _root(RecordEntity(parent), name)))
    return names


def _name(origin: Origin, key: RecordKey) -> str:
    kind, name = ("", "") if key.parent is None else key.parent
    return "\x1f".join((origin.partner, key.entity.value, kind, name, key.external_id))


_CHILDREN: Final = frozenset({RecordEntity.STAGE, RecordEntity.NOTE, RecordEntity.INTERVIEW_FEEDBACK})
# A parent takes its children, so whatever is named of them is looked for before.
_ORDER: Final = (
    RecordEntity.STAGE,
    RecordEntity.NOTE,
    RecordEntity.INTERVIEW_FEEDBACK,
    RecordEntity.APPLICATION,
    RecordEntity.CANDIDATE,
    RecordEntity.JOB,
)
_DELETERS: Final[Mapping[RecordEntity, _Deleter]] = {
    RecordEntity.STAGE: _children("application_stage", "entered_at"),
    RecordEntity.NOTE: _children("note", "last_modified_at"),
    RecordEntity.INTERVIEW_FEEDBACK: _children("interview_feedback", "created_at"),
    RecordEntity.APPLICATION: _applications,
    RecordEntity.CANDIDATE: _candidates,
    RecordEntity.JOB: _jobs,
}
