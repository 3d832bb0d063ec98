"""simpleJobPostings and simpleJobPostingTasks: jobs on their way in, and how each posting went.

A posting is taken at once, so its task is over when the answer names it; clients that poll see that in their
first look. Tasks are kept for `TASKS_KEPT`.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from app.ids import own_urn, uuid7
from app.records.syncing import sync_records
from app.sync.ingest import sayable
from app.sync.records import RecordEntity, RecordOutcome, RecordResult
from app.wire.answers import BatchAnswer, CreatedAnswer
from app.wire.codes import WireRefused
from app.wire.contexts import check_context
from app.wire.json_body import read_json
from app.wire.keys import CONTEXT, Key
from app.wire.registry import Resource
from app.wire.request import Json, Method, WireRequest

TASK_URN: Final = "urn:li:simpleJobPostingTask:"
TASKS_KEPT: Final = timedelta(days=30)
OPERATION: Final = "jobPostingOperationType"
ACCEPTED: Final = 202

_CLOSE: Final = "CLOSE"
_OPERATIONS: Final = ("CREATE", "UPDATE", "RENEW", _CLOSE)
_ID: Final = "externalJobPostingId"

# A posting that closes a job may say nothing else of it; the rest stays as it is known.
_KNOWN: Final = """
select json_build_object(
  'externalJobPostingId', external_id, 'title', title, 'description', description, 'location', location,
  'department', department, 'requisitionCode', requisition_code, 'availability', availability,
  'companyApplyUrl', apply_url,
  'listedAt', (extract(epoch from listed_at) * 1000)::bigint,
  'expiresAt', (extract(epoch from expires_at) * 1000)::bigint,
  'hiringTeam', hiring_team)::text as said
from job
where company_id = $1 and partner_name = $2 and external_id = any($3::text[])
"""


async def post(request: WireRequest) -> CreatedAnswer:
    """Take each posting; the answer names a task for each, in their order."""
    created = CreatedAnswer()
    refusals = [_refusal(request, element) for _, element in request.entities]
    readable = [element for (_, element), no in zip(request.entities, refusals, strict=True) if no is None]
    results = iter(await _take(request, readable)) if readable else iter(())
    for refusal in refusals:
        if refusal is not None:
            created.refuse(refusal)
        else:
            task, result = next(results)
            created.created(f"{TASK_URN}{task}", ACCEPTED, externalJobPostingId=result.external_id)
    return created


async def get_tasks(request: WireRequest) -> BatchAnswer:
    """How the postings went: SUCCEEDED with the job's id, or FAILED with what to mend."""
    batch = BatchAnswer()
    ids = {key: _task_id(key) for key in request.keys}
    rows = await request.pool.fetch(
        request.company_id,
        """
        select id, external_job_posting_id, status, error_message, job_id
        from job_posting_task
        where company_id = $1 and partner_name = $2 and id = any($3::uuid[])
        """,
        [request.company_id, request.partner, list(ids.values())],
    )
    found = {UUID(int=row["id"].int): row for row in rows}
    for key, id_ in ids.items():
        if id_ in found:
            batch.found(key, _entity(found[id_]))
    return batch


async def _take(
    request: WireRequest, elements: Sequence[Mapping[str, Any]]
) -> list[tuple[UUID, RecordResult]]:
    known = await _known(request, elements)
    said = []
    for element in elements:
        said.append(_record(element, known))
        known[str(element[_ID])] = said[-1]
    synced = await sync_records(request.pool, request.company_id, request.partner, RecordEntity.JOB, said)
    tasks = [(uuid7(), result) for result in synced.results]
    async with request.pool.transaction(request.company_id) as connection:
        await connection.execute(
            "delete from job_posting_task where company_id = $1 and created_at < now() - $2::interval",
            request.company_id,
            TASKS_KEPT,
        )
        await connection.executemany(
            """
            insert into job_posting_task
              (company_id, id, partner_name, external_job_posting_id, status, error_message, job_id,
              created_at) values ($1, $2, $3, $4, $5, $6, $7, now()) """,
            [
                (
                    *(request.company_id, task, request.partner, result.external_id),
                    *(_status(result), _message(result), result.id),
                )
                for task, result in tasks
            ],
        )
    return tasks


def _status(result: RecordResult) -> str:
    return "FAILED" if result.outcome is RecordOutcome.REFUSED else "SUCCEEDED"


def _message(result: RecordResult) -> str | None:
    return result.message if result.outcome in (RecordOutcome.REFUSED, RecordOutcome.STALE) else None


def _refusal(request: WireRequest, element: Json) -> WireRefused | None:
    """Why a posting cannot even have a task. Raises: CallerError (403) for another's context."""
    if not isinstance(element, dict):
        return WireRefused("BAD_USER_INPUT", "A job posting must be an object.")
    try:
        check_context(request, element.get(CONTEXT))
    except WireRefused as refusal:
        return refusal
    identifier = element.get(_ID)
    is_number = isinstance(identifier, int) and not isinstance(identifier, bool)
    if not is_number and not (isinstance(identifier, str) and identifier.strip()):
        return WireRefused("BAD_USER_INPUT", f"{_ID} must be a text that is not empty.", more={"path": [_ID]})
    operation = element.get(OPERATION, "CREATE")
    if operation not in _OPERATIONS:
        known = ", ".join(_OPERATIONS)
        return WireRefused(
            "BAD_USER_INPUT", f"{OPERATION} must be one of {known}.", more={"path": [OPERATION]}
        )
    return None


async def _known(request: WireRequest, elements: Sequence[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """Jobs that are to be closed and are not described, as they are known, by the ATS's id."""
    wanted = [str(element[_ID]) for element in elements if _only_closes(element)]
    if not wanted:
        return {}
    names = [name for name in wanted if sayable(name) == name]
    rows = await request.pool.fetch(request.company_id, _KNOWN, [request.company_id, request.partner, names])
    known = [read_json(row["said"].encode("utf-8")) for row in rows]
    return {said[_ID]: said for said in known}


def _only_closes(element: Mapping[str, Any]) -> bool:
    return element.get("title") is None and (
        element.get(OPERATION) == _CLOSE or element.get("state") == "CLOSED"
    )


def _record(element: Mapping[str, Any], known: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any]:
    """The posting as a record of the ingestion path, which replaces all that was known of the job."""
    said = {**known.get(str(element[_ID]), {}), **element} if _only_closes(element) else dict(element)
    if element.get(OPERATION) == _CLOSE:
        said["state"] = "CLOSED"
    said["postedThroughRsc"] = True
    return said


def _entity(row: Any) -> dict[str, Any]:
    entity: dict[str, Any] = {
        "id": f"{TASK_URN}{row['id']}",
        "externalJobPostingId": row["external_job_posting_id"],
        "status": row["status"],
    }
    if row["job_id"] is not None:
        entity["jobPosting"] = own_urn("job", row["job_id"])
    if row["error_message"] is not None:
        entity["errorMessage"] = row["error_message"]
    return entity


def _task_id(key: Key) -> UUID:
    """A key that no task has is as unknown as any other."""
    try:
        return UUID(key.value.removeprefix(TASK_URN)) if len(key.value) <= 100 else UUID(int=0)
    except ValueError:
        return UUID(int=0)


RESOURCES: Final = (
    Resource(path="simpleJobPostings", methods={Method.BATCH_CREATE: post}),
    Resource(path="simpleJobPostingTasks", methods={Method.BATCH_GET: get_tasks}),
)
