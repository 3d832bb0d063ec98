"""JSON from a wire request's body, read so that what is wrong with one record is not wrong with the others.

orjson refuses a whole body for one lone surrogate or a level too many. Such a body is read once more by the
standard library, which keeps surrogates as they are; levels that nothing of ours has become null, and a
number that no field can hold becomes infinite. Each then fails where its record is checked.
"""

import json
import math
import re
from typing import Any, Final

import orjson

from app.errors import CallerError, ErrorCode

DEPTH_MAX: Final = 64
"""Deeper levels are read as null; no field takes half as many."""
VALUES_MAX: Final = 1_000_000
"""Commas, braces and brackets of a body, those in its texts too: reading more would hold all others up."""
READ_AGAIN_MAX: Final = 200_000
"""Quotation marks, braces and brackets of a body that is read a second time, which takes far longer."""
_DIGITS_MAX: Final = 400

# A text without an end is one token too: else each quotation mark in it would be tried as a beginning.
_TOKEN: Final = re.compile(r'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)|[\[\]{}]', re.DOTALL)


def read_json(body: bytes) -> Any:
    """The body's value; texts may hold NUL and lone surrogates, numbers may be infinite.

    Raises: CallerError (BAD_REQUEST) saying where it is not JSON in UTF-8, or that it has too many values.
    """
    brackets = body.count(b"{") + body.count(b"[")
    if brackets + body.count(b",") > VALUES_MAX:
        raise CallerError(ErrorCode.BAD_REQUEST, f"The body has more than {VALUES_MAX} values.")
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        # Not the error itself: it holds the body, and this function would hold the error that holds it.
        why = str(error)[:200]
    if brackets + body.count(b'"') <= READ_AGAIN_MAX:
        try:
            text = body.decode("utf-8")
            return json.loads(
                _flattened(text),
                parse_constant=_no_number,
                parse_int=lambda digits: int(digits) if len(digits) <= _DIGITS_MAX else math.inf,
            )
        except (ValueError, RecursionError):
            pass
    raise CallerError(ErrorCode.BAD_REQUEST, f"The body is not JSON in UTF-8: {why}.")


def _flattened(text: str) -> str:
    """The text with everything below `DEPTH_MAX` levels replaced by null."""
    depth = 0
    kept: list[str] = []
    start = 0
    for token in _TOKEN.finditer(text):
        character = token[0]
        if character in "[{":
            depth += 1
            if depth == DEPTH_MAX + 1:
                kept.append(text[start : token.start()])
        elif character in "]}":
            depth -= 1
            if depth == DEPTH_MAX:
                kept.append("null")
                start = token.end()
    if depth > DEPTH_MAX:
        raise ValueError("brackets do not match")
    kept.append(text[start:])
    return "".join(kept)


def _no_number(text: str) -> Any:
    raise ValueError(f"{text} is not JSON")
