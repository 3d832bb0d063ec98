"""Whether everything that was acknowledged is there, once, as it was last said: by SQL and by GraphQL."""

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

import asyncpg
import httpx

from app.audit.trail import verify
from app.database.pool import Pool
from tests.faults.ats import missing_or_doubled
from tests.faults.crowd import until
from tests.faults.post import Post
from tests.faults.world import KEPT, Company
from tests.outbox.receiver import Receiver

_ASKED_AT_ONCE: Final = 25
"""Aliases of one operation; 30 are allowed."""
_FOUND_MAX: Final = 10

_NOTES: Final = """
select c.external_id, n.body
from note n
join candidate c on c.company_id = n.company_id and c.id = n.candidate_id
where n.company_id = $1
"""
_TAGS: Final = """
select c.external_id, t.name
from candidate_tag ct
join candidate c on c.company_id = ct.company_id and c.id = ct.candidate_id
join tag t on t.company_id = ct.company_id and t.id = ct.tag_id
where ct.company_id = $1
"""
_SWITCHES: Final = """
select count(*) from audit_entry where company_id = $1 and action like 'companyWideAccess.%'
"""
_MISTIMED: Final = """
select id, created_at
from note
where company_id = $1
  and ('x' || substr(replace(id::text, '-', ''), 1, 12))::bit(48)::bigint
    < extract(epoch from created_at) * 1000 - 2000
"""


async def unlike_what_was_said(owner: asyncpg.Connection, companies: Sequence[Company]) -> list[str]:
    """Where rows are not what was acknowledged; nobody may be writing meanwhile."""
    found = []
    for company in companies:
        found += [f"company {company.number}: {one}" for one in await _of_company(owner, company)]
    return found[:_FOUND_MAX]


async def _of_company(owner: asyncpg.Connection, company: Company) -> list[str]:
    found = await missing_or_doubled(owner, company.id, company.ats)
    rows = await owner.fetch(_NOTES, company.id)
    there = Counter((row["external_id"], row["body"]) for row in rows)
    found += _apart("note", Counter(company.notes), there)
    rows = await owner.fetch(_TAGS, company.id)
    there = Counter((row["external_id"], row["name"]) for row in rows)
    found += _apart("tag", Counter((name, tag) for name, tags in company.tags.items() for tag in tags), there)
    exports = Counter((urn.rsplit(":", 1)[1], member) for member, urn in company.exports.items())
    rows = await owner.fetch("select id::text, member_urn from export where company_id = $1", company.id)
    found += _apart("export", exports, Counter((row["id"], row["member_urn"]) for row in rows))
    # One event for each export, under the export's own id.
    rows = await owner.fetch("select id::text, type from outbox where company_id = $1", company.id)
    events = Counter((key, "EXPORT_CANDIDATE_PROFILE") for key, _ in exports)
    found += _apart("event", events, Counter((row["id"], row["type"]) for row in rows))
    if (count := await owner.fetchval(_SWITCHES, company.id)) != company.switched:
        found.append(f"{company.switched} switches were acknowledged, {count} are in the audit trail")
    is_wide = "select company_wide_access from integration where company_id = $1"
    if await owner.fetchval(is_wide, company.id) is not company.is_wide:
        found.append(f"company-wide access is not {company.is_wide}")
    done = await owner.fetchval("select sum(done) from sync_run where company_id = $1", company.id) or 0
    if done != (sent := sum(records.sent for records in company.ats)):
        found.append(f"{sent} records were acknowledged, {done} were counted")
    remembered = "select count(*) from idempotent_answer where company_id = $1"
    answered = sum(records.answered for records in company.ats) + company.mutations
    if (count := await owner.fetchval(remembered, company.id)) != answered:
        found.append(f"{answered} writes were acknowledged, {count} answers are remembered")
    for row in await owner.fetch(_MISTIMED, company.id):
        # One that is later is right: ids go on from the highest when a clock is set back.
        found.append(f"the id of note {row['id']} is earlier than its making, {row['created_at']}")
    return found


def _apart(what: str, expected: "Counter[tuple[str, str]]", there: "Counter[tuple[str, str]]") -> list[str]:
    return [f"{what} {one} is lost" for one in expected - there] + [
        f"{what} {one} is there, and should not be or not twice" for one in there - expected
    ]


