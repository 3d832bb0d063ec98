"""SQL templates, and the parameters that they bind.

A statement's parameters are read anew at each request: from the caller's variables or from the request's
context. Text from callers is looked at here, at the edge, for what PostgreSQL cannot hold.
"""

import re
from collections.abc import Callable, Hashable, Mapping, MutableMapping
from itertools import count
from typing import Any, Final, Protocol, TypeAlias

from app.engine.mapping import Catalogue
from app.errors import CallerError, ErrorCode, Fault

Variables: TypeAlias = Mapping[str, Any]

REMEMBERED_MAX: Final = 200
"""Plans, and statements whose context values are known, that are kept for one viewer."""

_PLACEHOLDER: Final = re.compile(r"\{([a-z_]+)(?:\.([A-Za-z_.]+))?(?::([a-z_:\[\]0-9-]+))?\}")


class Remembers(Protocol):
    """A request's context, as far as parameters are read off it."""

    @property
    def memory(self) -> MutableMapping[Any, Any]:
        """Lives as long as what the context's values are made of; they are read once and kept in it."""


def remember(memory: MutableMapping[Any, Any], key: Hashable, value: Any) -> None:
    """Keep something for this viewer's later requests; at most `REMEMBERED_MAX` things are kept."""
    if len(memory) >= REMEMBERED_MAX:
        memory.clear()
    memory[key] = value


class Parameters:
    """How a statement's parameters are read: the viewer's once, the variables' at each request."""

    _numbers = count()

    def __init__(self) -> None:
        # What viewers remember goes by this, so that thousands of them keep no plan alive.
        self._number = next(self._numbers)
        self._of_context: list[tuple[int, Callable[[Any], Any]]] = []
        self._of_variables: list[tuple[int, Callable[[Variables], Any]]] = []

    def __len__(self) -> int:
        return len(self._of_context) + len(self._of_variables)

    def from_context(self, read: Callable[[Any], Any]) -> int:
        """Add a value of the context; its number, from 1."""
        self._of_context.append((len(self), read))
        return len(self)

    def from_variables(self, read: Callable[[Variables], Any]) -> int:
        """Add a value of the variables; its number, from 1."""
        self._of_variables.append((len(self), read))
        return len(self)

    def values(self, variables: Variables, context: Remembers) -> list[Any]:
        """All of them for one request, in the order of their numbers.

        Raises: CallerError (BAD_USER_INPUT) for a value that cannot be bound.
        """
        memory = context.memory
        kept: list[Any] | None = memory.get(self._number)
        if kept is None:
            kept = [None] * len(self)
            for index, read in self._of_context:
                kept[index] = read(context)
            remember(memory, self._number, kept)
        values = kept.copy()
        for index, read in self._of_variables:
            values[index] = read(variables)
        return values


