"""What the database really holds, as material for operations that find something.

Read as the owner, so that ids and words of every company are among it. In the order of keys, so that a seed
gives the same operations on the same data.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import asyncpg

_ORDERS: Final = {"Tag": "name, id", "SyncRun": "started_at, id"}
"""How to list things whose ids are new each time that the demo is loaded; everything else goes by its id."""

_OWN: Final = {
    "Candidate": ("candidate", "candidate"),
    "Job": ("job", "job"),
    "Application": ("application", "application"),
    "Tag": ("tag", "tag"),
    "Note": ("note", "note"),
    "InMail": ("inmail", "inmail"),
    "RecruiterNote": ("recruiter-note", "recruiter_note"),
    "StubProfile": ("stub-profile", "stub_profile"),
    "Integration": ("integration", "integration"),
    "SyncRun": ("sync-run", "sync_run"),
    "Export": ("export", "export"),
    "ErasureReceipt": ("erasure-receipt", "erasure_receipt"),
}
"""By type: the kind in its id, and its table."""

_TEXTS: Final = {
    "Candidate.externalId": "select external_id from candidate where company_id = $1 order by id",
    "Job.externalId": "select external_id from job where company_id = $1 order by id",
    "Application.externalId": "select external_id from application where company_id = $1 order by id",
    "tag": "select name from tag where company_id = $1 order by name",
    "stage": "select distinct stage from application where company_id = $1 and stage is not null order by 1",
    "nameContains": (
        "select distinct substr(first_name, 2, 3) from candidate where company_id = $1 order by 1"
    ),
    "titleContains": "select distinct split_part(title, ' ', 1) from job where company_id = $1 order by 1",
}
_PUBLIC_TEXTS: Final = {
    "publicProfileUrl": (
        "select public_profile_url from member where public_profile_url is not null order by urn"
    ),
    "query": (
        "select distinct word from member, unnest(array[first_name, last_name, split_part(headline, ' ', 1), "
        "positions -> 0 ->> 'companyName', first_name || ' ' || last_name]) as word "
        "where word <> '' order by 1"
    ),
    "location": "select distinct location from member where location is not null order by 1",
    "jobTitle": "select distinct positions -> 0 ->> 'title' from member where positions <> '[]' order by 1",
}
_MOMENTS: Final = """
  select min(at) + (max(at) - min(at)) * part / 6
  from (
    select applied_at as at from application union all select last_modified_at from candidate
    union all select sent_at from inmail union all select created_at from recruiter_note
  ) as known, generate_series(0, 6) as part
  group by part order by 1
"""
_AT_MOST: Final = 120


@dataclass(frozen=True, slots=True)
class CompanySample:
    """One company's ids by type name, and its words by what they are for."""

    ids: Mapping[str, tuple[str, ...]]
    texts: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Samples:
    """All companies' samples by organization URN, and what belongs to none."""

    companies: Mapping[str, CompanySample]
    members: tuple[str, ...]
    texts: Mapping[str, tuple[str, ...]]
    moments: tuple[str, ...]


async def read_samples(owner: asyncpg.Connection) -> Samples:
    """Read them over a connection that row-level security does not bind."""
    companies: dict[str, CompanySample] = {}
    for company in await owner.fetch("select company_id, urn from company order by urn"):
        key = company["company_id"]
        ids: dict[str, tuple[str, ...]] = {"Company": (company["urn"],)}
        for type_name, (kind, table) in _OWN.items():
            order = _ORDERS.get(type_name, "id")
            query = f"select id::text from {table} where company_id = $1 order by {order}"
            ids[type_name] = tuple(f"urn:rsc:{kind}:{text}" for text in await _spread(owner, query, key))
        for type_name in ("Contract", "Seat"):
            query = f"select urn from {type_name.lower()} where company_id = $1 order by urn"
            ids[type_name] = await _spread(owner, query, key)
        texts = {name: await _spread(owner, query, key) for name, query in _TEXTS.items()}
        companies[company["urn"]] = CompanySample(ids, texts)
    matched = await _spread(
        owner,
        "select distinct match_member_urn from candidate where match_member_urn is not null order by 1",
    )
    others = await _spread(owner, "select urn from member order by urn")
    moments = [record[0].isoformat() for record in await owner.fetch(_MOMENTS)]
    texts = {name: await _spread(owner, query) for name, query in _PUBLIC_TEXTS.items()}
    return Samples(companies, (*matched, *others), texts, tuple(moments))


async def _spread(owner: asyncpg.Connection, query: str, *args: object) -> tuple[str, ...]:
    """At most so many of the query's values, evenly from all over."""
    values = [record[0] for record in await owner.fetch(query, *args)]
    step = max(1, len(values) // _AT_MOST)
    return tuple(values[::step][:_AT_MOST])
