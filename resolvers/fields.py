"""The words in which a noun's file says its fields.

Each makes a Strawberry field that carries its description, its directives and, as metadata, where its
value comes from (app/engine/mapping.py). Strawberry prints the field, the engine reads the same object:
nothing is said twice, and there are no resolver bodies.
"""

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, TypeVar

import strawberry

from app.access.directives import RequiresFeature, RequiresRole
from app.engine.federation import EntityKey, Representations
from app.engine.mapping import (
    AnyById,
    Column,
    Command,
    Computed,
    Cursor,
    Edges,
    Embedded,
    EmbeddedItem,
    Facets,
    FieldFacts,
    Form,
    Item,
    Key,
    Loader,
    Lookup,
    Made,
    Many,
    ManyById,
    One,
    Order,
    Page,
    PageFacts,
    PageInfoPart,
    Reference,
    Runner,
    SameRow,
    Source,
    Table,
    Total,
    TypeFacts,
)

Directive = RequiresFeature | RequiresRole
T = TypeVar("T")

FACTS = "rsc.facts"  # where a Strawberry field's metadata keeps its `FieldFacts`
TYPE_FACTS = "__rsc_type__"  # where a class keeps its `TypeFacts`


def _argument(of: Any, says: str) -> Any:
    return Annotated[of, strawberry.argument(description=says)]


FIRST = _argument(int | None, "How many at most: 20 if left out, never more than 200.")
AFTER = _argument(str | None, "Continue behind the edge with this cursor; it fits the order it was made in.")


def _field(
    source: Source,
    *,
    says: str,
    guards: Sequence[Directive] = (),
    public: bool = False,
    arguments: Mapping[str, Any] | None = None,
    required: Sequence[str] = (),
    name: str | None = None,
) -> Any:
    facts = FieldFacts(source=source, guards=tuple(guard.guard for guard in guards), is_public=public)
    resolver: Any = _signature_only(arguments, required) if arguments else None
    return strawberry.field(
        resolver=resolver, description=says, directives=list(guards), metadata={FACTS: facts}, name=name
    )


def _signature_only(arguments: Mapping[str, Any], required: Sequence[str]) -> Callable[..., Any]:
    """A function with these arguments that is never called: Strawberry reads the arguments off it."""

    def never_called(**_: Any) -> None:
        raise AssertionError("The engine answers this field from its mapping.")

    never_called.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [
            inspect.Parameter(
                key,
                inspect.Parameter.KEYWORD_ONLY,
                annotation=of,
                default=inspect.Parameter.empty if key in required else strawberry.UNSET,
            )
            for key, of in arguments.items()
        ]
    )
    never_called.__annotations__ = dict(arguments)
    return never_called


def column(
    sql: str = "",
    *,
    says: str,
    form: Form | None = None,
    prefix: str = "",
    guards: Sequence[Directive] = (),
    public: bool = False,
) -> Any:
    """A value of the row: the column of the same name, or the expression `sql` over `{t}`.

    `form` says how it is written as JSON; without it the GraphQL type decides. An enum's value may come
    only from a column that a CHECK constraint limits to the enum's names.
    """
    return _field(Column(sql, form, prefix), says=says, guards=guards, public=public)


def own_id(kind: str) -> Any:
    """The id `urn:rsc:<kind>:<uuid>`."""
    return _field(
        Column("{t}.id", Form.URN, f"urn:rsc:{kind}:"), says=f"`urn:rsc:{kind}:UUID`, stable for ever."
    )


def linkedin_id(kind: str, what: str) -> Any:
    """The id that LinkedIn gave: `urn:li:<kind>:<id>`."""
    return _field(Column("{t}.urn", Form.TEXT), says=f"`urn:li:{kind}:ID`, LinkedIn's own URN of the {what}.")


def item(key: str, *, says: str) -> Any:
    """A value inside an element of an embedded list; `key` is its key in the stored JSON."""
    return _field(Item(key), says=says)