class Binds:
    """The parameters of a statement while it is written."""

    def __init__(self, catalogue: Catalogue, access: Any = None) -> None:
        """`access` is whom the statement is made for, as far as its rules go by that."""
        self._catalogue = catalogue
        self._access = access
        self._numbers: dict[Hashable, int] = {}
        self.parameters = Parameters()

    def add(self, key: Hashable, cast: str, read: Callable[[Variables], Any]) -> str:
        """`$n::cast` for the value that `read` gives of the variables; equal keys share a parameter."""
        number = self._numbers.get((key, cast))
        if number is None:
            number = self._numbers[(key, cast)] = self.parameters.from_variables(read)
        return f"${number}::{cast}"

    def of_context(self, key: Hashable, cast: str, read: Callable[[Any], Any]) -> str:
        """The same for a value that `read` gives of the context alone."""
        number = self._numbers.get((key, cast))
        if number is None:
            number = self._numbers[(key, cast)] = self.parameters.from_context(read)
        return f"${number}::{cast}"

    def context(self, name: str) -> str:
        """A value of the request's context, by its name in the catalogue."""
        value = self._catalogue.context[name]
        if self._access is not None:
            if value.type == "boolean":
                # The planner takes away what a constant decides.
                return "true" if value.read(self._access) else "false"
            if value.has_one is not None and value.has_one(self._access):
                one = self.of_context(("one of", name), value.type.removesuffix("[]"), _only(value.read))
                return f"array[{one}]"
        return self.of_context(("context", name), value.type, value.read)

    def rule(self, name: str) -> str | None:
        """The template of a rule, as it was chosen for this statement; None if there is no such rule."""
        rule = self._catalogue.rules.get(name)
        return None if rule is None else rule.choose(self._access)

    def argument(
        self, key: Hashable, cast: str, read: Callable[[Variables], Any], place: list[str | int]
    ) -> str:
        """A caller's value as SQL type or conversion `cast`; `place` is named if it cannot be held."""
        sql_type, convert = self._conversion(cast)
        if cast.startswith("id:"):
            assert convert is not None

            def read_id(variables: Variables) -> Any:
                value = read(variables)
                found = convert(value)
                if found is None:
                    check_text(value, place)
                return found

            return self.add((key, cast), sql_type, read_id)

        def read_argument(variables: Variables) -> Any:
            value = read(variables)
            check_text(value, place)
            return value if convert is None or value is None else convert(value)

        return self.add((key, cast), sql_type, read_argument)

    def _conversion(self, cast: str) -> tuple[str, Callable[[Any], Any] | None]:
        if cast == "like":
            return "text", _like
        if cast.startswith("id:"):
            kind, parse = cast.removeprefix("id:"), self._catalogue.parse_id

            def key_of(text: Any) -> Any:
                named = parse(text)
                return named[1] if named is not None and named[0] == kind else None

            return self._catalogue.tables_by_id_kind[kind][1].id_type, key_of
        return cast, None


def render(
    template: str,
    binds: Binds,
    names: Mapping[str, str],
    value: Callable[[str], str] | None = None,
    argument: Callable[[str, str], str] | None = None,
) -> str:
    """Fill a template.

    Aliases come from `names`, `{v:…}` from `value`, `{arg.…:…}` from `argument`, the rest from the
    catalogue's rules and the context.
    """

    def fill(found: re.Match[str]) -> str:
        name, member, cast = found[1], found[2], found[3]
        if name in names:
            return names[name]
        if name == "v" and value is not None:
            return value(cast or "text")
        if name == "arg" and argument is not None:
            return argument(member, cast or "text")
        rule = binds.rule(name)
        if rule is not None:
            return render(rule, binds, {**names, "row": names.get(cast, cast)}, value, argument)
        return binds.context(name)

    return _PLACEHOLDER.sub(fill, template)


def check_text(value: Any, place: list[str | int]) -> None:
    """Refuse text with a NUL or a lone surrogate: PostgreSQL cannot hold either.

    Raises: CallerError (BAD_USER_INPUT) with `place` as its path.
    """
    if isinstance(value, str):
        if "\0" in value or not _is_encodable(value):
            raise CallerError(
                ErrorCode.BAD_USER_INPUT,
                "Text may have neither a NUL character nor half of a surrogate pair; take it out.",
                path=place,
            )
    elif _can_be_held(value):
        # Where something is need be known only where something is wrong.
        return
    elif isinstance(value, list):
        for one in value:
            check_text(one, place)
    else:
        for name, one in value.items():
            check_text(one, [*place, name])


def _can_be_held(value: Any) -> bool:
    if isinstance(value, str):
        return "\0" not in value and _is_encodable(value)
    if isinstance(value, list):
        return all(map(_can_be_held, value))
    return not isinstance(value, dict) or all(map(_can_be_held, value.values()))


def _only(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def read_only(context: Any) -> Any:
        values = read(context)
        if len(values) > 1:
            raise Fault("A list has several values where the viewer's access allows for one.")
        return values[0] if values else None

    return read_only


def _is_encodable(text: str) -> bool:
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _like(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
