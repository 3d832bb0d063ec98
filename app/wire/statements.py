"""One statement for one read: the tables, row rules and context values that GraphQL's statements are made of.

Templates are those of `app.engine.binds`: `{t}` is the row's table, `{company}` and its like are what the
viewer may read (`loaders.context.CONTEXT`), and `{arg.name:type}` is what the caller asked for.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from asyncpg import Record

from app.engine.binds import Binds, Parameters, render
from app.engine.mapping import Catalogue, Table
from app.ids import split_own
from loaders.context import CONTEXT, RequestContext
from loaders.sight import RULES

_KNOWN: Final = Catalogue(
    fields={}, types={}, context=CONTEXT, tables_by_id_kind={}, guards={}, parse_id=split_own, rules=RULES
)
_RENDERED_MAX: Final = 50


@dataclass(frozen=True, slots=True)
class Statement:
    """A template, and what became of it for each kind of viewer: rules are chosen by what is granted."""

    template: str
    _rendered: dict[Hashable, tuple[str, Parameters]] = field(default_factory=dict, repr=False)

    async def rows(self, context: RequestContext, values: Mapping[str, Any]) -> list[Record]:
        """Its rows for this viewer; `values` has every `{arg.…}`. The statement bounds their number."""
        sql, parameters = self._for(context)
        return await context.pool.fetch(context.company_id, sql, parameters.values(values, context))

    def _for(self, context: RequestContext) -> tuple[str, Parameters]:
        found = self._rendered.get(context.key)
        if found is None:
            binds = Binds(_KNOWN, context)

            def argument(name: str, cast: str) -> str:
                return binds.add(("argument", name), cast, lambda values: values[name])

            sql = render(self.template, binds, {"t": "t"}, argument=argument)
            if len(self._rendered) >= _RENDERED_MAX:
                self._rendered.clear()
            found = self._rendered[context.key] = (sql, binds.parameters)
        return found


def conditions(table: Table, *more: str) -> str:
    """What holds for every row that is read: the company's own, the table's rule, and what is asked for."""
    always = ["{t}.company_id = {company}"] if table.tenant else []
    rule = [f"({table.rows})"] if table.rows else []
    return "\n  and ".join([*always, *rule, *(f"({one})" for one in more)])


def listed(columns: Mapping[str, str]) -> str:
    """A select list of these expressions under these names."""
    return ",\n  ".join(f'{sql} as "{name}"' for name, sql in columns.items())


def batch(
    table: Table, columns: Mapping[str, str], *, joins: str = "", where: Sequence[str] = ()
) -> Statement:
    """The rows of a batch of ids, which `where` names."""
    source = table.source
    return Statement(
        f"select\n  {listed(columns)}\nfrom {source}\n{joins}\nwhere {conditions(table, *where)}"
    )


def page(
    table: Table,
    columns: Mapping[str, str],
    *,
    moment: str,
    joins: str = "",
    where: Sequence[str] = (),
    facts: Mapping[str, str] | None = None,
) -> Statement:
    """At most `{arg.count}` rows from `{arg.start}` on, the earliest `moment` first, and how many there are.

    There is always at least one row: `total` and the `facts` stand in each, and `is_row` is null in one that
    says only those.
    """
    source = table.source
    told = listed({"total": "n.total", **(facts or {})})
    return Statement(
        f"""
with fit as materialized (
  select {{t}}.{table.key} as fit_key, {moment} as fit_at
  from {source}
  {joins}
  where {conditions(table, *where)}
)
select
  {told},
  p.*
from (select count(*) as total from fit) n
left join lateral (
  select true as is_row, chosen.fit_at, chosen.fit_key,
  {listed(columns)}
  from (
    select * from fit order by fit_at, fit_key offset {{arg.start:bigint}} limit {{arg.count:bigint}}
  ) chosen
  join {source} on {{t}}.company_id = {{company}} and {{t}}.{table.key} = chosen.fit_key
  {joins}
) p on true
order by p.fit_at, p.fit_key
""".strip()
    )


def epoch_ms(moment: str) -> str:
    """A time as the wire says it, cut to the millisecond."""
    return f"floor(extract(epoch from {moment}) * 1000)::bigint"
