"""Cursors: where an edge stands in its order, as an opaque text.

A cursor is base64url of a JSON list: the order's mark, then the edge's value for each part of the order.
The mark ties it to the order that it was made in, so that a cursor from elsewhere is refused and not
misread.
"""

import base64
import binascii
import hashlib
import json
import math
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from app.engine.mapping import Order
from app.errors import CallerError, ErrorCode

_LENGTH_MAX: Final = 4_000


def mark_of(order: Sequence[Order]) -> str:
    """Eight hex digits that stand for an order."""
    said = "|".join(f"{part.sql} {part.type} {part.descending}" for part in order)
    return hashlib.sha256(said.encode()).hexdigest()[:8]


def cursor_sql(mark: str, parts: Sequence[str]) -> str:
    """The SQL expression of a row's cursor, as text; `parts` are the order's expressions."""
    values = ", ".join(parts)
    return (
        f"translate(encode(convert_to(json_build_array('{mark}'::text, {values})::text, 'UTF8'), 'base64'), "
        "E'+/=\\n', '-_')"
    )


def read_cursor(cursor: Any, mark: str, order: Sequence[Order], place: Sequence[str | int]) -> list[Any]:
    """The values of a cursor, one for each part of the order, as what their SQL type binds.

    Raises: CallerError (BAD_USER_INPUT) with `place`, if it is none of ours or of another order.
    """
    values = _decoded(cursor)
    if values is not None and len(values) == len(order) + 1 and values[0] == mark:
        try:
            return [_READERS[part.type](value) for part, value in zip(order, values[1:], strict=True)]
        except (ValueError, TypeError, OverflowError):
            pass
    raise CallerError(
        ErrorCode.BAD_USER_INPUT,
        "This is not a cursor of this connection in this order; take one from its edges or pageInfo.",
        path=place,
    )


def _decoded(cursor: Any) -> list[Any] | None:
    if not isinstance(cursor, str) or len(cursor) > _LENGTH_MAX or not cursor.isascii():
        return None
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        values = json.loads(raw)
    except (binascii.Error, ValueError, RecursionError):
        return None
    return values if isinstance(values, list) else None


def _moment(value: Any) -> datetime:
    moment = datetime.fromisoformat(_text(value))
    if moment.tzinfo is None:
        raise ValueError("a time without an offset")
    return moment.astimezone(UTC)


def _text(value: Any) -> str:
    if not isinstance(value, str) or "\0" in value:
        raise ValueError("not a text")
    value.encode()
    return value


def _integer(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > 2**31 - 1:
        raise ValueError("not an integer")
    return value


def _small(value: Any) -> int:
    if abs(_integer(value)) > 2**15 - 1:
        raise ValueError("not a small integer")
    return int(value)


def _real(value: Any) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        raise ValueError("not a number")
    return float(value)


_READERS: Final[dict[str, Callable[[Any], Any]]] = {
    "timestamptz": _moment,
    "text": _text,
    "uuid": lambda value: UUID(_text(value)),
    "integer": _integer,
    "smallint": _small,
    "double precision": _real,
}
