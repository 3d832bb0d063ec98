"""Access lists: which recruiters see a job or an application, as the ATS says it.

A list is a group or role of the ATS, named by its id there (`acl_id`). `EntityAcl` puts a job or
application on it, `AclAssignee` a person, for one kind of entity. Either may come first, and before the job
or application itself: all of them are known by the ATS's ids, so nothing has to be joined later. A list
outlives the entities on it, so that one that is deleted and comes again is as restricted as before. The id
ALL_PRODUCT_USERS names a list that everybody is on.

Entries have nothing but their keys: to put one that is there, and to delete one that is not, changes nothing.
What follows for viewers is in `app.access.sight` and `loaders.sight`.
"""

from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from typing import Any, ClassVar, Final, Generic, TypeVar

from asyncpg import Connection

from app.access.sight import SecurableEntity
from app.database.pool import Pool
from app.errors import CallerError, ErrorCode
from app.ids import CompanyId, linkedin_kind
from app.integration.tombstones import erased_among
from app.sync.records import RecordOutcome

BATCH_MAX: Final = 1_000
PAGE_MAX: Final = 1_000
ID_LENGTH_MAX: Final = 300
NOT_THERE: Final = "There was no such entry."

_RECORD_OF: Final = {SecurableEntity.JOB_POSTING: "job", SecurableEntity.APPLICATION: "application"}


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityAcl:
    """A job or application (`entity_id` is the ATS's id of it) on the list `acl_id`; wire: atsEntityAcls.

    `entity_type` is one of `SecurableEntity`, and refused with its path if it is not.
    """

    table: ClassVar[str] = "entity_acl"
    wire_names: ClassVar[tuple[str, ...]] = ("atsEntityType", "atsEntityId", "atsEntityAclId")

    entity_type: str
    entity_id: str
    acl_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AclAssignee:
    """A person (`member_urn`, a person URN) on the list `acl_id`; wire: atsEntityAclAssignees.

    The person need not have a seat yet, nor be known here at all.
    """

    table: ClassVar[str] = "entity_acl_assignee"
    wire_names: ClassVar[tuple[str, ...]] = ("atsEntityType", "atsEntityAclId", "assignee")

    entity_type: str
    acl_id: str
    member_urn: str


_E = TypeVar("_E", bound="EntityAcl | AclAssignee")


@dataclass(frozen=True, slots=True, kw_only=True)
class AclResult:
    """The outcome of one entry: CREATED, UNCHANGED, WAITING, DELETED or REFUSED.

    WAITING: kept, but the job or application has not arrived. `path` is in the wire API's spelling.
    """

    outcome: RecordOutcome
    message: str | None = None
    path: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AclPage(Generic[_E]):
    """Some of the entries that were asked for, and how many there are in all."""

    entries: list[_E]
    total: int


async def put_acls(pool: Pool, company: CompanyId, partner: str, entries: Sequence[_E]) -> list[AclResult]:
    """Take at most `BATCH_MAX` entries of one kind in one transaction; results are in their order.

    An entry that cannot be taken fails alone, and so does one about a record that was erased. The first entry
    of a company changes what its recruiters' operations are planned for: call `Authenticator.refresh` behind
    it, so that this worker knows at once and not only within a second.
    Raises: CallerError: BAD_USER_INPUT for an unknown company or partner or a batch that is too large,
    INTEGRATION_DISABLED (403) while the integration is not enabled.
    """
    results = _checked(entries)
    async with pool.transaction(company) as connection:
        await _become_only_writer(connection, company, partner)
        sound = {n: one for n, one in enumerate(entries) if n not in results}
        named = {n: _record_of(one) for n, one in sound.items()}
        late = await erased_among(connection, company, partner, set(named.values()))
        for n in [n for n, record in named.items() if record in late]:
            results[n] = _refused("was erased as the company asked", ())
            del sound[n]
        rows = await _insert(connection, company, partner, list(sound.values()))
        missing = await _not_arrived(connection, company, partner, list(sound.values()))
    for n, one in sound.items():
        is_new = astuple(one) in rows
        rows.discard(astuple(one))  # the same entry again in one batch changes nothing
        outcome = RecordOutcome.CREATED if is_new else RecordOutcome.UNCHANGED
        if _record_of(one) in missing:
            kind, name = _record_of(one)
            results[n] = AclResult(
                outcome=RecordOutcome.WAITING if is_new else outcome,
                message=f"Waits for {kind} {name}, not arrived yet.",
                path=("atsEntityId",),
            )
        else:
            results[n] = AclResult(outcome=outcome)
    return [results[n] for n in range(len(entries))]


