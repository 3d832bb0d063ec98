"""The border to a source outside of the database: what a statement misses is brought, and it runs again.

A statement reads such a source's rows from a table that has those that were brought so far. Where one is
missing that the source was not asked for, the statement emits a hole with its key instead. All keys of an
answer are brought as one batch, then the same statement runs again; below what is there now, further ones may
show. So a crossing costs one batch and one statement, whatever the number of rows; an answer that misses
nothing costs nothing; and every answer is what one statement said at one moment.
"""

from collections.abc import Awaitable, Callable, Iterator
from typing import Any, Final, TypeAlias

import orjson

from app.engine.mapping import Remote
from app.engine.plan import MissingHole, Plan, StaleHole
from app.errors import CallerError

MARK: Final = b"\x01"

Faults: TypeAlias = dict[tuple[Remote, str], CallerError]
"""The rows that could not be had, and why."""


def read_hole(piece: bytes) -> tuple[int, list[Any]]:
    """A hole's number among the plan's, and its inputs."""
    number, inputs = piece.split(b":", 1)
    return int(number), orjson.loads(inputs)


async def cross(
    plan: Plan, body: bytes, context: Any, again: Callable[[], Awaitable[bytes]]
) -> tuple[bytes, Faults]:
    """The statement's answer once everything is there that can be had, and what could not.

    `again` runs the statement. A key is asked for once; what is stale by then is asked for in the background.
    """
    faults: Faults = {}
    asked: set[tuple[Remote, str]] = set()
    # Each time brings to light what is below the rows that were brought, and no deeper than holes are nested.
    for _ in range(sum(isinstance(hole, MissingHole) for hole in plan.holes)):
        wanted: dict[Remote, dict[str, None]] = {}
        for hole, key in _holes(plan, body, MissingHole):
            if (hole.remote, key) not in asked:
                wanted.setdefault(hole.remote, {})[key] = None
        if not wanted:
            break
        brought = False
        for remote, keys in wanted.items():
            asked.update((remote, key) for key in keys)
            failed = await remote.bring(context, list(keys))
            faults.update(((remote, key), error) for key, error in failed.items())
            brought = brought or len(failed) < len(keys)
        if not brought:
            break
        body = await again()
    stale: dict[Remote, dict[str, None]] = {}
    for hole, key in _holes(plan, body, StaleHole):
        stale.setdefault(hole.remote, {})[key] = None
    for remote, keys in stale.items():
        remote.refresh(list(keys))
    return body, faults


def _holes(plan: Plan, body: bytes, kind: type[MissingHole] | type[StaleHole]) -> Iterator[tuple[Any, str]]:
    """The holes of one kind in the answer, each with its key."""
    for piece in body.split(MARK)[1::2]:
        number, inputs = read_hole(piece)
        hole = plan.holes[number]
        if isinstance(hole, kind):
            yield hole, inputs[0]
