"""Pieces of JSON text on their way into an SQL expression.

A value is a sequence of pieces: text that is known, SQL over the row at hand, and SQL over what is joined
only after the row's block was gathered (a list below it). Text concatenation makes JSON a third faster
than PostgreSQL's own JSON functions do. No piece is ever null: where a value is missing that the schema
promises, it is `MISSING`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, TypeAlias


@dataclass(frozen=True, slots=True)
class Text:
    """JSON text that is known when the plan is made."""

    text: str


@dataclass(frozen=True, slots=True)
class Sql:
    """A text expression over the row's own aliases."""

    sql: str


@dataclass(frozen=True, slots=True)
class Late:
    """A text expression over what is joined behind the row's block."""

    sql: str


@dataclass(frozen=True, slots=True)
class Case:
    """One of two, by a condition over the row's own aliases."""

    condition: str
    then: "Json"
    otherwise: "Json"


Piece: TypeAlias = Text | Sql | Late | Case
Json: TypeAlias = tuple[Piece, ...]

NULL: Json = (Text("null"),)

_CHAIN_MAX: Final = 3
_ARGUMENTS_MAX: Final = 90
"""PostgreSQL takes a hundred arguments in a call."""


MISSING: Final = b"\x02"
"""Stands in the answer where a value is missing that the schema promises; JSON text never has this byte."""


def present(sql: str) -> str:
    """A text expression that is never null: `MISSING` where the value is."""
    return f"coalesce({sql}, chr({MISSING[0]}))"


def quote(text: str) -> str:
    """`text` as an SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def is_late(json: Iterable[Piece]) -> bool:
    """Whether any piece needs what is joined behind the block."""
    return any(
        isinstance(piece, Late)
        or (isinstance(piece, Case) and (is_late(piece.then) or is_late(piece.otherwise)))
        for piece in json
    )


def inner(json: Json) -> str:
    """One SQL expression over the row's own aliases; none of the pieces may be late."""
    return _concatenated(_inner_piece(piece) for piece in _merged(json))


def outer(json: Json, expose: Callable[[str], str]) -> str:
    """One SQL expression behind the block; `expose` makes an expression of the row a column of the block."""
    parts: list[str] = []
    run: list[Piece] = []

    def end_run() -> None:
        if run:
            own = _merged(tuple(run))
            is_known = len(own) == 1 and isinstance(own[0], Text)
            parts.append(inner(own) if is_known else expose(inner(own)))
            run.clear()

    for piece in json:
        if not is_late((piece,)):
            run.append(piece)
            continue
        end_run()
        if isinstance(piece, Case):
            condition = expose(piece.condition)
            then, otherwise = outer(piece.then, expose), outer(piece.otherwise, expose)
            parts.append(f"case when {condition} then {then} else {otherwise} end")
        elif isinstance(piece, Late):
            parts.append(piece.sql)
    end_run()
    return _concatenated(parts)


def _inner_piece(piece: Piece) -> str:
    match piece:
        case Text(text):
            return quote(text)
        case Sql(sql):
            return sql
        case Case(condition, then, otherwise):
            return f"case when {condition} then {inner(then)} else {inner(otherwise)} end"
        case Late():
            raise AssertionError("A late piece has no place inside the row's block.")


def _merged(json: Iterable[Piece]) -> Json:
    merged: list[Piece] = []
    for piece in json:
        last = merged[-1] if merged else None
        if isinstance(piece, Text) and isinstance(last, Text):
            merged[-1] = Text(last.text + piece.text)
        else:
            merged.append(piece)
    return tuple(merged)


def _concatenated(parts: Iterable[str]) -> str:
    """The parts as one text. None of them is null: `concat` would pass over it, and || would lose the rest.

    One call with many arguments costs PostgreSQL a tenth less than a chain of ||: each of its functions is
    looked up, checked and set up again at every execution.
    """
    found = list(parts)
    if len(found) <= _CHAIN_MAX:
        return " || ".join(found) or "''"
    if len(found) <= _ARGUMENTS_MAX:
        return f"concat({', '.join(found)})"
    runs = [found[start : start + _ARGUMENTS_MAX] for start in range(0, len(found), _ARGUMENTS_MAX)]
    return _concatenated(_concatenated(run) for run in runs)
