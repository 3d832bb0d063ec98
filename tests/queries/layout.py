"""A statement as a reader wants it: a line for each clause, none longer than a screen."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from app.engine.sql_layout import laid_out

_WIDTH: Final = 110
_PART: Final = re.compile(r"(?:'(?:[^']|'')*'|[^'])+?(?= \|\| |, | and |$)(?: \|\||,| and)?", re.DOTALL)


def readable(sql: str, arguments: Sequence[Any]) -> str:
    """The statement laid out, behind a comment with its parameters' values."""
    values = [f"-- ${number} = {_shown(value)}" for number, value in enumerate(arguments, start=1)]
    lines = [short for line in laid_out(sql).splitlines() for short in _wrapped(line)]
    return "\n".join([*values, *lines, ""])


def _wrapped(line: str) -> list[str]:
    """The line, broken behind `||`, `,` and `and` where it is too long; what goes on stands deeper."""
    if len(line) <= _WIDTH:
        return [line]
    indent = line[: len(line) - len(line.lstrip())]
    lines = [""]
    for part in _PART.findall(line):
        if lines[-1].strip() and len(lines[-1]) + len(part) > _WIDTH:
            lines.append(f"{indent}    {part.lstrip()}")
        else:
            lines[-1] += part
    return [one.rstrip() for one in lines]


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_shown, value))}]"
    return str(value) if value is None or isinstance(value, bool | datetime) else repr(str(value))
