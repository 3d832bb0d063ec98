"""Every text-like column of every tenant table, read from PostgreSQL's catalogue, and how it gets a canary.

Whatever a migration adds is in it. A column is left out for a reason only: its values are of a closed
vocabulary, or they are not the company's.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import asyncpg

from tests.tenancy.canaries import mark

CLOSED: Final = frozenset(
    {
        ("sync_run", "entities"),
        ("sync_run", "counts"),
        ("consent", "covers"),
        ("erasure_receipt", "counts"),
    }
)
"""Names of entities, which no constraint of one column says."""

NOT_THE_COMPANYS: Final = frozenset({"member_urn", "match_member_urn", "partner_name"})
"""LinkedIn's members and the names of ATS products are the same for all companies."""

_SAME_AS: Final[Mapping[tuple[str, str], tuple[str, str]]] = {
    ("application", "candidate_external_id"): ("candidate", "external_id"),
    ("application", "job_external_id"): ("job", "external_id"),
    ("waiting_record", "parent_external_id"): ("application", "external_id"),
    ("job_posting_task", "external_job_posting_id"): ("job", "external_id"),
    ("entity_acl_assignee", "acl_id"): ("entity_acl", "acl_id"),
    ("company_urn", "urn"): ("company", "urn"),
    ("entity_acl", "entity_id"): ("job", "external_id"),
}
"""Columns that name what another column says, and must say the same."""

_ENUMERATED: Final = re.compile(r"ANY \(ARRAY\[|\^\[A-Z_\]|= 'ALL_PRODUCT_USERS'")
_COLUMNS: Final = """
select t.relname as table, a.attname as column, format_type(a.atttypid, a.atttypmod) as type,
  a.attgenerated <> '' or a.attidentity <> '' as is_generated, a.attnotnull as is_needed,
  coalesce((
    select string_agg(pg_get_constraintdef(k.oid), ' ') from pg_constraint k
    where k.conrelid = t.oid and k.contype = 'c' and k.conkey = array[a.attnum]
  ), '') as checks
from pg_class t
join pg_attribute a on a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
where t.relnamespace = 'public'::regnamespace and t.relkind in ('r', 'p')
  and exists (
    select from pg_attribute c where c.attrelid = t.oid and c.attname = 'company_id' and not c.attisdropped
  )
order by t.relname, a.attnum
"""


@dataclass(frozen=True, slots=True)
class TenantColumn:
    """One column; `number` is the one in its canaries, None where it has none."""

    table: str
    name: str
    type: str
    number: int | None
    is_generated: bool
    is_needed: bool
    checks: str

    def as_of(self, company: int, *, same_keys: bool) -> str:
        """SQL: the value of a row of the model company, as the same row of this company has it."""
        if self.type == "uuid":
            is_kept = same_keys and self.name != "company_id"
            return f's."{self.name}"' if is_kept else own_uuid(f's."{self.name}"', company)
        value = f's."{self.name}"'
        if (self.table, self.name) == ("entity_acl", "entity_id"):
            job, application = (mark(company, number) for number in _NUMBERS_OF_LISTED)
            return f"{value} || case entity_type when 'JOB_POSTING' then ' {job}' else ' {application}' end"
        if self.number is None:
            return value
        return _with_mark(self, value, mark(company, self.number))


def own_uuid(value: str, company: int) -> str:
    """SQL: the key that stands in this company for a key of the model company."""
    return f"('c0ca{company:04d}' || left(md5(({value})::text), 24))::uuid"


_NUMBERS_OF_LISTED: list[int] = [0, 0]
"""Of job.external_id and application.external_id; known once the catalogue is read."""


def _with_mark(column: TenantColumn, value: str, canary: str) -> str:
    if column.type == "text[]":
        return f"array_append({value}, '{canary}')"
    if column.type == "jsonb":
        # Words in capitals, dates and URNs are of closed vocabularies.
        strings = r'": "(?![A-Z_]+"|[0-9]{4}-|urn:)([^"]*)"'
        return f"regexp_replace({value}::text, '{strings}', '\": \"\\1-{canary}\"', 'g')::jsonb"
    if "whsec_" in column.checks:
        return f"'whsec_' || '{canary}' || substr({value}, 7)"
    if "urn:li:" in column.checks or column.table == "company_urn":
        return f"regexp_replace({value}, '^(urn:li:[a-z]+:)', '\\1{canary}-')"
    if column.table == "registered_origin":
        return f"'https://{canary}.example'"
    marked = (
        f"case when {value} like 'http%' then {value} || '/{canary}' "
        f"when {value} like '%@%' then '{canary}' || {value} else {value} || ' {canary}' end"
    )
    may_be_filled = not column.is_needed and (column.table, column.name) not in _EMPTY_FOR_A_REASON
    return f"coalesce({marked}, '{canary}')" if may_be_filled else marked


_EMPTY_FOR_A_REASON: Final = frozenset({("recruiter_note", "body")})
"""Null says something there, and a constraint over several columns holds it to that."""


async def tenant_columns(owner: asyncpg.Connection) -> list[TenantColumn]:
    """All columns of all tenant tables."""
    found = await owner.fetch(_COLUMNS)
    numbers: dict[tuple[str, str], int] = {}
    for row in found:
        place = (row["table"], row["column"])
        textual = row["type"] in ("text", "text[]", "jsonb") and not row["is_generated"]
        is_own = row["column"] not in NOT_THE_COMPANYS and place not in CLOSED
        if textual and is_own and not _ENUMERATED.search(row["checks"]):
            numbers[place] = len(numbers)
    numbers |= {place: numbers[same] for place, same in _SAME_AS.items()}
    _NUMBERS_OF_LISTED[:] = [numbers[("job", "external_id")], numbers[("application", "external_id")]]
    return [
        TenantColumn(
            row["table"],
            row["column"],
            row["type"],
            numbers.get((row["table"], row["column"])),
            row["is_generated"],
            row["is_needed"],
            row["checks"],
        )
        for row in found
    ]
