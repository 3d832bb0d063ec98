"""Records of the ATS on their way in: objects and keys of the wire to records, outcomes to rest.li's answer.

A field that no record has is taken no notice of, and told back as `ignoredFields` beside the status: vendors
send optional fields, and a record is not lost for one.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from app.records.syncing import delete_unattended, sync_records
from app.sync.ingest import sayable
from app.sync.records import RecordEntity, RecordKey, RecordOutcome, RecordResult
from app.sync.wire import unknown_fields
from app.wire.answers import BatchAnswer
from app.wire.codes import WireRefused
from app.wire.keys import Key
from app.wire.request import Json, WireRequest

IGNORED_NAMED_MAX: Final = 20
_NAME_LENGTH_MAX: Final = 100
_REMARKABLE: Final = frozenset({RecordOutcome.STALE, RecordOutcome.WAITING})


async def put_records(
    request: WireRequest, entity: RecordEntity, ids: Mapping[Key, Mapping[str, str]]
) -> tuple[BatchAnswer, list[Key]]:
    """Take the request's objects as whole records; `ids` are the fields that each key says.

    Answers what became of each, and the keys of those that are as they were sent. A record whose object says
    another id than its key is refused.
    """
    answer = BatchAnswer()
    said: dict[Key, Mapping[str, Any]] = {}
    for key, sent in request.entities:
        assert key is not None
        refusal = _disagreement(sent, ids[key])
        if refusal is not None:
            answer.refuse(key, refusal)
        else:
            said[key] = {**sent, **ids[key]}
    if not said:
        return answer, []
    synced = await sync_records(
        request.pool, request.company_id, partner_of(request), entity, list(said.values()), unattended=True
    )
    taken: list[Key] = []
    for (key, sent), result in zip(said.items(), synced.results, strict=True):
        if result.outcome is RecordOutcome.REFUSED:
            answer.refuse(key, refusal_of(result))
        else:
            answer.done(key, **_remarks(result, unknown_fields(entity, sent)))
            if result.outcome is not RecordOutcome.STALE:
                taken.append(key)
    return answer, taken


async def delete_keys(request: WireRequest, keys: Mapping[Key, RecordKey]) -> BatchAnswer:
    """Delete these records; of what is not there, nothing is said."""
    answer = BatchAnswer()
    synced = await delete_unattended(
        request.pool, request.company_id, partner_of(request), list(keys.values())
    )
    for key, result in zip(keys, synced.results, strict=True):
        if result.outcome is RecordOutcome.REFUSED:
            answer.refuse(key, refusal_of(result))
        else:
            answer.done(key)
    return answer


def partner_of(request: WireRequest) -> str:
    """The partner whose records they are: the one that the company's integration names."""
    integration = request.company.integration
    return integration.partner_name if integration is not None else request.partner


def refusal_of(result: RecordResult) -> WireRefused:
    """A refused record in the wire's words: the message begins with the path, which stands apart as well."""
    more = {"path": list(result.path)} if result.path else {}
    return WireRefused("BAD_USER_INPUT", result.message or "This record cannot be taken.", more=more)


def _disagreement(sent: Json, ids: Mapping[str, str]) -> WireRefused | None:
    if not isinstance(sent, dict):
        return WireRefused("BAD_USER_INPUT", "A record must be a JSON object.")
    for name, value in ids.items():
        if sent.get(name) not in (None, value) and str(sent[name]) != value:
            return WireRefused(
                "BAD_USER_INPUT", f"{name} is another than in the record's key.", more={"path": [name]}
            )
    return None


def _remarks(result: RecordResult, ignored: Sequence[str]) -> dict[str, Any]:
    remarks: dict[str, Any] = {}
    if result.outcome in _REMARKABLE:
        remarks["outcome"] = result.outcome.value
    if result.message:
        remarks["message"] = result.message
    if ignored:
        shown = [sayable(name)[:_NAME_LENGTH_MAX] for name in sorted(ignored)[:IGNORED_NAMED_MAX]]
        remarks["ignoredFields"] = shown
    return remarks