def embedded(sql: str, *, says: str, guards: Sequence[Directive] = (), public: bool = False) -> Any:
    """A list of value objects that the row keeps as JSON."""
    return _field(Embedded(sql), says=says, guards=guards, public=public)


def embedded_item(key: str, *, says: str) -> Any:
    """A list of value objects inside an element of an embedded list."""
    return _field(EmbeddedItem(key), says=says)


def same_row(*, says: str, guards: Sequence[Directive] = (), public: bool = False) -> Any:
    """An object that is another view of the same row."""
    return _field(SameRow(), says=says, guards=guards, public=public)


def one(
    table: Table,
    parent: str,
    *,
    key: str | None = None,
    says: str,
    guards: Sequence[Directive] = (),
    public: bool = False,
) -> Any:
    """The one row of `table` whose key (or column `key`) equals `parent`, an expression over `{p}`."""
    return _field(One(table, parent, key), says=says, guards=guards, public=public)


def many(
    table: Table,
    *,
    key: str,
    parent: str,
    order: Sequence[Order],
    says: str,
    key_type: str = "uuid",
    source: str | None = None,
    where: str | None = None,
    guards: Sequence[Directive] = (),
    public: bool = False,
) -> Any:
    """All rows of `table` whose `key` equals `parent`: for lists that are small by nature."""
    return _field(
        Many(
            table=table,
            key=key,
            parent=parent,
            key_type=key_type,
            order=tuple(order),
            source=source,
            where=where,
        ),
        says=says,
        guards=guards,
        public=public,
    )


def page(
    table: Table,
    *,
    order: Sequence[Order],
    says: str,
    key: str | None = None,
    parent: str | None = None,
    key_type: str = "uuid",
    source: str | None = None,
    where: str | None = None,
    filters: Mapping[str, str] | None = None,
    orders: Mapping[str, Order] | None = None,
    arguments: Mapping[str, Any] | None = None,
    required: Sequence[str] = (),
    shared: bool = False,
    guards: Sequence[Directive] = (),
    public: bool = False,
) -> Any:
    """A connection over `table`; `arguments` are those beside `first` and `after`, with their types."""
    return _field(
        Page(
            table=table,
            order=tuple(order),
            key=key,
            parent=parent,
            key_type=key_type,
            source=source,
            where=where,
            filters=dict(filters or {}),
            orders=dict(orders or {}),
            shared=shared,
        ),
        says=says,
        guards=guards,
        public=public,
        arguments={**(arguments or {}), "first": FIRST, "after": AFTER},
        required=required,
    )


def lookup(
    table: Table,
    *,
    by: Mapping[str, str],
    arguments: Mapping[str, Any],
    says: str,
    guards: Sequence[Directive] = (),
    public: bool = False,
    required: Sequence[str] = (),
) -> Any:
    """The one row that the arguments name; null where they name nothing that the viewer may know of."""
    return _field(
        Lookup(table=table, by=by),
        says=says,
        guards=guards,
        public=public,
        arguments=arguments,
        required=required,
    )


def singleton(
    table: Table,
    *,
    says: str,
    where: str | None = None,
    guards: Sequence[Directive] = (),
    public: bool = False,
) -> Any:
    """The one row of `table` that the viewer's company has, or null."""
    return _field(Lookup(table=table, where=where, needs_one=False), says=says, guards=guards, public=public)


def any_by_id(*, says: str) -> Any:
    """`node(id)`."""
    arguments = {"id": _argument(strawberry.ID, "The id of anything that implements Node.")}
    return _field(AnyById(), says=says, public=True, arguments=arguments, required=("id",))


def many_by_id(*, says: str) -> Any:
    """`nodes(ids)`."""
    arguments = {"ids": _argument(list[strawberry.ID], "At most 1,000 ids, of any types.")}
    return _field(ManyById(), says=says, public=True, arguments=arguments, required=("ids",))


