"""`/v2/atsCandidates` and below them notes; whom a candidate was matched with, and matches by hand."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from app.errors import CallerError
from app.exports.arrived import confirm_arrived
from app.ids import linkedin_kind
from app.records.manual_match import FIELD, ManualMatch, match_by_hand
from app.sync.ingest import sayable
from app.sync.records import RecordEntity, RecordKey, RecordOutcome
from app.wire.answers import BatchAnswer, Handled
from app.wire.codes import WireRefused
from app.wire.keys import CONTEXT, Key, KeyForm
from app.wire.records import delete_keys, partner_of, put_records, refusal_of
from app.wire.registry import Resource
from app.wire.request import Json, Method, WireRequest
from app.wire.resources.children import child_resource
from app.wire.stored import CANDIDATES

ID: Final = "atsCandidateId"
KEY: Final = KeyForm(frozenset({ID, "dataProvider", CONTEXT}))


async def update(request: WireRequest) -> Handled:
    """Replace candidates, each with its own outcome.

    A match by hand outlives a record that says nothing of it; one that is in the record is made. A record
    that names a member whom nobody can be linked to is refused as a whole.
    """
    by_hand = {
        key: sent[FIELD]
        for key, sent in request.entities
        if key is not None and isinstance(sent, dict) and sent.get(FIELD) is not None
    }
    refused = await _unlinkable(request, by_hand)
    sound = [(key, sent) for key, sent in request.entities if key not in refused]
    answer, taken = await put_records(
        replace(request, entities=sound),
        RecordEntity.CANDIDATE,
        {key: {ID: key[ID]} for key in request.keys},
    )
    linked = {key: by_hand[key] for key in taken if key in by_hand}
    if linked:
        refused |= await _match(request, linked)
    for key, refusal in refused.items():
        answer.statuses.pop(key, None)
        answer.entities.pop(key, None)
        answer.refuse(key, refusal)
    return answer


async def partial_update(request: WireRequest) -> Handled:
    """Say by hand who candidates are: `manualMatchedMember`, null (or `$delete`) for nobody of those so far.

    Nothing else is changed in part; a record is sent whole, by PUT.
    """
    answer = BatchAnswer()
    by_hand: dict[Key, Json] = {}
    for key, sent in request.entities:
        assert key is not None
        try:
            patch = request.patch_of(sent)
        except CallerError as error:
            answer.refuse(key, error)
            continue
        other = sorted(set(patch) - {FIELD})
        if other:
            answer.refuse(key, _not_in_part(other[0]))
        else:
            by_hand[key] = patch[FIELD]
    refused = await _match(request, by_hand)
    for key in by_hand:
        if key in refused:
            answer.refuse(key, refused[key])
        else:
            answer.done(key)
    return answer


async def get(request: WireRequest) -> Handled:
    """Candidates as they are kept, with whom they were matched: by evidence, or by hand."""
    return await CANDIDATES.answer(request, {key: key[ID] for key in request.keys})


async def delete(request: WireRequest) -> Handled:
    """Delete candidates with their notes, tags, matches, applications and exports."""
    return await delete_keys(
        request, {key: RecordKey(entity=RecordEntity.CANDIDATE, external_id=key[ID]) for key in request.keys}
    )


async def _unlinkable(request: WireRequest, by_hand: Mapping[Key, Json]) -> dict[Key, WireRefused]:
    """Which of these records name somebody whom nobody can be linked to, and what to tell."""
    if not by_hand:
        return {}
    urns = [one for one in by_hand.values() if isinstance(one, str) and linkedin_kind(one) == "person"]
    rows = await request.pool.fetch(
        request.company_id, "select urn from known_member where urn = any($1::text[])", [urns]
    )
    open_accounts = {row["urn"] for row in rows}
    return {
        key: WireRefused("BAD_USER_INPUT", f"{FIELD}: no member has this URN.", more={"path": [FIELD]})
        for key, member in by_hand.items()
        if not isinstance(member, str) or member not in open_accounts
    }


async def _match(request: WireRequest, by_hand: Mapping[Key, Json]) -> dict[Key, WireRefused]:
    """Link these candidates by hand and confirm the exports of their members; who is refused, and why."""
    refused: dict[Key, WireRefused] = {}
    members: dict[Key, str | None] = {}
    for key, member in by_hand.items():
        if member is None or isinstance(member, str):
            members[key] = member
        else:
            refused[key] = WireRefused(
                "BAD_USER_INPUT", f"{FIELD} must be a person's URN, or null.", more={"path": [FIELD]}
            )
    company, partner = request.company_id, partner_of(request)
    async with request.pool.transaction(company) as connection:
        results = await match_by_hand(
            connection,
            company,
            partner,
            [ManualMatch(candidate_external_id=key[ID], member=member) for key, member in members.items()],
        )
    arrived: dict[str, str] = {}
    for (key, member), result in zip(members.items(), results, strict=True):
        if result.outcome is not RecordOutcome.REFUSED:
            if member is not None:
                arrived[member] = key[ID]
        elif result.path == (ID,):
            refused[key] = WireRefused("NOT_FOUND", result.message or "There is no such candidate.")
        else:
            refused[key] = refusal_of(result)
    await confirm_arrived(request.pool, company, partner, arrived)
    return refused


def _not_in_part(field: str) -> WireRefused:
    return WireRefused(
        "BAD_USER_INPUT",
        f"{sayable(field)}: only {FIELD} is changed in part; send the whole record by PUT instead.",
        more={"path": ["patch", "$set", sayable(field)]},
    )


RESOURCES: Final = (
    Resource(
        path="atsCandidates",
        key=KEY,
        methods={
            Method.BATCH_UPDATE: update,
            Method.BATCH_PARTIAL_UPDATE: partial_update,
            Method.BATCH_GET: get,
            Method.BATCH_DELETE: delete,
        },
    ),
    child_resource("atsCandidates/notes", RecordEntity.CANDIDATE, KEY, RecordEntity.NOTE),
)
