"""What the engine makes of an operation: one statement, and what is to be done to its answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from app.engine.binds import Parameters, Variables
from app.engine.mapping import Guard, Loader, Remote
from app.engine.rows import Place

Location: TypeAlias = Mapping[str, int]

_BYTES_A_PLAN: Final = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Denied:
    """A branch that the plan left out: null in the statement, without a join, a column or a scan."""

    place: Place
    guard: Guard
    locations: tuple[Location, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardHole:
    """A field that some rows deny: the statement emits the id of the object that it was decided on."""

    place: Place
    guards: tuple[Guard, ...]
    locations: tuple[Location, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadHole:
    """A field whose value Python makes; the statement emits the inputs."""

    place: Place
    load: Loader
    arguments: Callable[[Variables], dict[str, Any]]
    project: Callable[[Any], Any]
    locations: tuple[Location, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingHole:
    """A row of a remote table that was not brought yet; the statement emits its key."""

    place: Place
    remote: Remote
    locations: tuple[Location, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StaleHole:
    """Stands before a row that is there, and is to be asked for again; the statement emits its key."""

    place: Place
    remote: Remote


Hole: TypeAlias = GuardHole | LoadHole | MissingHole | StaleHole


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, weakref_slot=True)
class Plan:
    """One operation, for one grant set and one shape of variables.

    The statement answers one row with one column: the response's bytes, `{"data":{…}}`, with holes.
    """

    sql: str
    parameters: Parameters
    denied: tuple[Denied, ...] = ()
    holes: tuple[Hole, ...] = ()
    introspects: bool = False
    tells_schema: bool = False
    """Whether it answers about the schema, to graphql-core's introspection or beside it."""

    @property
    def bytes(self) -> int:
        """What it takes of memory, nearly."""
        return _BYTES_A_PLAN + 2 * len(self.sql)

    @property
    def crosses(self) -> bool:
        """Whether it reads a remote table."""
        return any(isinstance(hole, MissingHole) for hole in self.holes)
