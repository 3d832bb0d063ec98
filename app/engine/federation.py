"""What the engine knows of a federation: how other subgraphs name our objects."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EntityKey:
    """A field by whose value other subgraphs name an object of a type.

    For a field other than `id`, `sql` is a text column over `{t}` that is unique among the rows for which
    `where` holds; an id is found by its kind, as everywhere.
    """

    field: str
    sql: str | None = None
    where: str | None = None


@dataclass(frozen=True, slots=True)
class Representations:
    """The root's `_entities(representations)`: in their order, null for each that names nothing."""
