"""From the statement's bytes to the response's: holes are filled, refusals get their errors.

Most answers go out as they came. Where there is something to tell, the answer is parsed, since an error's
path carries the indexes of lists.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import orjson
from aiodataloader import DataLoader

from app.engine.binds import Variables
from app.engine.border import MARK, Faults, read_hole
from app.engine.compiler import Access
from app.engine.plan import GuardHole, LoadHole, Location, MissingHole, Plan, StaleHole
from app.engine.projection import NotNullable
from app.engine.rows import EACH, Place
from app.errors import CallerError, ErrorCode, Fault

_NOT_BROUGHT: Final = CallerError(
    ErrorCode.SOURCE_UNAVAILABLE, "This could not be had from its source; ask again."
)
"""For what came to light after the source was asked for the last time, since data changed meanwhile."""


errors_told: Final[Counter[tuple[str, str | None, str | None]]] = Counter()
"""The errors that this process wrote into answers, by code and, if there are such, feature and reason."""


class Unanswered(Exception):
    """A place in the answer that gets null and an error instead of a value."""

    def __init__(self, message: str, extensions: Mapping[str, Any]) -> None:
        super().__init__(message)
        self.message = message
        self.extensions = dict(extensions)

    @classmethod
    def of(cls, error: CallerError) -> "Unanswered":
        """A caller's error as that of one place in the answer."""
        return cls(error.message, error.as_graphql()["extensions"])


async def finish(
    plan: Plan, body: bytes, variables: Variables, context: Access, faults: Faults | None = None
) -> bytes:
    """The response: `{"data":…}`, or `{"errors":…,"data":…}` if something was refused or could not be had.

    `faults` are the remote rows that could not be brought.
    """
    pieces = body.split(MARK)
    failed: dict[str, Unanswered] = {}
    if len(pieces) > 1:
        body = await _filled(plan, pieces, variables, context, failed, faults or {})
    if not plan.denied and not failed:
        return body
    answer = orjson.loads(body)
    errors: list[dict[str, Any]] = []
    for denied in plan.denied:
        refusal = unanswered(context.check(denied.guard))
        errors += [
            error_entry(refusal, denied.locations, path) for path, _ in spots(answer, denied.place, variables)
        ]
    if failed:
        _tell_failed(plan, answer, variables, failed, errors)
    if not errors:
        return orjson.dumps(answer)
    return orjson.dumps({"errors": errors, **answer})


def unanswered(denial: Any) -> Unanswered:
    """A refusal as an error; the refusal has `code`, `message` and `extensions`."""
    if denial is None:
        raise Fault("A guard that the plan refused has passed; grants and their key disagree.")
    return Unanswered(denial.message, {"code": denial.code.value, **denial.extensions})


def spots(
    answer: Mapping[str, Any], place: Place, variables: Variables
) -> Iterator[tuple[list[str | int], list[Any]]]:
    """Each concrete path of a place in the answer, with the containers that lead there, outermost first."""
    among = None if place.among is None else set(place.among(variables))
    data = answer["data"]
    if data is None:
        return
    yield from _spots(data, place.path, [], [], among)


def _spots(
    value: Any, rest: Sequence[str], path: list[str | int], containers: list[Any], among: set[int] | None
) -> Iterator[tuple[list[str | int], list[Any]]]:
    if not rest:
        yield path, containers
        return
    step, further = rest[0], rest[1:]
    if step == EACH:
        # Only the first list on the way is narrowed: it is the one that the request's ids make.
        for index, element in enumerate(value or ()):
            if among is None or index in among:
                yield from _spots(element, further, [*path, index], [*containers, value], None)
    elif isinstance(value, dict) and step in value:
        yield from _spots(value[step], further, [*path, step], [*containers, value], among)


