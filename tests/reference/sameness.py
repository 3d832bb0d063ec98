"""Whether two answers say the same to a client that parses them."""

import json
from collections.abc import Mapping
from typing import Any


def told(answer: Mapping[str, Any]) -> tuple[Any, list[str]]:
    """An answer in a form that is equal for equal answers: data with its keys' order, errors in none."""
    errors = [
        json.dumps(
            [error.get(part) for part in ("path", "message", "extensions", "locations")], sort_keys=True
        )
        for error in answer.get("errors") or ()
    ]
    return _ordered(answer.get("data", "no data")), sorted(errors)


def _ordered(value: Any) -> Any:
    match value:
        case dict():
            return tuple((key, _ordered(inside)) for key, inside in value.items())
        case list():
            return [_ordered(one) for one in value]
        case bool():
            return str(value)  # In Python True is 1; in JSON it is not.
        case _:
            return value


def first_difference(one: Any, other: Any, path: str = "") -> str:
    """Where two parsed answers differ first, for a reader of a failed test."""
    if isinstance(one, dict) and isinstance(other, dict):
        if list(one) != list(other):
            return f"{path}: keys {list(one)} and {list(other)}"
        found = [first_difference(one[key], other[key], f"{path}.{key}") for key in one]
        return next(filter(None, found), "")
    if isinstance(one, list) and isinstance(other, list):
        pairs = enumerate(zip(one, other, strict=False))
        found = [first_difference(a, b, f"{path}[{index}]") for index, (a, b) in pairs]
        return next(
            filter(None, found), "" if len(one) == len(other) else f"{path}: {len(one)}, {len(other)}"
        )
    return "" if _ordered(one) == _ordered(other) else f"{path}: {one!r} and {other!r}"
