"""The ATS tables as sync writes them, and the one statement that upserts a batch into any of them.

The statement reads what is there, decides each row's outcome, writes only what changed and answers the
outcomes. It relies on two things that `app.sync.ingest` sees to: a key occurs once in a batch, and
nobody else syncs for this company meanwhile.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True, kw_only=True)
class SyncedTable:
    """A table that records are upserted into; every mapping is from column to type.

    `key`: the unique columns after company_id. `columns`: what the ATS says, all of it replaced each time.
    `kept_if_unsaid`: likewise, but null leaves the column as it is; `defaults` is for new rows. `created`:
    the column of the ATS's creation time; it too keeps its value if a record does not say it.
    """

    name: str
    key: Mapping[str, str]
    columns: Mapping[str, str]
    created: str
    kept_if_unsaid: Mapping[str, str] = field(default_factory=dict)
    defaults: Mapping[str, str] = field(default_factory=dict)
    has_modified: bool = True
    has_synced: bool = True
    statement: str = field(init=False)
    """Upserts the rows of a JSON array ($2) for a company ($1) at a time ($3).

    Each row has `position`, `id` (used if it is new), the columns, and what stands in for the times that
    the ATS did not say: `default_created`, `default_modified`. Answers position, outcome, id.
    """

    def __post_init__(self) -> None:
        object.__setattr__(self, "statement", _upsert(self))


def _upsert(table: SyncedTable) -> str:
    record = {
        "position": "integer",
        "id": "uuid",
        **table.key,
        **table.columns,
        **table.kept_if_unsaid,
        table.created: "timestamptz",
        "default_created": "timestamptz",
    }
    # What is written into each column, in the terms of `decided`.
    values = {
        "company_id": "$1",
        "id": "id",
        **{column: column for column in (*table.key, *table.columns)},
        **{column: f"new_{column}" for column in table.kept_if_unsaid},
        table.created: "new_created",
    }
    unsaid = [table.created, *table.kept_if_unsaid]
    created = f"coalesce(i.{table.created}, e.{table.created}, i.default_created)"
    decided = [f"{created} as new_created"]
    decided += [
        f"coalesce(i.{column}, e.{column}, {default}) as new_{column}"
        for column, default in table.defaults.items()
    ]
    stale = ""
    if table.has_modified:
        record |= {"last_modified_at": "timestamptz", "default_modified": "timestamptz"}
        values["last_modified_at"] = "new_modified"
        unsaid.append("last_modified_at")
        stale = "when i.last_modified_at < e.last_modified_at then 'STALE'"
        modified = "coalesce(i.last_modified_at, greatest(e.last_modified_at, i.default_modified))"
        decided.append(f"greatest({modified}, {created}) as new_modified")
    if table.has_synced:
        values["synced_at"] = "$3"
    return _TEMPLATE.format(
        table=table.name,
        record=_list(f"{column} {kind}" for column, kind in record.items()),
        decided=",\n    ".join(decided),
        on_key=" and ".join(f"e.{column} = i.{column}" for column in table.key),
        stale=stale,
        same=" and ".join(f"coalesce(i.{column}, e.{column}) = e.{column}" for column in unsaid),
        said=_list(f"i.{column}" for column in table.columns),
        known=_list(f"e.{column}" for column in table.columns),
        written=_list(values),
        values=_list(values.values()),
        key=_list(table.key),
        changes=_list(
            f"{column} = excluded.{column}"
            for column in values
            if column not in {"company_id", "id", *table.key}
        ),
    )


_TEMPLATE: Final = """
with input as materialized (
  select *
  from jsonb_to_recordset($2::jsonb) as r({record})
),
decided as materialized (
  select
    i.*,
    e.id as known_id,
    {decided},
    case
      when e.id is null then 'CREATED'
      {stale}
      when {same}
        and ({said}) is not distinct from ({known}) then 'UNCHANGED'
      else 'UPDATED'
    end as outcome
  from input i
  -- Row by row through the key, whatever the planner thinks of a table that was never analysed; offset 0
  -- keeps it from making one join of it, over all rows of the company.
  left join lateral (
    select * from {table} e where e.company_id = $1 and {on_key} offset 0
  ) e on true
),
written as (
  insert into {table} ({written})
  select {values}
  from decided
  where outcome in ('CREATED', 'UPDATED')
  on conflict (company_id, {key}) do update
  set {changes}
)
select position, outcome, coalesce(known_id, id) as id
from decided
order by position
"""


def _list(parts: Iterable[str]) -> str:
    return ", ".join(parts)


_OF_ATS: Final = {"partner_name": "text", "external_id": "text"}
_OF_APPLICATION: Final = {"application_id": "uuid", "external_id": "text"}

JOB: Final = SyncedTable(
    name="job",
    key=_OF_ATS,
    columns={
        "requisition_code": "text",
        "title": "text",
        "description": "text",
        "location": "text",
        "department": "text",
        "state": "text",
        "availability": "text",
        "posted_through_rsc": "boolean",
        "apply_url": "text",
        "listed_at": "timestamptz",
        "expires_at": "timestamptz",
        "closed_at": "timestamptz",
        "hiring_team": "jsonb",
    },
    created="created_at",
)
CANDIDATE: Final = SyncedTable(
    name="candidate",
    key=_OF_ATS,
    columns={
        "first_name": "text",
        "last_name": "text",
        "middle_initial": "text",
        "prefix": "text",
        "suffix": "text",
        "email_addresses": "text[]",
        "phone_numbers": "jsonb",
        "addresses": "jsonb",
        "current_company_name": "text",
        "current_job_title": "text",
        "source": "text",
        "ats_profile_url": "text",
        "linkedin_profile_url": "text",
        "custom_fields": "jsonb",
        "is_private": "boolean",
    },
    kept_if_unsaid={"own_do_not_contact": "boolean"},
    defaults={"own_do_not_contact": "false"},
    created="created_at",
)
APPLICATION: Final = SyncedTable(
    name="application",
    key=_OF_ATS,
    columns={
        "candidate_external_id": "text",
        "candidate_id": "uuid",
        "job_external_id": "text",
        "job_id": "uuid",
        "job_name": "text",
        "candidate_email": "text",
        "source": "text",
        "rejected_at": "timestamptz",
        "status": "text",
        "disposition_reason": "text",
    },
    created="applied_at",
)
STAGE: Final = SyncedTable(
    name="application_stage",
    key=_OF_APPLICATION,
    columns={"name": "text", "rank": "integer"},
    created="entered_at",
    has_modified=False,
    has_synced=False,
)
_NOTE_COLUMNS: Final = {"body": "text", "author_name": "text", "is_private": "boolean"}
CANDIDATE_NOTE: Final = SyncedTable(
    name="note",
    key={"candidate_id": "uuid", "external_id": "text"},
    columns=_NOTE_COLUMNS,
    created="created_at",
)
APPLICATION_NOTE: Final = SyncedTable(
    name="note", key=_OF_APPLICATION, columns=_NOTE_COLUMNS, created="created_at"
)
INTERVIEW_FEEDBACK: Final = SyncedTable(
    name="interview_feedback",
    key=_OF_APPLICATION,
    columns={"interviewer_name": "text", "feedback": "text", "evaluations": "jsonb"},
    created="created_at",
    has_modified=False,
    has_synced=False,
)
