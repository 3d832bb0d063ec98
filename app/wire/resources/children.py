"""What hangs below a candidate or an application, `/v2/atsApplications/{key}/stages` say."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Final

from app.sync.records import RecordEntity, RecordKey
from app.sync.wire_names import wire_name
from app.wire.answers import Handled
from app.wire.keys import Key, KeyForm
from app.wire.records import delete_keys, put_records
from app.wire.registry import Resource
from app.wire.request import Json, Method, WireRequest
from app.wire.stored import CHILDREN

# LinkedIn documents the time of these as optional.
_MAY_LACK_TIME: Final = frozenset({RecordEntity.NOTE, RecordEntity.INTERVIEW_FEEDBACK})


def child_resource(path: str, parent: RecordEntity, parent_key: KeyForm, child: RecordEntity) -> Resource:
    """The resource of one kind of records below another; its keys are the ATS's ids."""
    return Resource(
        path=path,
        key=KeyForm(named=wire_name(child, "external_id")),
        parent=parent_key,
        methods={
            Method.BATCH_UPDATE: partial(_update, parent, child),
            Method.BATCH_GET: partial(_get, parent, child),
            Method.BATCH_DELETE: partial(_delete, parent, child),
        },
    )


async def _update(parent: RecordEntity, child: RecordEntity, request: WireRequest) -> Handled:
    owner = {wire_name(child, f"{parent.value}_external_id"): _owner(request, parent)}
    own = wire_name(child, "external_id")
    if child in _MAY_LACK_TIME:
        now = int(datetime.now(UTC).timestamp() * 1000)
        request = replace(request, entities=[(key, _timed(sent, now)) for key, sent in request.entities])
    ids = {key: {**owner, own: key.value} for key in request.keys}
    answer, _ = await put_records(request, child, ids)
    return answer


async def _get(parent: RecordEntity, child: RecordEntity, request: WireRequest) -> Handled:
    ids = {key: key.value for key in request.keys}
    return await CHILDREN[parent, child].answer(request, ids, _owner(request, parent))


async def _delete(parent: RecordEntity, child: RecordEntity, request: WireRequest) -> Handled:
    owner = _owner(request, parent)
    keys: Mapping[Key, RecordKey] = {
        key: RecordKey(
            entity=child,
            external_id=key.value,
            candidate_external_id=owner if parent is RecordEntity.CANDIDATE else None,
            application_external_id=owner if parent is RecordEntity.APPLICATION else None,
        )
        for key in request.keys
    }
    return await delete_keys(request, keys)


def _owner(request: WireRequest, parent: RecordEntity) -> str:
    """The ATS's id of what the records hang on."""
    assert request.parent is not None
    return request.parent[wire_name(parent, "external_id")]


def _timed(sent: Json, now_ms: int) -> Json:
    """The record with the time of its arrival, if it says none."""
    if isinstance(sent, dict) and sent.get("atsCreatedAt") is None:
        return {**sent, "atsCreatedAt": now_ms}
    return sent