async def broken_trails(dsn: str, companies: Sequence[Company]) -> list[str]:
    """Companies whose audit trail is not one chain."""
    async with Pool(dsn, size=1) as pool:
        broken = [(company.number, await verify(pool, company.id)) for company in companies]
    return [
        f"company {number}: the audit trail is broken at {entry}"
        for number, entry in broken
        if entry is not None
    ]


async def otherwise_by_graphql(
    post: Post, http: httpx.AsyncClient, companies: Sequence[Company], dice: random.Random, *, whole: bool
) -> list[str]:
    """Where GraphQL answers something else than was acknowledged: of some records of each company, or all."""
    found = []
    for company in companies:
        expected: dict[str, str | None] = {}
        for records in company.ats:
            expected |= dict.fromkeys(records.deleted) | records.candidates
        names = sorted(expected)
        if not whole:
            names = dice.sample(names, min(_ASKED_AT_ONCE, len(names)))
        for place in range(0, len(names), _ASKED_AT_ONCE):
            some = names[place : place + _ASKED_AT_ONCE]
            there = await _first_names(post, http, company, some)
            found += [
                f"company {company.number}: GraphQL says of {name} {there[name]!r}, not {expected[name]!r}"
                for name in some
                if there[name] != expected[name]
            ]
        found += await _otherwise_tagged(post, http, company)
    return found[:_FOUND_MAX]


async def _first_names(
    post: Post, http: httpx.AsyncClient, company: Company, names: Sequence[str]
) -> dict[str, str | None]:
    fields = " ".join(
        f"c{place}: candidate(externalId: $n{place}) {{ firstName }}" for place in range(len(names))
    )
    declared = ", ".join(f"$n{place}: String!" for place in range(len(names)))
    variables = {f"n{place}": name for place, name in enumerate(names)}
    token = company.tokens["partner"]
    said = await until(lambda: post.ask(http, token, f"query({declared}) {{ {fields} }}", variables))
    found: dict[str, Any] = said["data"]
    return {
        name: (candidate["firstName"] if (candidate := found[f"c{place}"]) else None)
        for place, name in enumerate(names)
    }


async def _otherwise_tagged(post: Post, http: httpx.AsyncClient, company: Company) -> list[str]:
    fields = " ".join(
        f'c{place}: candidate(externalId: "{name}") {{ tags {{ name }} notes(first: 1) {{ totalCount }} }}'
        for place, name in enumerate(KEPT)
    )
    token = company.tokens["ats-user"]
    said = (await until(lambda: post.ask(http, token, f"{{ {fields} }}")))["data"]
    written = Counter(name for name, _ in company.notes)
    found = []
    for place, name in enumerate(KEPT):
        candidate = said[f"c{place}"]
        if {tag["name"] for tag in candidate["tags"]} != company.tags[name]:
            found.append(f"company {company.number}: GraphQL says other tags of {name}")
        if candidate["notes"]["totalCount"] != written[name]:
            found.append(f"company {company.number}: GraphQL says another number of notes of {name}")
    return found


async def undelivered(owner: asyncpg.Connection, receiver: Receiver, within_s: float) -> list[str]:
    """Events that were not delivered in time, or that are not there."""
    deadline = asyncio.get_running_loop().time() + within_s
    while True:
        rows = await owner.fetch("select id::text, state from outbox")
        waiting = [row["id"] for row in rows if row["state"] != "DELIVERED"]
        if not waiting or asyncio.get_running_loop().time() > deadline:
            break
        # What a dead worker had taken is due when its lease ends, which nobody here waits for.
        await owner.execute(
            "update outbox set next_attempt_at = now() "
            "where attempts > 0 and next_attempt_at > now() + $1::interval",
            timedelta(seconds=20),
        )
        await asyncio.sleep(0.2)
    queued = {row["id"] for row in rows}
    return [f"event {one} is not delivered" for one in waiting[:_FOUND_MAX]] + [
        f"event {one} was delivered and is not there, or the other way round"
        for one in sorted((queued ^ set(receiver.ids)) - set(waiting))[:_FOUND_MAX]
    ]
