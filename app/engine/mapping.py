"""How a schema's fields are said in SQL: the plan types that the schema declares and the engine reads.

SQL is given as templates. `{t}` is the alias of the row that a value belongs to, `{p}` that of its parent
row, `{name}` a value of the request's context (its SQL type stands in `Catalogue.context`), `{name:alias}` a
rule of `Catalogue.rules` about the row `alias` (`t` and `p`, or one that the template itself introduces), and
in filters `{v:type}` is the argument's value. The source of a `Page` may name any argument of its field as
`{arg.name:type}`, a field inside one as `{arg.filter.name:type}`; null where it is not given. Values only
ever reach PostgreSQL as bound parameters.
"""

from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Protocol, TypeAlias

from app.engine.federation import EntityKey, Representations
from app.errors import CallerError

Guard: TypeAlias = Hashable
"""What a directive asks for; only the grants know how to decide it."""


class Form(Enum):
    """How an SQL value is written as JSON."""

    TEXT = "text"  # escaped
    NAME = "name"  # an enum's value: letters and underscores, written without escaping
    NUMBER = "number"
    REAL = "real"
    TRUTH = "truth"
    MOMENT = "moment"  # timestamptz, ISO 8601 with offset
    DAY = "day"
    TEXTS = "texts"  # text[], each escaped
    NAMES = "names"  # text[] of enum values
    URN = "urn"  # `Column.prefix` and a uuid


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Remote:
    """A source outside of the database, of which a table has the rows that were brought so far.

    `known` is a condition on `{key}`: the source was asked about it, also if there is no such row. `fresh` is
    one on the row `{t}`: the source need not be asked again. `bring(context, keys)` asks it about all of
    these, at once and in bounded time, and answers those that could not be had with the error of each;
    `refresh(keys)` has it asked again in the background.
    """

    known: str
    fresh: str
    bring: Callable[[Any, Sequence[str]], Awaitable[Mapping[str, CallerError]]]
    refresh: Callable[[Sequence[str]], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Where rows come from.

    `source` is the item of a FROM clause with `{t}` as its alias. `key` is the column that relations
    point at, `id_column` the one that the public id is made of, `id_kind` the type part of that id.
    A `tenant` table has `company_id`, and every scan of it is bound to the viewer's company. `rows` is a
    rule that every row must pass on whichever way it is reached; `rows_by_id` one more, where a caller
    names the row.
    """

    name: str
    source: str
    key: str = "id"
    key_type: str = "uuid"
    id_kind: str | None = None
    id_column: str = "id"
    id_type: str = "uuid"
    tenant: bool = True
    rows: str | None = None
    rows_by_id: str | None = None
    remote: Remote | None = None
    """Set where rows may have to be brought first; `id_column` is the key then."""


@dataclass(frozen=True, slots=True)
class Column:
    """A value of the row itself; without a `form` the GraphQL type decides it."""

    sql: str
    form: Form | None = None
    prefix: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """A value inside an element of an `Embedded` list, by its JSON key."""

    key: str


@dataclass(frozen=True, slots=True)
class Embedded:
    """A list of objects that the row keeps as a JSON array; `sql` is of type jsonb and never null."""

    sql: str


@dataclass(frozen=True, slots=True)
class EmbeddedItem:
    """A list of objects inside an element of an `Embedded` list, by its JSON key."""

    key: str


@dataclass(frozen=True, slots=True)
class SameRow:
    """An object that is another view of the same row."""


@dataclass(frozen=True, slots=True)
class One:
    """The one row of `table` whose `key` equals the parent's `parent`; null if there is none."""

    table: Table
    parent: str
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """One part of an order: an expression that is never null, its SQL type, and its direction."""

    sql: str
    type: str
    descending: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Many:
    """All rows of `table` whose `key` equals the parent's `parent`, in `order`.

    For a relation through other tables `source` replaces the table's own FROM item, and `where` adds to
    its conditions. The list is for what is small by nature; anything that grows is a `Page`. A row of a
    remote table may be missing, by an outer join: `named_by` is its key as the other tables have it.
    """

    table: Table
    key: str
    parent: str
    key_type: str = "uuid"
    order: tuple[Order, ...]
    source: str | None = None
    where: str | None = None
    named_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A Relay connection over `table`, page by page along a keyset.

    `order` is the standard one; its last part makes it unique. `orders` names the alternatives that the
    argument `orderBy {field direction}` offers. `filters` gives for each argument, or for each field of
    the argument `filter`, the condition that it adds. Without `key` the connection starts at the root;
    `shared` then computes the source once for the page, its count and its facets together.
    """

    table: Table
    order: tuple[Order, ...]
    key: str | None = None
    parent: str | None = None
    key_type: str = "uuid"
    source: str | None = None
    where: str | None = None
    filters: Mapping[str, str] = field(default_factory=dict)
    orders: Mapping[str, Order] = field(default_factory=dict)
    shared: bool = False


@dataclass(frozen=True, slots=True)
class Edges:
    """The connection's `edges`; the edge's fields are values of the page's row."""


@dataclass(frozen=True, slots=True)
class PageFacts:
    """The connection's `pageInfo`."""


@dataclass(frozen=True, slots=True)
class Total:
    """The connection's `totalCount`: all that the filters let through, whatever the page.

    With `limit`, counting stops there.
    """

    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Cursor:
    """The edge's `cursor`."""


@dataclass(frozen=True, slots=True)
class PageInfoPart:
    """A field of PageInfo, by its standard name."""

    name: str


@dataclass(frozen=True, slots=True)
class Facets:
    """A connection's list of objects, as one jsonb expression over the whole of what was found.

    In `sql`, `{found}` is the connection's rows as a sub-select with the columns `columns`, at most `limit`.
    """

    sql: str
    columns: str
    limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """The root's one row of `table`, named by arguments: each that is given adds its condition.

    `needs_one` names the arguments of which at least one must be given.
    """

    table: Table
    by: Mapping[str, str] = field(default_factory=dict)
    where: str | None = None
    needs_one: bool = True


@dataclass(frozen=True, slots=True)
class AnyById:
    """The root's `node(id)`: the id says which type it is."""


@dataclass(frozen=True, slots=True)
class ManyById:
    """The root's `nodes(ids)`: in the order of the ids, null for each that names nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Computed:
    """A value that Python makes: `load(inputs, arguments, context)` for all places of one request at once.

    `inputs` are SQL expressions of the parent row; each place gives one list of their JSON values. The
    loader answers one value for each, in their order; objects as mappings by field name. What `tells_schema`
    is for those only who may introspect.
    """

    load: "Loader"
    inputs: tuple[str, ...] = ()
    tells_schema: bool = False


class Loader(Protocol):
    """Fills the holes of one field."""

    def __call__(
        self, inputs: Sequence[Sequence[Any]], arguments: Mapping[str, Any], context: Any
    ) -> Awaitable[Sequence[Any]]: ...


@dataclass(frozen=True, slots=True)
class Key:
    """A field of an object that Python made, by its name in the mapping."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a mutation did: `references` by payload field, each the key of a row or None, and plain values."""

    references: Mapping[str, Any] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)