async def delete_acls(pool: Pool, company: CompanyId, partner: str, entries: Sequence[_E]) -> list[AclResult]:
    """Take entries off their lists; DELETED for each, whether it was there or not. Raises as `put_acls`."""
    results = _checked(entries)
    async with pool.transaction(company) as connection:
        await _become_only_writer(connection, company, partner)
        await erased_among(connection, company, partner, set())
        sound = {n: one for n, one in enumerate(entries) if n not in results}
        gone = await _delete(connection, company, partner, list(sound.values()))
    for n, one in sound.items():
        message = None if astuple(one) in gone else NOT_THERE
        results[n] = AclResult(outcome=RecordOutcome.DELETED, message=message)
    return [results[n] for n in range(len(entries))]


async def read_acls(pool: Pool, company: CompanyId, partner: str, entries: Sequence[_E]) -> list[bool]:
    """For each entry whether it is there; False too for one that could not be."""
    refused = _checked(entries)
    sound = [one for n, one in enumerate(entries) if n not in refused]
    if not sound:
        return [False] * len(entries)
    table, columns, arrays = _parts(sound)
    rows = await pool.fetch(
        company,
        f"""
        select {columns}
        from {table}
        where company_id = $1 and partner_name = $2 and ({columns}) in (select * from {_unnest(arrays)})
        """,
        [company, partner, *arrays],
    )
    there = {tuple(row) for row in rows}
    return [astuple(one) in there for one in entries]


async def find_acls(
    pool: Pool,
    company: CompanyId,
    partner: str,
    kind: type[_E],
    *,
    start: int,
    count: int,
    **like: str | None,
) -> AclPage[_E]:
    """The entries whose fields are those of `like` (by the names of `kind`), in the order of their keys.

    At most `PAGE_MAX` of them. A field that is None or not named may be anything.
    """
    given = {name: value for name, value in like.items() if value is not None}
    names = [one.name for one in fields(kind)]
    if not set(given) <= set(names):
        raise TypeError(f"{kind.__name__} has no {', '.join(set(given) - set(names))}")
    if not all(_is_sayable(value) for value in given.values()):
        return AclPage(entries=[], total=0)
    conditions = "".join(f" and {name} = ${number}::text" for number, name in enumerate(given, 5))
    rows = await pool.fetch(
        company,
        f"""
        with found as materialized (
          select {", ".join(names)}
          from {kind.table}
          where company_id = $1 and partner_name = $2{conditions}
        ),
        page as (
          select * from found order by {", ".join(names)} offset $3 limit $4
        )
        select page.*, counted.total
        from (select count(*) as total from found) counted
        left join page on true
        """,
        [company, partner, max(start, 0), max(0, min(count, PAGE_MAX)), *given.values()],
    )
    entries = [kind(**{name: row[name] for name in names}) for row in rows if row[names[0]] is not None]
    return AclPage(entries=entries, total=rows[0]["total"])


def _checked(entries: Sequence[_E]) -> dict[int, AclResult]:
    """The refusals, by place. Raises: CallerError (BAD_USER_INPUT) if there are too many entries."""
    if len(entries) > BATCH_MAX:
        raise CallerError(ErrorCode.BAD_USER_INPUT, f"A batch has at most {BATCH_MAX} entries.")
    return {n: refusal for n, one in enumerate(entries) if (refusal := _refusal(one)) is not None}


