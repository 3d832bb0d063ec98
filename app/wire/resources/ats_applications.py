"""`/v2/atsApplications` and below them notes, interviewFeedback and stages."""

from typing import Final

from app.sync.records import RecordEntity, RecordKey
from app.wire.answers import Handled
from app.wire.keys import CONTEXT, KeyForm
from app.wire.records import delete_keys, put_records
from app.wire.registry import Resource
from app.wire.request import Method, WireRequest
from app.wire.resources.children import child_resource
from app.wire.stored import APPLICATIONS

ID: Final = "atsJobApplicationId"
KEY: Final = KeyForm(frozenset({ID, "dataProvider", CONTEXT}))


async def update(request: WireRequest) -> Handled:
    """Replace applications, each with its own outcome. One whose candidate has not arrived waits for it."""
    answer, _ = await put_records(
        request, RecordEntity.APPLICATION, {key: {ID: key[ID]} for key in request.keys}
    )
    return answer


async def get(request: WireRequest) -> Handled:
    """Applications as they are kept; firstName and lastName are the candidate's."""
    return await APPLICATIONS.answer(request, {key: key[ID] for key in request.keys})


async def delete(request: WireRequest) -> Handled:
    """Delete applications with their notes, feedback and stages."""
    return await delete_keys(
        request,
        {key: RecordKey(entity=RecordEntity.APPLICATION, external_id=key[ID]) for key in request.keys},
    )


RESOURCES: Final = (
    Resource(
        path="atsApplications",
        key=KEY,
        methods={
            Method.BATCH_UPDATE: update,
            Method.BATCH_GET: get,
            Method.BATCH_DELETE: delete,
        },
    ),
    child_resource("atsApplications/notes", RecordEntity.APPLICATION, KEY, RecordEntity.NOTE),
    child_resource("atsApplications/stages", RecordEntity.APPLICATION, KEY, RecordEntity.STAGE),
    child_resource(
        "atsApplications/interviewFeedback", RecordEntity.APPLICATION, KEY, RecordEntity.INTERVIEW_FEEDBACK
    ),
)
