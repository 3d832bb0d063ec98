"""JSON as tokens and key sets may use it: what two readers could read differently is refused."""

import json
from typing import Any, NoReturn


def strict_object(text: bytes) -> dict[str, Any]:
    """The JSON object in `text`. Raises: ValueError for anything else, and as `strict_json`."""
    value = strict_json(text)
    if not isinstance(value, dict):
        raise ValueError("not an object")
    return value


def strict_json(text: bytes) -> Any:
    """The JSON value in `text` (UTF-8).

    Raises: ValueError if it is none, and for a member named twice, for NaN and infinities, for lone
    surrogates in an object, for a number too long to convert and for nesting too deep to read.
    """
    try:
        return json.loads(text.decode("utf-8"), object_pairs_hook=_no_duplicates, parse_constant=_not_json)
    except RecursionError:
        raise ValueError("nested too deep") from None


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members: dict[str, Any] = {}
    for name, value in pairs:
        if name in members:
            raise ValueError("a member is named twice")
        for text in (name, value):
            if isinstance(text, str):
                text.encode("utf-8")  # A lone surrogate raises UnicodeEncodeError, which is a ValueError.
        members[name] = value
    return members


def _not_json(_name: str) -> NoReturn:
    raise ValueError("not a JSON number")
