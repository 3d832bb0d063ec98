"""What a wire request carries for each of its keys, whichever way the two are written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.errors import CallerError, ErrorCode
from app.wire.codes import WireRefused
from app.wire.keys import Key
from app.wire.query import IDS_READ_MAX
from app.wire.registry import Resource
from app.wire.request import BATCH_MAX, Method, WireRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """The keys in order, the entities in order, and what is refused before anything is done."""

    keys: Sequence[Key]
    entities: Sequence[tuple[Key | None, Any]] = ()
    refused: Mapping[Key, WireRefused] = field(default_factory=dict)


def read_entities(request: WireRequest, resource: Resource) -> Read:
    """Hold `ids` and `entities` against each other. Raises: CallerError (BAD_REQUEST)."""
    method, body = request.method, request.body
    if method in (Method.BATCH_UPDATE, Method.BATCH_PARTIAL_UPDATE):
        return _batch(request, resource)
    if method is Method.BATCH_CREATE:
        elements = body.get("elements") if isinstance(body, dict) else None
        if not isinstance(elements, list):
            raise _bad('The body must be {"elements": […]}.')
        return Read(keys=(), entities=[(None, element) for element in elements])
    if method is Method.CREATE:
        if isinstance(body, dict) and isinstance(body.get("elements"), list):
            raise _bad("Several entities are sent with the header x-restli-method: batch_create.")
        return Read(keys=(), entities=[(None, body)])
    if method in (Method.UPDATE, Method.PARTIAL_UPDATE):
        (key,) = request.keys
        return Read(keys=[key], entities=[(key, body)])
    if method in (Method.BATCH_GET, Method.BATCH_DELETE) and not request.keys:
        raise _bad("The URL must name the records: ids.")
    return Read(keys=list(request.keys))


def _batch(request: WireRequest, resource: Resource) -> Read:
    body = request.body
    entities = body.get("entities") if isinstance(body, dict) else None
    if not isinstance(entities, dict):
        raise _bad('The body must be {"entities": {key: {…}}}.')
    if len(entities) > IDS_READ_MAX:
        # Reading each key would take longer than all else that a call may ask for.
        raise WireRefused("BATCH_LIMIT", f"A call has at most {BATCH_MAX} records, and this one more.")
    in_url = {key: key for key in request.keys}
    found: dict[Key, Any] = {}
    refused: dict[Key, WireRefused] = {}
    for name, entity in entities.items():
        try:
            readings = resource.key.readings(name, "a key in entities")
        except CallerError as error:
            refused[Key((("", name),), name)] = WireRefused("BAD_REQUEST", error.message)
            continue
        key = next((key for key in readings if key in in_url), None)
        if key is None and in_url:
            refused[readings[0]] = WireRefused("BAD_REQUEST", "This key is not among the URL's ids.")
        elif (chosen := key or readings[0]) in found:
            refused[readings[0]] = WireRefused("BAD_REQUEST", "This key is in entities twice.")
        else:
            found[chosen] = entity
    for key in in_url:
        if key not in found and key not in refused:
            refused[key] = WireRefused("BAD_REQUEST", "There is no entity for this key of the URL.")
    keys = [*found, *(key for key in refused if key not in found)]
    return Read(
        keys=[key for key in keys if key not in refused],
        entities=[(key, entity) for key, entity in found.items() if key not in refused],
        refused=refused,
    )


def _bad(message: str) -> CallerError:
    return CallerError(ErrorCode.BAD_REQUEST, message)
