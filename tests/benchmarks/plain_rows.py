"""The loaders of the plain Strawberry application: one batched statement a relation."""

from typing import Any

import asyncpg
from aiodataloader import DataLoader

from tests.benchmarks.facts import Facts


class Rows:
    """One request's loaders."""

    def __init__(self, pool: asyncpg.Pool, facts: Facts) -> None:
        self.pool, self.facts = pool, facts
        self.member = self._one(
            "select * from member where urn = any($1) and not is_closed", "urn", tenant=False
        )
        self.job = self._one("select * from job where company_id = $1 and id = any($2)", "id")
        self.tags = self._many(
            "select ct.candidate_id as k, t.* from candidate_tag ct "
            "join tag t on t.company_id = ct.company_id and t.id = ct.tag_id "
            "where ct.company_id = $1 and ct.candidate_id = any($2) order by t.name, t.id"
        )
        self.application_count = self._many(
            "select candidate_id as k, count(*) as n from application where company_id = $1 "
            "and candidate_id = any($2) group by candidate_id"
        )
        self.applications = self._top("application", "candidate_id", "applied_at", "uuid")
        self.notes = self._top("note", "candidate_id", "created_at", "uuid")
        self.inmails = self._top("inmail", "member_urn", "sent_at", "text", "and r.contract_id = $3")
        self.recruiter_notes = self._top(
            "recruiter_note",
            "member_urn",
            "created_at",
            "text",
            "and r.contract_id = $3 and (r.visibility = 'SHARED' or r.seat_id = $4)",
        )

    def _one(self, sql: str, key: str, *, tenant: bool = True) -> DataLoader[Any, Any]:
        async def load(keys: list[Any]) -> list[Any]:
            arguments = [self.facts.company_id, keys] if tenant else [keys]
            found = {row[key]: row for row in await self.pool.fetch(sql, *arguments)}
            return [found.get(one) for one in keys]

        return DataLoader(load)

    def _many(self, sql: str) -> DataLoader[Any, Any]:
        async def load(keys: list[Any]) -> list[Any]:
            found: dict[Any, list[Any]] = {}
            for row in await self.pool.fetch(sql, self.facts.company_id, keys):
                found.setdefault(row["k"], []).append(row)
            return [found.get(one, []) for one in keys]

        return DataLoader(load)

    def _top(self, table: str, key: str, order: str, of: str, where: str = "") -> DataLoader[Any, Any]:
        async def load(keys: list[tuple[Any, int]]) -> list[Any]:
            arguments = [self.facts.company_id, [one for one, _ in keys]]
            arguments += [self.facts.contract_id] * ("$3" in where) + [self.facts.seat_id] * ("$4" in where)
            rows = await self.pool.fetch(
                f"select d.k, x.* from unnest($2::{of}[]) d(k) cross join lateral (select * from {table} r "
                f"where r.company_id = $1 and r.{key} = d.k {where} "
                f"order by r.{order} desc, r.id desc limit {max(first for _, first in keys)}) x",
                *arguments,
            )
            found: dict[Any, list[Any]] = {}
            for row in rows:
                found.setdefault(row["k"], []).append(row)
            return [found.get(one, [])[:first] for one, first in keys]

        return DataLoader(load)