async def _filled(
    plan: Plan,
    pieces: list[bytes],
    variables: Variables,
    context: Access,
    failed: dict[str, Unanswered],
    faults: Faults,
) -> bytes:
    """Put a value into each hole; one that cannot be had gets a mark, and `failed` its reason."""
    holes = [(index, *read_hole(pieces[index])) for index in range(1, len(pieces), 2)]
    fills: dict[int, bytes] = {}
    loading: list[tuple[int, LoadHole, list[Any]]] = []
    for index, number, inputs in holes:
        hole = plan.holes[number]
        if isinstance(hole, LoadHole):
            loading.append((index, hole, inputs))
        elif isinstance(hole, StaleHole):
            fills[index] = b""
        else:
            mark = f"\x01{index}:{number}"
            if isinstance(hole, MissingHole):
                failed[mark] = Unanswered.of(faults.get((hole.remote, inputs[0]), _NOT_BROUGHT))
            else:
                failed[mark] = _refused_on(hole, inputs[0], context)
            fills[index] = orjson.dumps(mark)
    for index, number, value in await _load(plan, loading, variables, context):
        if isinstance(value, Unanswered):
            mark = f"\x01{index}:{number}"
            failed[mark] = value
            value = mark
        fills[index] = orjson.dumps(value)
    return b"".join(fills.get(index, piece) for index, piece in enumerate(pieces))


def _refused_on(hole: GuardHole, object_id: str, context: Access) -> Unanswered:
    for guard in hole.guards:
        denial = context.check_on(guard, UUID(object_id))
        if denial is not None:
            return unanswered(denial)
    return unanswered(None)


async def _load(
    plan: Plan, loading: Sequence[tuple[int, LoadHole, list[Any]]], variables: Variables, context: Access
) -> list[tuple[int, int, Any]]:
    """Every hole's value, projected on its selection; places of one loader and arguments share a batch."""
    loaders: dict[Any, DataLoader[str, Any]] = {}
    waiting = []
    for index, hole, inputs in loading:
        arguments = hole.arguments(variables)
        key = (hole.load, orjson.dumps(arguments, default=str))
        loader = loaders.get(key)
        if loader is None:
            loader = loaders[key] = _loader(hole, arguments, context)
        waiting.append((index, hole, loader.load(orjson.dumps(inputs).decode())))
    loaded = []
    for index, hole, value in waiting:
        number = plan.holes.index(hole)
        try:
            loaded.append((index, number, hole.project(await value)))
        except CallerError as error:
            loaded.append((index, number, Unanswered.of(error)))
        except NotNullable as error:
            raise Fault(f"A loader gave no value at {'.'.join(hole.place.path)}.") from error
    return loaded


def _loader(hole: LoadHole, arguments: Mapping[str, Any], context: Access) -> DataLoader[str, Any]:
    async def batch(keys: list[str]) -> list[Any]:
        return list(await hole.load([orjson.loads(key) for key in keys], arguments, context))

    return DataLoader(batch_load_fn=batch)


def _tell_failed(
    plan: Plan,
    answer: dict[str, Any],
    variables: Variables,
    failed: Mapping[str, Unanswered],
    errors: list[dict[str, Any]],
) -> None:
    """Turn each mark in the answer into null, at the nearest place that may be null, and an error."""
    numbers = sorted({int(mark.rsplit(":", 1)[1]) for mark in failed})
    for number in numbers:
        hole = plan.holes[number]
        assert not isinstance(hole, StaleHole)
        for path, containers in list(spots(answer, hole.place, variables)):
            value = containers[-1][path[-1]]
            reason = failed.get(value) if isinstance(value, str) else None
            if reason is None:
                continue
            errors.append(error_entry(reason, hole.locations, path))
            depth = hole.place.nullable
            if depth == 0:
                answer["data"] = None
            else:
                containers[depth - 1][path[depth - 1]] = None


def error_entry(
    refusal: Unanswered, locations: Sequence[Location], path: Sequence[str | int]
) -> dict[str, Any]:
    """A refusal as an entry of the response's `errors`."""
    said = refusal.extensions
    errors_told[said["code"], said.get("feature"), said.get("reason")] += 1
    return {
        "message": refusal.message,
        "locations": list(locations),
        "path": list(path),
        "extensions": refusal.extensions,
    }