def _refusal(entry: EntityAcl | AclAssignee) -> AclResult | None:
    for wire_name, value in zip(entry.wire_names, astuple(entry), strict=True):
        if not value:
            return _refused("is required", (wire_name,))
        if len(value) > ID_LENGTH_MAX:
            return _refused(f"has more than {ID_LENGTH_MAX} characters", (wire_name,))
        if not _is_sayable(value):
            said = "has a character that cannot be stored (NUL or half a surrogate pair)"
            return _refused(said, (wire_name,))
    if entry.entity_type not in SecurableEntity.__members__:
        return _refused(f"must be {' or '.join(SecurableEntity)}", ("atsEntityType",))
    if isinstance(entry, AclAssignee) and linkedin_kind(entry.member_urn) != "person":
        return _refused("must be a person's URN (urn:li:person:…)", ("assignee",))
    return None


def _is_sayable(text: str) -> bool:
    return "\x00" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)


def _refused(message: str, path: tuple[str, ...]) -> AclResult:
    said = f"{'.'.join(path)} {message}.".strip()
    return AclResult(outcome=RecordOutcome.REFUSED, message=said, path=path or None)


def _record_of(entry: EntityAcl | AclAssignee) -> tuple[str, str]:
    """The record that the entry is about, as (kind, the ATS's id); an assignee is about none."""
    if isinstance(entry, EntityAcl):
        return _RECORD_OF[SecurableEntity(entry.entity_type)], entry.entity_id
    return "acl", entry.acl_id


async def _become_only_writer(connection: Connection, company: CompanyId, partner: str) -> None:
    """Take the lock that batches of records and steps of the integration take: the company's row."""
    if not await connection.fetchval(
        "select 1 from company where company_id = $1 for no key update", company
    ):
        raise CallerError(ErrorCode.BAD_USER_INPUT, "This company is not known.")
    if not await connection.fetchval("select 1 from partner where name = $1", partner):
        raise CallerError(ErrorCode.BAD_USER_INPUT, "This partner is not known.")


def _parts(entries: Sequence[EntityAcl | AclAssignee]) -> tuple[str, str, list[list[Any]]]:
    """The table, its columns behind company and partner, and the entries' values column by column."""
    columns = ", ".join(one.name for one in fields(entries[0]))
    return entries[0].table, columns, [list(values) for values in zip(*map(astuple, entries), strict=True)]


def _unnest(arrays: Sequence[Any]) -> str:
    """The entries as an item of FROM; they are the parameters from $3 on."""
    return f"unnest({', '.join(f'${n}::text[]' for n in range(3, 3 + len(arrays)))})"


async def _insert(
    connection: Connection, company: CompanyId, partner: str, entries: Sequence[EntityAcl | AclAssignee]
) -> set[tuple[str, ...]]:
    """The keys of the entries that were not there yet."""
    if not entries:
        return set()
    table, columns, arrays = _parts(entries)
    rows = await connection.fetch(
        f"""
        insert into {table} (company_id, partner_name, {columns})
        select $1, $2, said.* from {_unnest(arrays)} as said
        on conflict do nothing
        returning {columns}
        """,
        *(company, partner, *arrays),
    )
    return {tuple(row) for row in rows}


async def _delete(
    connection: Connection, company: CompanyId, partner: str, entries: Sequence[EntityAcl | AclAssignee]
) -> set[tuple[str, ...]]:
    """The keys of the entries that were there."""
    if not entries:
        return set()
    table, columns, arrays = _parts(entries)
    rows = await connection.fetch(
        f"""
        delete from {table}
        where company_id = $1 and partner_name = $2 and ({columns}) in (select * from {_unnest(arrays)})
        returning {columns}
        """,
        *(company, partner, *arrays),
    )
    return {tuple(row) for row in rows}


async def _not_arrived(
    connection: Connection, company: CompanyId, partner: str, entries: Sequence[EntityAcl | AclAssignee]
) -> set[tuple[str, str]]:
    """Which of the records that the entries are about are not there, as (kind, the ATS's id)."""
    named = {_record_of(one) for one in entries if isinstance(one, EntityAcl)}
    missing = set(named)
    for kind in _RECORD_OF.values():
        asked = [name for of, name in named if of == kind]
        if asked:
            rows = await connection.fetch(
                f"""
                select external_id
                from {kind}
                where company_id = $1 and partner_name = $2 and external_id = any($3::text[])
                """,
                *(company, partner, asked),
            )
            missing -= {(kind, row["external_id"]) for row in rows}
    return missing
