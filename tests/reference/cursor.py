"""Cursors, made and read in Python: base64url without padding of a JSON list, the order's mark first."""

import base64
import hashlib
import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from app.engine.mapping import Order
from tests.reference.values import as_json


class BadCursorError(Exception):
    """Not a cursor, or one of another order."""


def mark(order: Sequence[Order]) -> str:
    """Eight hex digits that stand for an order."""
    parts = [" ".join((part.sql, part.type, str(part.descending))) for part in order]
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:8]


def write(order: Sequence[Order], values: Sequence[Any]) -> str:
    """The cursor of a row that has these values in this order."""
    said = ["" if value is None else _number(as_json(value)) for value in values]
    text = json.dumps([mark(order), *said], ensure_ascii=False)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read(order: Sequence[Order], cursor: str) -> list[Any]:
    """The values of a cursor, as the driver binds them.

    Raises: BadCursorError.
    """
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        values = json.loads(base64.b64decode(padded.encode("ascii"), altchars=b"-_", validate=True))
        if not isinstance(values, list) or values[0] != mark(order):
            raise BadCursorError(cursor)
        return [_READ[part.type](value) for part, value in zip(order, values[1:], strict=True)]
    except (ValueError, IndexError, KeyError, TypeError) as error:
        raise BadCursorError(cursor) from error


def _number(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


_READ: dict[str, Callable[[Any], Any]] = {
    "timestamptz": datetime.fromisoformat,
    "text": str,
    "uuid": UUID,
    "integer": int,
    "smallint": int,
    "double precision": float,
}
