"""Members from LinkedIn instead of the mirror: the same tables, read from the cache of its answers."""

import re
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final
from uuid import UUID
from weakref import WeakKeyDictionary

from aiodataloader import DataLoader

from app.engine.mapping import (
    Catalogue,
    Command,
    FieldFacts,
    Lookup,
    Many,
    One,
    Outcome,
    Page,
    Reference,
    Remote,
    Runner,
    Table,
)
from app.errors import CallerError
from app.ids import MemberUrn, split_own
from app.linkedin.faults import SourceFault, unavailable
from app.linkedin.source import MemberSource
from loaders.context import RequestContext
from loaders.tables import EXPORTED_PROFILE, MEMBER, RECOMMENDED_MATCH

# What is beyond the retention is not there, purged or not.
_CACHE: Final = "(select * from member_cache where kept_until > now()) {t}"
# What cannot be a member is not asked for.
_KNOWN: Final = (
    "({key} !~ '^urn:li:person:[A-Za-z0-9_-]{1,100}$' or exists ("
    "select from member_cache known where known.urn = {key} and known.kept_until > now()))"
)
_FRESH: Final = "{t}.fresh_until > now()"
# A row that is not there (yet) must not fail the condition where it was joined by an outer join.
_OPEN: Final = "({t}.urn is null or not {t}.is_closed)"
# Recommended matches are found in the mirror; who has closed the account since is known to the cache.
_NOT_CLOSED_SINCE: Final = (
    " and not exists (select from member_cache left_since where left_since.urn = {t}.member_urn "
    "and left_since.is_closed and left_since.kept_until > now())"
)
_JOINED: Final = re.compile(r"(.+) join member \{t\} on \{t\}\.urn = ([a-z_]+\.[a-z_]+)")


class RemoteMembers:
    """Brings members for requests: each request asks for a member once, and waits `wait_s` in all."""

    def __init__(self, source: MemberSource, *, wait_s: float) -> None:
        self._source = source
        self._wait_s = wait_s
        self._requests: WeakKeyDictionary[RequestContext, _OfRequest] = WeakKeyDictionary()

    async def bring(self, context: RequestContext, urns: Sequence[str]) -> Mapping[str, CallerError]:
        """Have these in the cache; those that could not be had, each with SOURCE_UNAVAILABLE."""
        request = self._requests.get(context)
        if request is None:
            request = self._requests[context] = _OfRequest(self._source, self._wait_s)
        found = await request.load_many(urns)
        # What was brought is in the primary now, and the statement runs again at once.
        context.reads = context.pool
        return {urn: unavailable(fault) for urn, faults in zip(urns, found, strict=True) for fault in faults}

    def before(self, run: Runner) -> Runner:
        """The command, with the member that its input names, itself or by an export, brought first.

        Raises: CallerError (SOURCE_UNAVAILABLE) if that could not be had; then the command does nothing.
        """

        async def run_with_member(context: RequestContext, arguments: Mapping[str, Any]) -> Outcome:
            said = arguments.get("input") or {}
            urns = [said["memberId"]] if isinstance(said.get("memberId"), str) else []
            if isinstance(said.get("exportId"), str):
                urns += await _exported(context, said["exportId"])
            for error in (await self.bring(context, urns)).values() if urns else ():
                raise error
            return await run(context, arguments)

        return run_with_member

    def refresh(self, urns: Collection[str]) -> None:
        """Have these fetched anew in the background."""
        self._source.refresh_later(MemberUrn(urn) for urn in urns)


async def _exported(context: RequestContext, export_id: str) -> list[str]:
    """The member that an export of the viewer's company is about, if there is such an export."""
    named = split_own(export_id)
    if named is None or named[0] != "export":
        return []
    rows = await context.pool.fetch(
        context.company_id,
        "select member_urn from export where company_id = $1 and id = $2",
        [context.company_id, UUID(named[1])],
    )
    return [row["member_urn"] for row in rows]


class _OfRequest:
    """What one request asks for, in batches of what comes together."""

    def __init__(self, source: MemberSource, wait_s: float) -> None:
        self._source = source
        self._ends = time.monotonic() + wait_s
        self._loader: DataLoader[str, list[SourceFault]] = DataLoader(batch_load_fn=self._load)

    async def load_many(self, urns: Sequence[str]) -> list[list[SourceFault]]:
        """For each of these a list, empty or with why it could not be had: an exception would be raised."""
        return await self._loader.load_many(urns)

    async def _load(self, urns: list[str]) -> list[list[SourceFault]]:
        members = [MemberUrn(urn) for urn in urns]
        self._source.brings += 1
        faults = await self._source.bring(members, within_s=self._ends - time.monotonic())
        return [[faults[urn]] if urn in faults else [] for urn in members]


def with_remote_members(catalogue: Catalogue, members: RemoteMembers) -> Catalogue:
    """The catalogue with members read from the cache, and brought there where they are missing.

    What finds members (search, recommended matches, `member` by a profile URL) still goes by the mirror.
    """
    remote = Remote(known=_KNOWN, fresh=_FRESH, bring=members.bring, refresh=members.refresh)
    tables = {
        table: replace(table, source=_CACHE, rows=_OPEN, remote=remote)
        for table in (MEMBER, EXPORTED_PROFILE)
    }
    tables[RECOMMENDED_MATCH] = replace(
        RECOMMENDED_MATCH, rows=f"{RECOMMENDED_MATCH.rows}{_NOT_CLOSED_SINCE}"
    )
    return replace(
        catalogue,
        fields={place: _of_field(facts, tables, members) for place, facts in catalogue.fields.items()},
        types={
            name: replace(facts, table=tables.get(facts.table, facts.table)) if facts.table else facts
            for name, facts in catalogue.types.items()
        },
        tables_by_id_kind={
            kind: (name, tables.get(table, table))
            for kind, (name, table) in catalogue.tables_by_id_kind.items()
        },
    )


def _of_field(facts: FieldFacts, tables: Mapping[Table, Table], members: RemoteMembers) -> FieldFacts:
    source = facts.source
    if isinstance(source, Command):
        return replace(facts, source=Command(members.before(source.run)))
    if not isinstance(source, One | Many | Page | Lookup | Reference) or source.table not in tables:
        return facts
    table = tables[source.table]
    if isinstance(source, Many) and source.source is not None and table.remote is not None:
        joined = _JOINED.fullmatch(source.source)
        if joined is None:
            raise AssertionError(f"{source.source} joins members in a way that the cache cannot take over.")
        outer = f"{joined[1]} left join {table.source} on {{t}}.urn = {joined[2]}"
        return replace(facts, source=replace(source, table=table, source=outer, named_by=joined[2]))
    return replace(facts, source=replace(source, table=table))