def entities(representation: Any, *, says: str) -> Any:
    """`_entities(representations)` of a federation."""
    of = _argument(list[representation], "At most 1,000, each with a key of its type.")
    options: Any = {"arguments": {"representations": of}, "required": ("representations",), "public": True}
    return _field(Representations(), says=says, name="_entities", **options)


def subgraph(*, says: str) -> Any:
    """`_service` of a federation; what it tells is printed when the schema is bound."""
    return _field(Computed(load=_bound_later, tells_schema=True), says=says, public=True, name="_service")


async def _bound_later(inputs: Any, arguments: Any, context: Any) -> Sequence[Any]:  # noqa: ARG001
    raise AssertionError("The SDL is known when the schema is bound.")


def computed(
    load: Loader,
    *,
    says: str,
    inputs: Sequence[str] = (),
    arguments: Mapping[str, Any] | None = None,
    required: Sequence[str] = (),
    guards: Sequence[Directive] = (),
    public: bool = False,
) -> Any:
    """A value that Python makes, in one call for all its places in the answer."""
    return _field(
        Computed(load=load, inputs=tuple(inputs)),
        says=says,
        guards=guards,
        public=public,
        arguments=arguments,
        required=required,
    )


def command(
    run: Runner, *, says: str, arguments: Mapping[str, Any] | None = None, guards: Sequence[Directive]
) -> Any:
    """A field of the mutation: `run` does it; all of its arguments are required."""
    return _field(
        Command(run), says=says, guards=guards, arguments=arguments, required=tuple(arguments or ())
    )


def reference(table: Table, name: str, *, says: str) -> Any:
    """A payload's row: the one whose key the outcome's references have under `name`."""
    return _field(Reference(table, name), says=says)


def made(name: str, *, says: str) -> Any:
    """A payload's value, by its name in the outcome."""
    return _field(Made(name), says=says)


def key(name: str, *, says: str) -> Any:
    """A field of an object that Python made (see `computed`)."""
    return _field(Key(name), says=says)


def cursor() -> Any:
    """An edge's cursor."""
    return _field(Cursor(), says="Where this edge stands; pass it as `after` to go on behind it.")


def edges(*, says: str) -> Any:
    """A connection's edges."""
    return _field(Edges(), says=says)


def page_info() -> Any:
    """A connection's pageInfo."""
    return _field(PageFacts(), says="Whether there is more, and the cursors at both ends of this page.")


def total(limit: int | None = None) -> Any:
    """A connection's totalCount."""
    bound = f", counted up to {limit:,}" if limit else ""
    return _field(Total(limit), says=f"How many there are with these filters, whatever the page{bound}.")


def page_info_part(name: str, *, says: str) -> Any:
    """A field of PageInfo."""
    return _field(PageInfoPart(name), says=says)


def facets(sql: str, *, columns: str, limit: int, says: str) -> Any:
    """A connection's summary of what was found, as one JSON expression."""
    return _field(Facets(sql, columns, limit), says=says)


def entity(
    *,
    table: Table | None = None,
    guards: Sequence[Directive] = (),
    public: bool = False,
    decided_on: str | None = None,
    name: str | None = None,
    keys: Sequence[EntityKey] = (),
) -> Callable[[type[T]], type[T]]:
    """Make the class an object type of the schema; its docstring is the type's description.

    `guards` hold on every way to the type. A type without any is reached only through guarded fields, or
    is `public`: else the schema does not build. `decided_on` is the SQL of the object (a contract, say)
    that guards of this type's fields are decided on. By its `keys` other subgraphs of a federation name it.
    """

    def declare(cls: type[T]) -> type[T]:
        made = strawberry.type(cls, name=name, description=inspect.getdoc(cls), directives=list(guards))
        facts = TypeFacts(
            table=table,
            guards=tuple(guard.guard for guard in guards),
            is_public=public,
            decided_on=decided_on,
            keys=tuple(keys),
        )
        setattr(made, TYPE_FACTS, facts)
        return made

    return declare
