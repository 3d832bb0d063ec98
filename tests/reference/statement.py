"""SQL templates filled in the plainest way, and the values that they bind."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.engine.mapping import Catalogue
from tests.reference.lists import seen

_HOLE = re.compile(r"\{(?P<name>\w+)(\.(?P<member>[\w.]+))?(:(?P<type>[^{}]+))?\}")


@dataclass
class Statement:
    """One statement of one request: every value gets a parameter of its own."""

    catalogue: Catalogue
    context: Any
    args: list[Any] = field(default_factory=list)

    def bind(self, value: Any, sql_type: str) -> str:
        """The parameter that holds `value`."""
        self.args.append(value)
        return f"${len(self.args)}::{sql_type}"

    def company(self) -> str:
        """The parameter that holds the viewer's company."""
        return self.bind(self.context.company_id, "uuid")

    def fill(
        self, template: str, alias: str, *, value: Any = None, arguments: Mapping[str, Any] | None = None
    ) -> str:
        """The template over the row `alias`, be it a relation's parent or a row of its own."""

        def replace(hole: re.Match[str]) -> str:
            name, sql_type = hole["name"], hole["type"] or "text"
            if name in ("t", "p"):
                return alias
            if name == "v":
                return self._bind_argument(value, sql_type)
            if name == "arg":
                given: Any = arguments or {}
                for member in hole["member"].split("."):
                    given = (given or {}).get(member)
                return self._bind_argument(given, sql_type)
            if name in self.catalogue.rules:
                return seen(name, alias if sql_type in ("t", "p") else sql_type, self.context, self.bind)
            known = self.catalogue.context[name]
            return self.bind(known.read(self.context), known.type)

        return _HOLE.sub(replace, template)

    def _bind_argument(self, value: Any, sql_type: str) -> str:
        if sql_type == "like":
            return self.bind(None if value is None else pattern_of(value), "text")
        if sql_type.startswith("id:"):
            kind = sql_type[3:]
            named = None if value is None else self.catalogue.parse_id(value)
            key = named[1] if named is not None and named[0] == kind else None
            return self.bind(key, self.catalogue.tables_by_id_kind[kind][1].id_type)
        return self.bind(value, sql_type)


def _inside(arguments: Mapping[str, Any] | None, path: str) -> Any:
    """An argument, or a field inside one; None where it is not given."""
    value: Any = arguments
    for name in path.split("."):
        value = value.get(name) if value is not None else None
    return value


def pattern_of(text: str) -> str:
    """The LIKE pattern of what contains `text`, whose own wildcards stand for themselves."""
    return "%" + "".join(f"\\{letter}" if letter in "\\%_" else letter for letter in text) + "%"


def conjunction(conditions: Sequence[str]) -> str:
    """The WHERE clause of these conditions."""
    return "where " + "\n  and ".join(f"({condition})" for condition in conditions) if conditions else ""