class Runner(Protocol):
    """Does what a mutation field says, in a transaction of its own.

    What the caller did wrong is among the outcome's values; a CallerError becomes the field's error, with
    null for its payload.
    """

    def __call__(self, context: Any, arguments: Mapping[str, Any]) -> Awaitable[Outcome]: ...


@dataclass(frozen=True, slots=True)
class Command:
    """A field of the mutation's root: `run` does it, then what is selected of its payload is read."""

    run: Runner


@dataclass(frozen=True, slots=True)
class Reference:
    """A payload's row, by the name that the outcome's references have for its key."""

    table: Table
    name: str


@dataclass(frozen=True, slots=True)
class Made:
    """A payload's value that the outcome has under this name."""

    name: str


Source: TypeAlias = (
    Column
    | Item
    | Embedded
    | EmbeddedItem
    | SameRow
    | One
    | Many
    | Page
    | Edges
    | PageFacts
    | Total
    | Cursor
    | PageInfoPart
    | Facets
    | Lookup
    | AnyById
    | ManyById
    | Representations
    | Computed
    | Key
    | Command
    | Reference
    | Made
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldFacts:
    """What the schema says of one field: where its value comes from and who may have it."""

    source: Source
    guards: tuple[Guard, ...] = ()
    is_public: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeFacts:
    """What the schema says of one object type.

    `decided_on` is the SQL of the object that guards of this type's fields are decided on, where they are
    not decided for the viewer as a whole; such a field is decided row by row.
    """

    table: Table | None = None
    guards: tuple[Guard, ...] = ()
    is_public: bool = False
    decided_on: str | None = None
    keys: tuple[EntityKey, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextValue:
    """A value of the request that SQL may use: its SQL type, and how it is read off the context.

    A boolean must follow from what is in the key of a plan alone: it is written into the statement.
    """

    type: str
    read: Callable[[Any], Any]
    has_one: Callable[[Any], bool] | None = None
    """For an array: whether it has one element at most for everybody with this key. It is bound as that
    element then, since an array costs several times as much on its way to PostgreSQL."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A condition on a row that is chosen when a plan is made; in its SQL `{row}` is the row's alias.

    `choose(access)` may go by nothing but what `access.key` tells. Where it answers `true`, nothing is asked.
    """

    choose: Callable[[Any], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """Everything that the engine knows of a schema besides its GraphQL types."""

    fields: Mapping[tuple[str, str], FieldFacts]
    types: Mapping[str, TypeFacts]
    context: Mapping[str, ContextValue]
    tables_by_id_kind: Mapping[str, tuple[str, Table]]
    """From an id's kind to the object type that it names and that type's table."""
    guards: Mapping[tuple[str, str], tuple[Guard, ...]]
    """What holds for a field whichever way it is reached: its own guards and those of what it returns."""
    parse_id: Callable[[str], tuple[str, str] | None]
    """A public id's kind and, as text, its value in `Table.id_column`; None for anything that is no id."""
    rules: Mapping[str, Rule] = field(default_factory=dict)
