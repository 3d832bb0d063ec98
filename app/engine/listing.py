"""A list's part of the statement: which rows, how they become one text, and how it joins its parent.

Below at most one row a list without lists of its own is a correlated sub-select. Every other list is a
common table expression, keyed by its parent rows: one scan a list, however many parents there are.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.engine.json_sql import Json, Late, Piece, Sql, inner, is_late, outer
from app.engine.mapping import Order
from app.engine.rows import Row, Rows


@dataclass(frozen=True, slots=True)
class Gathering:
    """What an aggregate over a list's rows is made of.

    `value` is the SQL of a row's value, `ends` the SQL of its place in the order, part by part. `order` and
    `within` are the clauses for inside and behind the aggregate: the rows' order, where they do not come in
    it anyway, and the filter that keeps the one row beyond the page out.
    """

    value: str
    ends: list[str]
    order: str
    within: str


@dataclass(frozen=True, slots=True)
class Output:
    """A text that is made of all rows of a list: `gather` aggregates each row's `value`.

    With `needs_ends` it gets the rows' places in the order too. `empty` is the SQL where there is no row.
    """

    value: Json | None
    gather: Callable[[Gathering], str]
    empty: str
    needs_ends: bool = False


class Ctes:
    """The statement's common table expressions, each behind those that it reads.

    A block takes its place before what is keyed by it is compiled, and its text after.
    """

    def __init__(self) -> None:
        self._texts: dict[str, str | None] = {}

    def reserve(self, name: str) -> None:
        """Take the next place for `name`."""
        self._texts[name] = None

    def fill(self, name: str, sql: str) -> None:
        """Give a place that was taken its text."""
        self._texts[name] = sql

    def add(self, name: str, sql: str) -> None:
        """Take the next place, with its text."""
        self._texts[name] = sql

    def render(self) -> str:
        """The WITH clause. Each part is computed once, whatever the planner expects of it."""
        parts = [f"{name} as materialized ({sql})" for name, sql in self._texts.items() if sql is not None]
        return f"with {', '.join(parts)} " if parts else ""


@dataclass(slots=True, kw_only=True)
class Listing:
    """The rows of one list; `parent` is None at the root. `limit` counts the rows that the caller gets."""

    new_name: Callable[[str], str]
    ctes: "Ctes"
    rows: Rows
    row: Row
    base: str
    key: str | None
    parent: Row | None
    parent_key: str | None
    order: Sequence[Order]
    order_sql: Sequence[str]
    conditions: list[str]
    keyset: str | None = None
    limit: int | None = None
    one_more: bool = False
    shared: bool = False

    @property
    def _order_by(self) -> str:
        directions = ["desc" if part.descending else "asc" for part in self.order]
        return ", ".join(
            f"{sql} {direction}" for sql, direction in zip(self.order_sql, directions, strict=True)
        )

    @property
    def _fetched(self) -> int | None:
        return None if self.limit is None else self.limit + self.one_more

    def emit(self, outputs: Sequence[Output], compose: Callable[[Sequence[Piece]], Json]) -> Json:
        """The JSON of the list in its parent; `compose` puts the outputs, in their order, into it."""
        has_late = any(output.value is not None and is_late(output.value) for output in outputs)
        # Where nothing of the rows is asked for, the parent's block may have no name to join anything to.
        is_known = not outputs and not is_late(compose(()))
        if is_known or (not has_late and (self.parent is None or not self.parent.rows.many)):
            return self._correlated(outputs, compose)
        return self._keyed(outputs, compose, has_late=has_late)

    def count(self, limit: int | None) -> Json:
        """How many rows there are, whatever the page; `limit` stops the counting there."""
        conditions = " and ".join(self.conditions) or "true"
        if self.parent is not None and self.parent.rows.many:
            key = self._parent_column()
            name = self.new_name("n")
            self.ctes.add(
                name,
                f"select {self.key} as k, count(*) as n from {self.base} where {conditions} "
                f"and {self.key} = any(array(select {key} from {self.parent.rows.name})) group by {self.key}",
            )
            self.parent.rows.late.append(f"left join {name} on {name}.k = {key}")
            return (Late(f"coalesce({name}.n, 0)::text"),)
        if self.parent_key is not None:
            conditions += f" and {self.key} = {self.parent_key}"
        counted = f"{self.base} where {conditions}"
        if limit is not None:
            return (Sql(f"(select count(*)::text from (select from {counted} limit {limit}) counted)"),)
        return (Sql(f"(select count(*)::text from {counted})"),)

    def found(self, columns: str, limit: int) -> str:
        """A sub-select of the rows, whatever the page, for a summary of them; the list stands at the root."""
        conditions = " and ".join(self.conditions) or "true"
        return (
            f"(select {columns} from {self.base} where {conditions} order by {self._order_by} limit {limit})"
        )

    def _parent_column(self) -> str:
        assert self.parent is not None
        assert self.parent_key is not None
        return self.parent.rows.expose(self.parent.parent_key(self.parent_key))

    def _select(self, columns: Sequence[str], key_value: str | None) -> str:
        more = [] if self.keyset is None else [self.keyset]
        if key_value is not None:
            more.insert(0, f"{self.key} = {key_value}")
        limit = "" if self._fetched is None else f" limit {self._fetched}"
        from_where = self.rows.from_where(*self.conditions, *more)
        if self.shared:
            # No index ends the reading of these rows, so what is joined to them waits until they are few.
            alias = self.row.alias
            conditions = " and ".join([*self.conditions, *more]) or "true"
            page = f"select {alias}.* from {self.base} where {conditions} order by {self._order_by}{limit}"
            from_where = " ".join([f"from ({page}) {alias}", *self.rows.joins])
        return f"select {', '.join(columns)} {from_where} order by {self._order_by}{limit}"

    def _within(self, alias: str) -> str:
        return f" filter (where {alias}.rn <= {self.limit})" if self.one_more else ""

    def _correlated(self, outputs: Sequence[Output], compose: Callable[[Sequence[Piece]], Json]) -> Json:
        columns, gathered = self._of_sorted_rows(outputs)
        composed = inner(compose([Sql(sql) for sql in gathered]))
        rows = self._select(columns, self.parent_key)
        if not outputs:
            # Only how many there are is asked, say. One row then, and every parameter still has a place.
            rows = f"select count(*) from ({rows}) page"
        return (Sql(f"(select {composed} from ({rows}) x)"),)

    def _of_sorted_rows(self, outputs: Sequence[Output]) -> tuple[list[str], list[str]]:
        """The columns of a sub-select `x` whose rows come in order, and the aggregates over it."""
        columns = [
            f"{inner(output.value)} as v{n}" for n, output in enumerate(outputs) if output.value is not None
        ]
        ends: list[str] = []
        if any(output.needs_ends for output in outputs):
            columns += [f"{sql} as e{n}" for n, sql in enumerate(self.order_sql)]
            ends = [f"x.e{n}" for n, _ in enumerate(self.order_sql)]
        if self.one_more:
            columns.append(self._number)
        within = self._within("x")
        gathered = [output.gather(Gathering(f"x.v{n}", ends, "", within)) for n, output in enumerate(outputs)]
        return columns or ["1 as one"], gathered

    @property
    def _number(self) -> str:
        return f"row_number() over (order by {self._order_by}) as rn"

    def _keyed(
        self, outputs: Sequence[Output], compose: Callable[[Sequence[Piece]], Json], *, has_late: bool
    ) -> Json:
        key_column = self._parent_column() if self.parent is not None else None
        parent_is_many = self.parent is not None and self.parent.rows.many
        if has_late:
            gathered, source = self._of_block(outputs, key_column)
            key = f"{self.rows.name}.k"
        elif self.limit is None:
            columns, gathered = self._of_sorted_rows(outputs)
            source, key = f"from ({self._rows_of_parents(columns, key_column)}) x", "x.k"
        else:
            return self._each_parent(outputs, key_column, compose)
        if self.parent is None:
            composed = outer(compose([Late(sql) for sql in gathered]), lambda sql: sql)
            return (Sql(f"(select {composed} {source})"),)
        items = [f"{sql} as o{n}" for n, sql in enumerate(gathered)] or ["1 as one"]
        keyed, group = ([f"{key} as k"], f" group by {key}") if parent_is_many else ([], "")
        name = self.new_name("a")
        self.ctes.add(name, f"select {', '.join(keyed + items)} {source}{group}")
        return self._joined(name, key_column, outputs, compose)

    def _of_block(self, outputs: Sequence[Output], key_column: str | None) -> tuple[list[str], str]:
        """Make the rows a block that lists below them are joined to; the aggregates over it, and its FROM."""
        block = self.rows.name
        values = ["" if output.value is None else outer(output.value, self.rows.expose) for output in outputs]
        ends: list[str] = []
        if any(output.needs_ends for output in outputs):
            ends = [self.rows.expose(sql) for sql in self.order_sql]
        rows = self._rows_of_parents([*self.rows.columns, self._number], key_column)
        self.ctes.fill(block, rows)
        order, within = f" order by {block}.rn", self._within(block)
        gathered = [
            output.gather(Gathering(value, ends, order, within))
            for output, value in zip(outputs, values, strict=True)
        ]
        return gathered, self.rows.behind()

    def _each_parent(
        self, outputs: Sequence[Output], key_column: str | None, compose: Callable[[Sequence[Piece]], Json]
    ) -> Json:
        """A page for each of many parents, gathered where it is read: nothing is sorted or grouped again."""
        columns, gathered = self._of_sorted_rows(outputs)
        items = ", ".join(f"{sql} as o{n}" for n, sql in enumerate(gathered)) or "count(*) as n"
        page = f"select {items} from ({self._select(columns, 'd.k')}) x"
        name = self.new_name("a")
        self.ctes.add(
            name, f"select d.k, y.* from {self._parents(key_column)} d cross join lateral ({page}) y"
        )
        return self._joined(name, key_column, outputs, compose)

    def _joined(
        self,
        name: str,
        key_column: str | None,
        outputs: Sequence[Output],
        compose: Callable[[Sequence[Piece]], Json],
    ) -> Json:
        assert self.parent is not None
        if self.parent.rows.many:
            self.parent.rows.late.append(f"left join {name} on {name}.k = {key_column}")
        else:
            self.parent.rows.late.append(f"cross join {name}")
        return compose([Late(f"coalesce({name}.o{n}, {output.empty})") for n, output in enumerate(outputs)])

    def _parents(self, key_column: str | None) -> str:
        """The keys of the parent rows, each once, as a sub-select with the column `k`."""
        assert self.parent is not None
        rows = self.parent.rows
        if rows.unique is not None and self.parent.parent_key(str(self.parent_key)) == rows.unique:
            return f"(select {key_column} as k from {rows.name})"
        return f"(select distinct {key_column} as k from {rows.name} where {key_column} is not null)"

    def _rows_of_parents(self, columns: list[str], key_column: str | None) -> str:
        if self.parent is None or key_column is None:
            return self._select(columns, None)
        parents = self.parent.rows.name
        if not self.parent.rows.many:
            return self._select(columns, f"(select {key_column} from {parents})")
        if self.limit is None:
            among = f"{self.key} = any(array(select {key_column} from {parents}))"
            conditions = [*self.conditions, among]
            return (
                f"select {self.key} as k, {', '.join(columns)} {self.rows.from_where(*conditions)} "
                f"order by {self.key}, {self._order_by}"
            )
        page = self._select(columns, "d.k")
        return f"select d.k, y.* from {self._parents(key_column)} d cross join lateral ({page}) y"
