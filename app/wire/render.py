"""An answer as bytes."""

import json

import orjson

from app.wire.answers import Answer


def body_of(answer: Answer) -> bytes:
    """The body; empty where there is none. Text that is no Unicode is said by JSON's escapes."""
    if answer.raw is not None:
        return answer.raw
    if answer.body is None:
        return b""
    try:
        return orjson.dumps(answer.body)
    except (orjson.JSONEncodeError, TypeError):
        return json.dumps(answer.body).encode("ascii")
