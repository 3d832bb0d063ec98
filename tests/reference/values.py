"""Values of the database as JSON has them, made in Python."""

from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from graphql import GraphQLEnumType, GraphQLLeafType

from app.engine.mapping import Column, Form


def moment(value: datetime) -> str:
    """ISO 8601 in UTC, with the offset, and with no more digits of a second than it has."""
    utc = value.astimezone(UTC)
    text = utc.strftime("%Y-%m-%dT%H:%M:%S").rjust(19, "0")
    fraction = f"{utc.microsecond:06}".rstrip("0")
    return f"{text}.{fraction}+00:00" if fraction else f"{text}+00:00"


def as_json(value: Any) -> Any:
    """A value as PostgreSQL's driver or a loader gives it, as what a JSON parser would give."""
    match value:
        case Enum():
            return value.value
        case datetime():
            return moment(value)
        case date():
            return value.isoformat()
        case UUID():
            return str(value)
        case Decimal():
            return int(value) if value == value.to_integral_value() else float(value)
        case list() | tuple():
            return [as_json(one) for one in value]
        case _:
            return value


def column_json(column: Column, value: Any) -> Any:
    """A column's value as JSON; a URN gets its prefix."""
    if value is not None and column.form is Form.URN:
        return f"{column.prefix}{value}"
    return as_json(value)


_KINDS: dict[str, type | tuple[type, ...]] = {
    "Int": int,
    "Float": (int, float),
    "Boolean": bool,
    "String": str,
    "ID": str,
    "DateTime": str,
    "Date": str,
}


def checked_leaf(of: GraphQLLeafType, value: Any) -> Any:
    """The value itself, if it is one of the type `of`: nothing is converted on the way out."""
    if isinstance(of, GraphQLEnumType):
        fits = value in of.values
    else:
        kind = _KINDS[of.name]
        fits = isinstance(value, kind) and (kind is bool or not isinstance(value, bool))
    if not fits:
        raise TypeError(f"{value!r} is no {of.name}")
    return value
